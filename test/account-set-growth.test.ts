/** Growth of an account set from names and salts to the chain's own check: a third kind of statement, under its own key. */
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { solidityKey, solidityProof, tierId } from "../prover/chain/calldata.ts";
import { contractAt, deploy, namingRefusals } from "../prover/chain/contracts.ts";
import { proveAccountSetGrowth, type GrowthRequest } from "../prover/proof/account-set-growth.ts";
import { orderedBundleSignals, parseAnyBundle } from "../prover/proof/any-bundle.ts";
import { loadArtifacts, type Artifacts } from "../prover/proof/artifacts.ts";
import type { ProofBundle } from "../prover/proof/bundle.ts";
import { checkBundle } from "../prover/proof/check-bundle.ts";
import { parseGrowthBundle, serializeGrowthBundle, type GrowthBundle } from "../prover/proof/growth-bundle.ts";
import { GROWTH_SIGNALS, growthSignals } from "../prover/proof/growth-signals.ts";
import { signalsFromOrder } from "../prover/proof/public-signals.ts";
import { snarkjsFiles } from "../prover/proof/snarkjs-files.ts";
import { STATEMENT_KINDS, tierParameters } from "../prover/proof/tiers.ts";
import { accountSet, type AccountName } from "../prover/statement/account-set.ts";
import { FIELD } from "../prover/units.ts";
import { build } from "../scripts/build.ts";
import { REPOSITORY } from "../scripts/circom.ts";
import { connect, type Chain } from "./support/contracts.ts";
import { oneAtATime } from "./support/one-at-a-time.ts";
import { refusal } from "./support/refusal.ts";
import { rejection } from "./support/rejection.ts";
import { SUBJECT } from "./support/statements.ts";

const ACCOUNTS: AccountName[] = [{ venue: "deribit", account: "main" }, { venue: "custody", account: "treasury" }];
const ADDED: AccountName[] = [{ venue: "okx", account: "main" }];
const REQUEST: GrowthRequest = { subject: SUBJECT, accounts: ACCOUNTS, salt: 42n, added: ADDED, newSalt: 43n };
const SIGNALS = { accountSet: accountSet(ACCOUNTS, 42n), grownSet: accountSet([...ACCOUNTS, ...ADDED], 43n), subject: BigInt(SUBJECT) };
/** twin: StatementKind of ITierTable.sol */
const [HEALTH, BREACH, GROWTH] = STATEMENT_KINDS.map((_, kind) => kind);

let growth: Artifacts;
let bundle: GrowthBundle;
beforeAll(async () => {
  await oneAtATime("tier-growth", () => build(["growth"]));
  growth = await loadArtifacts("growth");
  bundle = await proveAccountSetGrowth(REQUEST, growth);
}, 600_000);

const withSignal = (name: keyof typeof SIGNALS, change: bigint): GrowthBundle => ({ ...bundle, publicSignals: { ...bundle.publicSignals, [name]: bundle.publicSignals[name] + change } });

