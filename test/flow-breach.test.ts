/** A breach from statements to the chain: the complement of health, under its own key, for the same public signals. */
import { beforeAll, describe, expect, it } from "vitest";
import { submitArguments } from "../prover/chain/calldata.ts";
import { namingRefusals } from "../prover/chain/contracts.ts";
import { loadArtifacts, type Artifacts } from "../prover/proof/artifacts.ts";
import { parseBundle, serializeBundle, type ProofBundle } from "../prover/proof/bundle.ts";
import { checkBundle } from "../prover/proof/check-bundle.ts";
import { proveMargin, type ProvedMargin } from "../prover/proof/prove-margin.ts";
import type { Usd } from "../prover/units.ts";
import { build } from "../scripts/build.ts";
import { exactBook, LEGS, requestFor } from "./support/flow.ts";
import { oneAtATime } from "./support/one-at-a-time.ts";
import { DEMANDED, deployFlow, testArtifacts, type Protocol } from "./support/protocol.ts";
import { rejection } from "./support/rejection.ts";

/** twin: StatementKind of ITierTable.sol */
const [HEALTH, BREACH] = [0, 1];
const COLLATERAL = 25_000_000_001n as Usd;

let health: Artifacts;
let breach: Artifacts;
let protocol: Protocol;
/** A book that is short of the requirement by one unit of collateral. */
let proved: ProvedMargin;

const requestWith = (onChainCollateral: bigint) => {
  const book = exactBook(protocol.desk, LEGS[3]!, { ...DEMANDED, onChainCollateral: COLLATERAL });
  return requestFor(protocol.desk, book, { ...DEMANDED, onChainCollateral: onChainCollateral as Usd }, { subject: protocol.borrower, scope: protocol.scope });
};
const askChain = (kind: number | undefined, bundle: ProofBundle) =>
  namingRefusals(protocol.verifier, () => protocol.verifier.getFunction("verifyProof").staticCall(kind, ...submitArguments(bundle)));

beforeAll(async () => {
  health = await testArtifacts();
  await oneAtATime("tier-test-breach", () => build(["test-breach"]));
  breach = await loadArtifacts("test-breach");
  protocol = await deployFlow(health, undefined, [breach]);
  proved = await proveMargin(requestWith(COLLATERAL - 1n), breach);
}, 600_000);

describe("a breach", () => {
  it("is proved of a book that lacks a single unit, and of no book that lacks nothing", async () => {
    expect(proved.report.isHealthy).toBe(false);
    expect(await rejection(proveMargin(requestWith(COLLATERAL), breach))).toMatchObject({ code: "Healthy" });
    expect(await rejection(proveMargin(requestWith(COLLATERAL - 1n), health))).toMatchObject({ code: "Unhealthy" });
  });

  it("is checked from public material alone", async () => {
    const bundle = parseBundle(JSON.parse(serializeBundle(proved.bundle)));
    expect(bundle.tier).toBe("test-breach");
    expect((await checkBundle(bundle, breach)).claim.subject).toBe(protocol.borrower);
  });

  it("is no proof of health: the keys differ, whatever the bundle says of itself", async () => {
    const relabelled = { ...proved.bundle, tier: health.tier, artifacts: health.digests };
    expect(await rejection(checkBundle(relabelled, health))).toMatchObject({ code: "ProofRejected" });
  });

  it("stands on chain under its own kind, and under no other", async () => {
    await askChain(BREACH, proved.bundle);
    expect((await rejection(askChain(HEALTH, proved.bundle))).message).toMatch(/^WrongStatementKind/);
    expect((await rejection(askChain(HEALTH, { ...proved.bundle, tier: health.tier }))).message).toMatch(/^InvalidProof/);
  });

  it("does not stand for more collateral, or for another claim", async () => {
    for (const change of [{ onChainCollateral: COLLATERAL }, { claim: proved.bundle.publicSignals.claim + (1n << 228n) }]) {
      const changed = { ...proved.bundle, publicSignals: { ...proved.bundle.publicSignals, ...change } };
      expect((await rejection(askChain(BREACH, changed))).message).toMatch(/^InvalidProof/);
    }
  });
});
