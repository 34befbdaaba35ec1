import { describe, expect, it } from "vitest";
import { parseBundle, serializeBundle } from "../prover/proof/bundle.ts";
import type { ProofBundle } from "../prover/proof/bundle.ts";
import { refusal } from "./support/refusal.ts";

const BUNDLE: ProofBundle = {
  tier: "test",
  proof: { pi_a: ["1", "2", "1"], pi_b: [["3", "4"], ["5", "6"], ["1", "0"]], pi_c: ["7", "8", "1"], protocol: "groth16", curve: "bn128" },
  publicSignals: { snapshotRoot: 11n, attesterRoot: 12n, accountSet: 13n, portfolioCommitment: 14n, claim: 15n, onChainCollateral: 16n, scope: 17n },
  snapshot: { root: 11n, asOf: 1_700_000_000, policyHash: 99n },
  artifacts: { r1cs: "a".repeat(64), wasm: "b".repeat(64), zkey: "c".repeat(64), vkey: "d".repeat(64), setup: "local" },
};
// Damage is done at a path of the parsed document.
type Document = Record<string, any>;
const document = (): Document => JSON.parse(serializeBundle(BUNDLE)) as Document;

describe("a proof bundle", () => {
  it("reading back what was written gives the same bundle", () => {
    expect(parseBundle(document())).toEqual(BUNDLE);
  });

  it("names its public signals and writes integers as decimal strings", () => {
    expect(document()["publicSignals"]).toEqual({ snapshotRoot: "11", attesterRoot: "12", accountSet: "13", portfolioCommitment: "14", claim: "15", onChainCollateral: "16", scope: "17" });
    expect(document()["format"]).toBe("margin-proof/1");
  });
});

describe("refuses", () => {
  const order = "21888242871839275222246405745257275088696311157297823662689037894645226208583";

  it.each<[string, string | undefined, (document: Document) => void]>([
    ["InvalidBundle", "format", (d) => (d["format"] = "margin-proof/2")],
    ["InvalidBundle", undefined, (d) => (d["extra"] = 1)],
    ["InvalidBundle", "proof.pi_a[0]", (d) => (d["proof"].pi_a[0] = order)],
    ["InvalidBundle", "proof.pi_a[0]", (d) => (d["proof"].pi_a[0] = "01")],
    ["InvalidBundle", "proof.pi_a[2]", (d) => (d["proof"].pi_a[2] = "0")],
    ["InvalidBundle", "proof.pi_b[2][1]", (d) => (d["proof"].pi_b[2][1] = "1")],
    ["InvalidBundle", "proof.protocol", (d) => (d["proof"].protocol = "plonk")],
    ["InvalidBundle", "artifacts.zkey", (d) => (d["artifacts"].zkey = "C".repeat(64))],
    ["InvalidBundle", "artifacts.setup", (d) => (d["artifacts"].setup = "trusted")],
    ["InvalidBundle", "snapshot.root", (d) => (d["snapshot"].root = "12")],
    ["InvalidPublicSignals", "publicSignals.claim", (d) => delete d["publicSignals"].claim],
    ["InvalidPublicSignals", "publicSignals.healthy", (d) => (d["publicSignals"].healthy = "1")],
    ["InvalidBundle", "publicSignals", (d) => delete d["publicSignals"]],
  ])("%s at %s", (code, path, damage) => {
    const damaged = document();
    damage(damaged);
    expect(refusal(() => parseBundle(damaged))).toEqual({ code, path });
  });

  it("what is not an object", () => {
    for (const json of [null, [], "x", undefined]) expect(refusal(() => parseBundle(json)).code).toBe("InvalidBundle");
  });
});
