import { beforeAll, describe, expect, it } from "vitest";
import type { ErrorCode } from "../prover/errors.ts";
import type { CircuitInput } from "../prover/proof/circuit-input.ts";
import { prepareProof } from "../prover/proof/prepare-proof.ts";
import type { ProvingRequest } from "../prover/proof/proving-request.ts";
import type { WitnessCalculator } from "../prover/proof/witness-calculator.ts";
import { parseMarket } from "../prover/risk/market.ts";
import { marketRisk } from "../prover/risk/risk-array.ts";
import { accountSet } from "../prover/statement/account-set.ts";
import { buildRegistry } from "../prover/statement/attester-registry.ts";
import type { Statement } from "../prover/statement/statement.ts";
import type { Usd } from "../prover/units.ts";
import { deskAt, exactBook, LEGS, requestFor, type Terms } from "./support/flow.ts";
import { CUSTODIAN, DERIBIT, REGISTRY, REQUEST, requestOf } from "./support/proving-request.ts";
import { testArtifacts } from "./support/protocol.ts";
import { refusal } from "./support/refusal.ts";
import { MARKET_JSON, POLICY } from "./support/small-market.ts";
import { templatesOf } from "./support/template.ts";
import { uncheckedInput } from "./support/unchecked-input.ts";

let calculateWitness: WitnessCalculator;
beforeAll(async () => {
  ({ calculateWitness } = await testArtifacts());
});

/** Which part of the statement refuses an input, `accepted` when none does. */
const verdict = (input: CircuitInput): Promise<string> => calculateWitness(input).then(() => "accepted", (error: unknown) => templatesOf(error).replace(/ in MarginHealth$/, ""));

const MARGIN = "Num2Bits in CheckBits in Margin";

/** Each scenario of the tier in each of its netting sets, under terms that scale the requirement differently. */
const SCENARIOS = 5;
const SETS: readonly { readonly order: readonly string[]; readonly terms: Terms }[] = [
  { order: ["BTC", "ETH"], terms: { level: "IM", minRatioBps: 10_000n } },
  { order: ["ETH", "BTC"], terms: { level: "MM", minRatioBps: 12_500n } },
];
const CASES = SETS.flatMap(({ order, terms }, set) => LEGS.map((legs, scenario) => ({ set, scenario, order, terms, legs, ratio: `${terms.minRatioBps / 100n} % of ${terms.level}` })));

describe.each(CASES)("at $ratio, where netting set $set loses most in scenario $scenario,", ({ set, scenario, order, terms, legs }) => {
  const desk = deskAt(1_700_000_000, order);
  const book = (change: Partial<Terms> = {}): ProvingRequest => requestFor(desk, exactBook(desk, legs, { ...terms, ...change }), terms);

  it("equity exactly at what is claimed passes", async () => {
    const { input, report } = prepareProof(book());
    expect(report.nettingSets[set]!.bindingScenario).toBe(scenario);
    // Scenarios are read with their set's loss added: what is left in the worst of them is nothing.
    expect([report.excess, input.total[set * SCENARIOS + scenario], input.loss[set]! > 0n]).toEqual([0n, 0n, true]);
    expect(await verdict(input)).toBe("accepted");
    expect(prepareProof(book({ surplus: 1n })).report.excess).toBe(1n);
  });

  it("one unit of value less is refused in words, and by the circuit when nobody asks first", async () => {
    const less = book({ surplus: -1n });
    expect(refusal(() => prepareProof(less)).code).toBe("Unhealthy");
    expect(await verdict(uncheckedInput(less))).toBe(MARGIN);
  });

  it("one unit of on-chain collateral less is refused by both", async () => {
    const collateral = 12_345_678_901n;
    const exact = book({ onChainCollateral: collateral });
    const counting = (onChainCollateral: bigint): ProvingRequest => ({ ...exact, onChainCollateral: onChainCollateral as Usd });
    expect(prepareProof(counting(collateral)).report.excess).toBe(0n);
    expect(refusal(() => prepareProof(counting(collateral - 1n))).code).toBe("Unhealthy");
    expect(await verdict(uncheckedInput(counting(collateral - 1n)))).toBe(MARGIN);
  });

  /** A set's loss less by one, in all places where it is read: beside the scenarios, and within each of them. */
  const understatedBy = (input: CircuitInput, change: (total: bigint, k: number) => bigint = (total) => total) => {
    const isRead = (k: number) => k === SETS.length * SCENARIOS + set || Math.floor(k / SCENARIOS) === set && k < SETS.length * SCENARIOS;
    const loss = input.loss.map((each, u) => (u === set ? each - 1n : each));
    return { ...input, total: input.total.map((total, k) => change(isRead(k) ? total - 1n : total, k)), loss, aggregate: input.aggregate - 1n };
  };

  it("the missing unit cannot be found by understating the loss: this scenario would exceed it", async () => {
    const input = uncheckedInput(book({ surplus: -1n }));
    const less = input.loss.map((loss, u) => (u === set ? loss - 1n : loss));
    expect(await verdict({ ...input, loss: less, aggregate: input.aggregate - 1n })).toMatch(/ShiftedLosses in SetLosses/);
    expect(await verdict(understatedBy(input))).toMatch(/ShiftedLosses in SetLosses/);
  });

  it("nor by overstating this scenario's total: the commitment would not open", async () => {
    const input = uncheckedInput(book({ surplus: -1n }));
    const at = set * SCENARIOS + scenario;
    expect(await verdict(understatedBy(input, (total, k) => (k === at ? total + 1n : total)))).toMatch(/RiskTotals/);
  });
});

