import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { IDENTITY } from "../prover/commitment/curve.ts";
import { identifier } from "../prover/commitment/domain.ts";
import { buildSnapshot } from "../prover/commitment/snapshot.ts";
import { orderedSignals, signalsFromOrder } from "../prover/proof/public-signals.ts";
import { packClaim } from "../prover/proof/claim.ts";
import { prepareProof } from "../prover/proof/prepare-proof.ts";
import type { ProvingRequest } from "../prover/proof/proving-request.ts";
import { parseMarket } from "../prover/risk/market.ts";
import { parsePolicy } from "../prover/risk/policy.ts";
import { marketRisk } from "../prover/risk/risk-array.ts";
import { accountSet, portfolioCommitment } from "../prover/statement/account-set.ts";
import { buildRegistry } from "../prover/statement/attester-registry.ts";
import type { Attester } from "../prover/statement/attester-registry.ts";
import { statementHash } from "../prover/statement/statement.ts";
import type { Bps, Quantity, Usd } from "../prover/units.ts";
import { law } from "./support/law.ts";
import { CUSTODIAN, DERIBIT, REGISTRY, REQUEST, requestOf } from "./support/proving-request.ts";
import { refusal } from "./support/refusal.ts";
import { remedy } from "./support/remedy.ts";
import { MARKET, MARKET_JSON, POLICY, POLICY_JSON, SNAPSHOT } from "./support/small-market.ts";
import { quantity, SUBJECT } from "./support/statements.ts";
import { shapeOf } from "../prover/commitment/padded-rules.ts";
import { snapshotSizes } from "./support/sizes.ts";

const prepared = prepareProof(REQUEST);
const rich = { onChainCollateral: 10n ** 15n as Usd };

describe("the layout", () => {
  it("has the positions statement after statement, with side and magnitude apart", () => {
    const { positionNode, positionSlot, positionSide, positionMagnitude, positionCount, nodeEntries } = prepared.input;
    // two to a node: BTC, BTC option | BTC perpetual, ETH perpetual | USD
    expect({ positionNode, positionSlot, positionSide, positionMagnitude, positionCount }).toEqual({
      positionNode: [0n, 1n, 2n, 2n],
      positionSlot: [1n, 0n, 0n, 0n],
      positionSide: [1n, 0n, 1n, 0n],
      positionMagnitude: [quantity(2), quantity(1), quantity(20_000), quantity(30_000)],
      positionCount: [3n, 1n],
    });
    expect(nodeEntries).toEqual([0, 1, 2, 2].map((node) => SNAPSHOT.tree.nodeEntries[node]));
  });

  it("has every total at its column, and losses that cover every scenario of their set, one of them exactly", () => {
    const { total, loss } = prepared.input;
    const { scenario, value, charge } = prepared.report.totals;
    const left = scenario.map((row, u) => row.map((pnl) => pnl + loss[u]!));
    expect(total).toEqual([...left.flat(), ...loss, value, charge.MM, charge.IM]);
    expect(left.map((row) => [row.every((entry) => entry >= 0n), row.includes(0n)])).toEqual([[true, true], [true, true]]);
  });

  it("has the statements' values at their places", () => {
    const { input } = prepared;
    expect(input.accountId).toEqual([identifier("main"), identifier("vault")]);
    expect(input.venueId).toEqual([identifier("deribit"), identifier("custodian")]);
    expect(input.attesterIndex).toEqual([1n, 2n]);
    expect(input.assurance).toEqual([2n, 1n]);
    expect(input.statementSequence).toEqual([7n, 5n]);
    expect(input.sequence).toBe(12n);
    expect(input.asOf).toBe(BigInt(DERIBIT.asOf));
    expect(input.attesterNodes).toEqual(REGISTRY.nodes);
  });

  it("pads an unused statement with nothing but the first one's attester, and unused slots with nothing of the first row", () => {
    const { input } = prepareProof(requestOf([{ ...DERIBIT, positions: DERIBIT.positions.slice(1) }], rich));
    const second = (name: keyof typeof input): unknown => (input[name] as readonly unknown[])[1];
    for (const name of ["attesterKey", "venueId", "assurance", "validFrom", "validUntil", "attesterIndex", "attesterSiblings"] as const) {
      expect([name, second(name)]).toEqual([name, (input[name] as readonly unknown[])[0]]);
    }
    for (const name of ["accountId", "statementAsOf", "statementSequence", "positionCount", "statementSalt", "signatureS"] as const) expect([name, second(name)]).toEqual([name, 0n]);
    expect(second("signatureR8")).toEqual([IDENTITY.x, IDENTITY.y]);
    expect(input.statementCount).toBe(1n);
    expect([input.positionNode, input.positionSlot, input.positionSide, input.positionMagnitude].map((slots) => slots.slice(2))).toEqual(Array(4).fill([0n, 0n]));
    expect(input.nodeEntries[3]).toEqual(SNAPSHOT.tree.nodeEntries[0]);
  });

  it("gives cells and scenarios that the policy lacks nothing to gain or lose", () => {
    const tier = { ...REQUEST.tier, cells: 3, nettingSets: 3, scenarios: 7 };
    const { input } = prepareProof({ ...REQUEST, tier, snapshot: buildSnapshot(MARKET, POLICY, { treeParents: tier.treeParents, shape: shapeOf(tier) }) });
    const row = (u: number): bigint[] => input.total.slice(7 * u, 7 * u + 7);
    expect([row(0), row(1)].map((totals) => totals.slice(5))).toEqual([0, 1].map((u) => [input.loss[u], input.loss[u]]));
    expect(row(2)).toEqual(Array(7).fill(0n));
    expect([input.loss[2], input.cellRule[2]]).toEqual([0n, [1_000_000_000n, 1_000_000_000n, 2n, 0n]]);
    expect(prepared.input.loss).toEqual(input.loss.slice(0, 2));
  });
});