describe("a proof of growth", () => {
  it("shows both sets and the subject, and nothing else", () => {
    expect(bundle.publicSignals).toEqual(SIGNALS);
    expect(orderedBundleSignals(bundle)).toEqual([SIGNALS.accountSet, SIGNALS.grownSet, SIGNALS.subject, 0n, 0n, 0n, 0n].map(String));
    const text = serializeGrowthBundle(bundle);
    for (const secret of ["deribit", "okx", "treasury", "salt"]) expect(text).not.toContain(secret);
  });

  it("is checked from public material alone, and by snarkjs with its own reading of the key", async () => {
    expect(await checkBundle(parseAnyBundle(JSON.parse(serializeGrowthBundle(bundle))), growth)).toEqual({ growth: SIGNALS, setup: "local" });
    const folder = await mkdtemp(join(tmpdir(), "margin-growth-"));
    try {
      const run = async (files: ReturnType<typeof snarkjsFiles>) => {
        for (const [name, json] of Object.entries(files)) await writeFile(join(folder, name), JSON.stringify(json));
        const cli = join(REPOSITORY, "node_modules/snarkjs/build/cli.cjs");
        return promisify(execFile)(process.execPath, [cli, "groth16", "verify", "verification_key.json", "public.json", "proof.json"], { cwd: folder }).then(({ stdout }) => stdout, ({ stdout }: { stdout: string }) => stdout);
      };
      expect(await run(snarkjsFiles(bundle, growth.vkey))).toMatch(/OK!/);
      expect(await run(snarkjsFiles(withSignal("grownSet", 1n), growth.vkey))).toMatch(/Invalid proof/);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it.each(GROWTH_SIGNALS.map(({ name }) => name))("does not hold for another %s", async (name) => {
    for (const change of [1n, -1n]) expect(await rejection(checkBundle(withSignal(name, change), growth))).toMatchObject({ code: "ProofRejected" });
  });

  it("is refused before proving where the circuit would refuse", async () => {
    expect(await rejection(proveAccountSetGrowth({ ...REQUEST, registeredAccountSet: SIGNALS.grownSet }, growth))).toMatchObject({ code: "StatementMismatch", path: "accounts" });
    expect(await rejection(proveAccountSetGrowth({ ...REQUEST, newSalt: 42n }, growth))).toMatchObject({ code: "StatementMismatch", path: "newSalt" });
  });
});

describe("a bundle of growth", () => {
  it("read back is the same", () => {
    expect(parseGrowthBundle(JSON.parse(serializeGrowthBundle(bundle)))).toEqual(bundle);
  });

  it.each<[string, string, (document: any) => void]>([
    ["InvalidBundle", "snapshot of a margin proof", (d) => (d.snapshot = { root: "1", asOf: 1, policyHash: "1" })],
    ["InvalidBundle", "point off the field", (d) => (d.proof.pi_a[0] = "01")],
    ["InvalidPublicSignals", "missing set", (d) => delete d.publicSignals.grownSet],
    ["InvalidPublicSignals", "signal of a margin proof", (d) => (d.publicSignals.claim = "0")],
    ["InvalidPublicSignals", "subject beyond 160 bits", (d) => (d.publicSignals.subject = (1n << 160n).toString())],
    ["InvalidPublicSignals", "alias in the field", (d) => (d.publicSignals.accountSet = (SIGNALS.accountSet + FIELD).toString())],
  ])("is refused as %s for a %s", (code, _, damage) => {
    const document = JSON.parse(serializeGrowthBundle(bundle));
    damage(document);
    expect(refusal(() => parseAnyBundle(document)).code).toBe(code);
  });

  it("takes no other number behind its three signals than zeros", () => {
    const ordered = growthSignals.ordered(SIGNALS);
    expect(growthSignals.fromOrder(ordered)).toEqual(SIGNALS);
    for (const place of [3, 4, 5, 6]) expect(refusal(() => growthSignals.fromOrder(ordered.with(place, "1")))).toEqual({ code: "InvalidPublicSignals", path: `publicSignals[${place}]` });
    expect(refusal(() => growthSignals.fromOrder(ordered.slice(0, 3)))).toEqual({ code: "InvalidPublicSignals", path: "publicSignals" });
  });

  it("is no proof about margin, whatever it calls its signals: the tier says what its key proves", async () => {
    const { tier, proof, artifacts } = bundle;
    const signals = signalsFromOrder(orderedBundleSignals(bundle));
    const posing: ProofBundle = { tier, proof, artifacts, publicSignals: signals, snapshot: { root: signals.snapshotRoot, asOf: 0, policyHash: 0n } };
    expect(await rejection(checkBundle(posing, growth))).toMatchObject({ code: "ArtifactMismatch", path: "publicSignals" });
    const margin = { ...growth, parameters: tierParameters("test") };
    expect(await rejection(checkBundle(bundle, margin))).toMatchObject({ code: "ArtifactMismatch", path: "publicSignals" });
  });
});

describe("on chain", () => {
  let chain: Chain;
  let key: Awaited<ReturnType<typeof deploy>>;
  let verifier: Awaited<ReturnType<typeof deploy>>;
  beforeAll(async () => {
    chain = await connect();
    const [admin] = await chain.ethers.getSigners();
    verifier = await deploy("MarginHealthVerifier", admin!, [await admin!.getAddress(), 0, 0]);
    await verifier.getFunction("addTier")(tierId("growth"), solidityKey(growth.vkey), 0, GROWTH);
    key = contractAt("Groth16Verifier", (await verifier.getFunction("tierOf")(tierId("growth"))).verifier, admin!);
  });
  afterAll(() => chain.close());

  const ask = (kind: number | undefined, signals: readonly string[]) =>
    namingRefusals(verifier, () => verifier.getFunction("verifyProof").staticCall(kind, tierId("growth"), solidityProof(bundle.proof), signals));

  it("it stands for its signals, and as growth alone", async () => {
    const signals = orderedBundleSignals(bundle);
    expect(await key.getFunction("verify").staticCall(solidityProof(bundle.proof), signals)).toBe(true);
    await ask(GROWTH, signals);
    for (const kind of [HEALTH, BREACH]) expect((await rejection(ask(kind, signals))).message).toMatch(/^WrongStatementKind/);
  });

  it.each([0, 1, 2, 3, 4, 5, 6])("it does not stand for signal %i one more, or its alias in the field", async (place) => {
    const signals = orderedBundleSignals(bundle);
    const changed = (change: bigint) => signals.with(place, (BigInt(signals[place]!) + change).toString());
    expect((await rejection(ask(GROWTH, changed(1n)))).message).toMatch(/^InvalidProof/);
    expect((await rejection(ask(GROWTH, changed(FIELD)))).message).toMatch(/^(?!InvalidProof)\w+/);
  });
});