describe("what the prover refuses in words, the circuit refuses as well:", () => {
  const [attester] = REGISTRY.attesters.slice(1);
  const [first, second] = REQUEST.statements as [ProvingRequest["statements"][0], ProvingRequest["statements"][0]];
  const [option, perpetual, cash] = DERIBIT.positions as [Statement["positions"][0], Statement["positions"][0], Statement["positions"][0]];
  const rich = { onChainCollateral: (10n ** 15n) as Usd };
  const unsigned = (change: Partial<Statement>): ProvingRequest => ({ ...REQUEST, ...rich, statements: [{ ...first, statement: { ...first.statement, ...change } }, second] });
  const keyed = (change: object) => ({ ...rich, registry: buildRegistry([null, { ...attester!, ...change }, REGISTRY.attesters[2]!]) });
  const other = parseMarket({ ...MARKET_JSON, underlyings: [{ ...MARKET_JSON.underlyings[0]!, spot: "36999" }, MARKET_JSON.underlyings[1]!] });
  const stranger = "0x0000000000000000000000000000000000000001";
  const signature = "ForceEqualIfEnabled in EdDSAPoseidonVerifier in StatementSignature";
  const times = "Num2Bits in CheckBits in StatementTimes";

  it.each<[string, ErrorCode, string, () => ProvingRequest]>([
    ["a position left out", "InvalidSignature", signature, () => unsigned({ positions: [perpetual, cash] })],
    ["a debt left out", "InvalidSignature", signature, () => unsigned({ positions: [option, perpetual] })],
    ["a statement for another subject", "StatementMismatch", signature, () => requestOf([{ ...DERIBIT, subject: stranger }, CUSTODIAN])],
    ["a statement for another scope", "StatementMismatch", signature, () => requestOf([{ ...DERIBIT, scope: DERIBIT.scope + 1n }, CUSTODIAN])],
    ["a statement older than the claim says", "StatementMismatch", times, () => requestOf([DERIBIT, CUSTODIAN], { claim: { asOf: DERIBIT.asOf + 1 } })],
    ["an account counted twice", "StatementMismatch", "AccountSet", () => requestOf([DERIBIT, { ...DERIBIT, sequence: 6, positions: [cash] }], rich)],
    ["a key that had expired", "UnknownAttester", times, () => requestOf([DERIBIT, CUSTODIAN], keyed({ validUntil: DERIBIT.asOf - 1 }))],
    ["a key that was not yet valid", "UnknownAttester", times, () => requestOf([DERIBIT, CUSTODIAN], keyed({ validFrom: DERIBIT.asOf + 1 }))],
    ["an assurance below the claimed one", "StatementMismatch", times, () => requestOf([DERIBIT, CUSTODIAN], { claim: { minAssurance: "venue-signed" } })],
    ["sequences that do not add up", "StatementMismatch", "MarginHealth", () => requestOf([DERIBIT, CUSTODIAN], { claim: { sequence: 99 } })],
    ["prices of another market", "SnapshotMismatch", "RiskTotals", () => ({ ...REQUEST, ...rich, risks: marketRisk(other, POLICY) })],
  ])("%s", async (_, code, template, request) => {
    expect(refusal(() => prepareProof(request())).code).toBe(code);
    expect(await verdict(uncheckedInput(request()))).toBe(template);
  });

  it("a venue left out, which has another account set than the registered one", async () => {
    const { input } = prepareProof(requestOf([DERIBIT], rich));
    expect(await verdict(input)).toBe("accepted");
    expect(await verdict({ ...input, accountSet: accountSet([DERIBIT, CUSTODIAN], REQUEST.accountSetSalt) })).toBe("AccountSet");
  });

  it("a key that was revoked, under the root that no longer has it", async () => {
    const revoked = buildRegistry([null, null, REGISTRY.attesters[2]!]);
    expect(refusal(() => prepareProof({ ...REQUEST, registry: revoked }))).toEqual({ code: "UnknownAttester", path: "statements[0].attesterKey" });
    expect(await verdict({ ...uncheckedInput(REQUEST), attesterRoot: revoked.root })).toBe("AttesterRegistryTop");
    expect(await verdict({ ...uncheckedInput(REQUEST), attesterRoot: revoked.root, attesterNodes: [...revoked.nodes] })).toBe("AttesterMembership");
  });
});