describe("public signals", () => {
  it("are what the public objects say", () => {
    expect(prepared.publicSignals).toEqual({
      snapshotRoot: SNAPSHOT.root,
      attesterRoot: REGISTRY.root,
      accountSet: accountSet([DERIBIT, CUSTODIAN], 42n),
      portfolioCommitment: portfolioCommitment([statementHash(DERIBIT), statementHash(CUSTODIAN)]),
      claim: packClaim(REQUEST.claim),
      onChainCollateral: 0n,
      scope: REQUEST.scope,
    });
    expect(signalsFromOrder(orderedSignals(prepared.publicSignals))).toEqual(prepared.publicSignals);
    expect(prepared.input).toMatchObject(prepared.publicSignals);
  });
});

describe("health (10)", () => {
  // Whole contracts and a factor of 1 make totals multiples of 1e-8, so that collateral can meet the requirement exactly.
  const short = { ...DERIBIT, positions: [{ instrument: "BTC-PERPETUAL", quantity: quantity(1) }, { instrument: "USD", quantity: quantity(-37_000) }] };
  const { excess } = prepareProof(requestOf([short], rich)).report;
  const needed = (rich.onChainCollateral - excess / 10n ** 8n) as Usd;

  it("is enough when equity is exactly the requirement, and not one unit less", () => {
    expect(excess % 10n ** 8n).toBe(0n);
    expect(prepareProof(requestOf([short], { onChainCollateral: needed })).report.excess).toBe(0n);
    expect(refusal(() => prepareProof(requestOf([short], { onChainCollateral: (needed - 1n) as Usd })))).toEqual({ code: "Unhealthy", path: undefined });
  });

  it("counts the claimed ratio and level", () => {
    const claim = { minRatioBps: 10_001n as Bps };
    expect(refusal(() => prepareProof(requestOf([short], { onChainCollateral: needed, claim }))).code).toBe("Unhealthy");
    expect(prepareProof(requestOf([short], { onChainCollateral: needed, claim: { ...claim, level: "MM" } })).report.isHealthy).toBe(true);
  });

  it("when it fails is explained in margin terms", () => {
    expect(remedy(() => prepareProof(requestOf([short])))).toMatchObject({
      reason: expect.stringMatching(/^equity 10\.50 USD is below 100 % of the IM requirement 9,252\.10 USD; 9,241\.60 USD is missing; the worst scenario is BTC .20 % \/ vol up$/),
      hint: expect.stringContaining("add collateral"),
    });
  });

  it("of charges alone is explained without a scenario", () => {
    const policy = parsePolicy({ ...POLICY_JSON, scenarios: [{ spot: "1", vol: "none", weight: "1" }] });
    const request = { ...requestOf([short]), policy, risks: marketRisk(MARKET, policy), snapshot: buildSnapshot(MARKET, policy, snapshotSizes()) };
    expect(remedy(() => prepareProof(request)).reason).toContain("no scenario loses, the charges bind");
  });
});

describe("refuses, naming what and where (14, 15)", () => {
  const [option, perpetual, cash] = DERIBIT.positions as [(typeof DERIBIT.positions)[0], (typeof DERIBIT.positions)[0], (typeof DERIBIT.positions)[0]];
  const attester = REGISTRY.attesters[1] as Attester;
  const registryWith = (change: Partial<Attester>) => ({ registry: buildRegistry([{ ...attester, ...change }]) });
  const REGISTERED = prepareProof(REQUEST).publicSignals.accountSet;
  const otherMarket = parseMarket({ ...MARKET_JSON, underlyings: [{ ...MARKET_JSON.underlyings[0]!, spot: "36999" }, MARKET_JSON.underlyings[1]!] });
  const forged = (change: object): ProvingRequest => ({ ...REQUEST, statements: [{ ...REQUEST.statements[0]!, statement: { ...DERIBIT, ...change } }, REQUEST.statements[1]!] });

  it.each<[string, string, string | undefined, () => ProvingRequest]>([
    ["too many positions", "BookTooLarge", "statements", () => requestOf([DERIBIT, { ...CUSTODIAN, positions: [option, perpetual] }], rich)],
    ["too many accounts", "BookTooLarge", "statements", () => requestOf([DERIBIT, CUSTODIAN, { ...CUSTODIAN, account: "2", positions: [] }], rich)],
    ["too many netting sets", "BookTooLarge", "policy.nettingSets", () => ({ ...REQUEST, tier: { ...REQUEST.tier, nettingSets: 1 } })],
    ["too many scenarios", "BookTooLarge", "policy.scenarios", () => ({ ...REQUEST, tier: { ...REQUEST.tier, scenarios: 4 } })],
    ["a tree of another size", "SnapshotMismatch", "snapshot.treeParents", () => ({ ...REQUEST, snapshot: buildSnapshot(MARKET, POLICY, { ...snapshotSizes(), treeParents: 2 }) })],
    ["no statement", "StatementMismatch", "statements", () => ({ ...REQUEST, statements: [] })],
    ["an instrument outside the snapshot", "UnknownInstrument", "statements[1].positions[0].instrument", () => requestOf([DERIBIT, { ...CUSTODIAN, positions: [{ ...cash, instrument: "USDT" }] }], rich)],
    ["another subject", "StatementMismatch", "statements[1].subject", () => requestOf([DERIBIT, { ...CUSTODIAN, subject: "0x0000000000000000000000000000000000000001" }])],
    ["another claimed subject", "StatementMismatch", "statements[0].subject", () => requestOf([DERIBIT, CUSTODIAN], { claim: { subject: "0x0000000000000000000000000000000000000001" } })],
    ["another scope", "StatementMismatch", "statements[0].scope", () => ({ ...REQUEST, scope: 1n })],
    ["a claim newer than a statement", "StatementMismatch", "statements[0].asOf", () => requestOf([DERIBIT, CUSTODIAN], { claim: { asOf: DERIBIT.asOf + 1 } })],
    ["a claimed sequence that is not the sum", "StatementMismatch", "claim.sequence", () => requestOf([DERIBIT, CUSTODIAN], { claim: { sequence: 13 } })],
    ["the same account twice", "StatementMismatch", "statements[1].account", () => requestOf([DERIBIT, { ...DERIBIT, positions: [cash] }], rich)],
    ["a registered account left out", "StatementMismatch", "statements", () => ({ ...requestOf([DERIBIT], rich), registeredAccountSet: REGISTERED })],
    ["registered accounts in another order", "StatementMismatch", "statements", () => ({ ...REQUEST, statements: REQUEST.statements.toReversed(), registeredAccountSet: REGISTERED })],
    ["an edited quantity", "InvalidSignature", "statements[0]", () => forged({ positions: [{ ...option, quantity: quantity(-1) }, perpetual, cash] })],
    ["a position taken out", "InvalidSignature", "statements[0]", () => forged({ positions: [perpetual, cash] })],
    ["a key that is not registered", "UnknownAttester", "statements[0].attesterKey", () => ({ ...REQUEST, registry: buildRegistry([null, null, REGISTRY.attesters[2]!]) })],
    ["a key that expired before the statement", "UnknownAttester", "statements[0].attesterKey", () => requestOf([DERIBIT], { ...rich, ...registryWith({ validUntil: DERIBIT.asOf - 1 }) })],
    ["a key not yet valid", "UnknownAttester", "statements[0].attesterKey", () => requestOf([DERIBIT], { ...rich, ...registryWith({ validFrom: DERIBIT.asOf + 1 }) })],
    ["insufficient assurance", "StatementMismatch", "statements[1].attesterKey", () => requestOf([DERIBIT, CUSTODIAN], { claim: { minAssurance: "venue-signed" } })],
    ["another policy", "SnapshotMismatch", "policy", () => ({ ...REQUEST, policy: parsePolicy({ ...POLICY_JSON, lossFactor: { MM: "0.1", IM: "0.1" } }) })],
    ["risks of another market", "SnapshotMismatch", "risks", () => ({ ...REQUEST, risks: marketRisk(otherMarket, POLICY) })],
    ["totals beyond the circuit's width", "OutOfRange", "totals.scenario[0][0]", () => requestOf([{ ...DERIBIT, positions: [{ instrument: "BTC", quantity: (10n ** 15n) as Quantity }] }])],
    ["collateral of 65 bits", "OutOfRange", "onChainCollateral", () => ({ ...REQUEST, onChainCollateral: (1n << 64n) as Usd })],
    ["negative collateral", "OutOfRange", "onChainCollateral", () => ({ ...REQUEST, onChainCollateral: -1n as Usd })],
    ["a ratio of 21 bits", "OutOfRange", "claim.minRatioBps", () => requestOf([CUSTODIAN], { claim: { minRatioBps: (1n << 20n) as Bps } })],
  ])("%s", (_, code, path, request) => {
    expect(refusal(() => prepareProof(request()))).toEqual({ code, path });
  });

  it("nothing about accounts when the registered set is the one proved", () => {
    expect(prepareProof({ ...REQUEST, registeredAccountSet: REGISTERED }).publicSignals.accountSet).toBe(REGISTERED);
  });

  it("says which tier would do", () => {
    const large = requestOf([DERIBIT, { ...CUSTODIAN, positions: [option, perpetual] }], rich);
    expect(remedy(() => prepareProof(large)).hint).toMatch(/^use tier desk \([\d,]+ constraints, the fewest of the tiers that would do: .*\), with a snapshot built for it \(treeParents 24\)$/);
    expect(remedy(() => prepareProof({ ...large, snapshot: buildSnapshot(MARKET, POLICY, snapshotSizes("desk")) })).hint).toBe("use tier desk");
    const crowd = Array.from({ length: 5 }, (_, i) => ({ ...CUSTODIAN, account: `a${i}`, positions: [] }));
    expect(remedy(() => prepareProof(requestOf(crowd))).hint).toContain("no tier is large enough");
  });
});

describe("for any book that fits", () => {
  const names = ["BTC", "BTC-15DEC23-40000-C", "BTC-PERPETUAL", "ETH-PERPETUAL", "USD"];
  const quantities = fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n }).filter((q) => q !== 0n);
  const books = fc.tuple(fc.uniqueArray(fc.constantFrom(...names), { maxLength: 2 }), fc.uniqueArray(fc.constantFrom(...names), { maxLength: 2 }), fc.array(quantities, { minLength: 4, maxLength: 4 }));

  law(
    "totals are in range, and the report's own",
    fc.property(books, ([first, second, q]) => {
      const positions = (list: string[], at: number) => list.sort().map((instrument, i) => ({ instrument, quantity: q[at + i] as Quantity }));
      const request = requestOf([{ ...DERIBIT, positions: positions(first, 0) }, { ...CUSTODIAN, positions: positions(second, 2) }], { onChainCollateral: ((1n << 64n) - 1n) as Usd, claim: { minRatioBps: 1n as Bps } });
      const { input, report } = prepareProof(request);
      expect(input.total.every((total) => total >= -(1n << 89n) && total < 1n << 89n)).toBe(true);
      expect(input.loss.every((loss) => loss >= 0n && loss < 1n << 90n)).toBe(true);
      expect(input.total.slice(-3)).toEqual([report.totals.value, report.totals.charge.MM, report.totals.charge.IM]);
      expect(input.positionMagnitude.slice(0, first.length + second.length).every((magnitude) => magnitude > 0n)).toBe(true);
    }),
    15,
  );
});

describe("the subject", () => {
  it("is the claim's, as 160 bits", () => {
    expect(prepared.input.subject).toBe(BigInt(SUBJECT));
  });
});
