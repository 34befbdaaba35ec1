import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { shapeNumbers } from "../../prover/commitment/padded-rules.ts";
import { IDENTITY } from "../../prover/commitment/curve.ts";
import type { CircuitInput } from "../../prover/proof/circuit-input.ts";
import { prepareProof } from "../../prover/proof/prepare-proof.ts";
import type { ProvingRequest } from "../../prover/proof/proving-request.ts";
import { orderedSignals, PUBLIC_SIGNALS, type PublicSignalName } from "../../prover/proof/public-signals.ts";
import { parseMarket } from "../../prover/risk/market.ts";
import { marketRisk } from "../../prover/risk/risk-array.ts";
import { buildRegistry } from "../../prover/statement/attester-registry.ts";
import { accountSet } from "../../prover/statement/account-set.ts";
import { signStatement } from "../../prover/statement/signed-statement.ts";
import type { Statement } from "../../prover/statement/statement.ts";
import { FIELD, type Bps, type Quantity, type Usd } from "../../prover/units.ts";
import { mod } from "../support/determinism.ts";
import { forger } from "../support/forge.ts";
import { law } from "../support/law.ts";
import { CUSTODIAN, DERIBIT, REGISTRY, REQUEST, requestOf } from "../support/proving-request.ts";
import { MARKET_JSON, POLICY } from "../support/small-market.ts";
import { OTHER_KEY, quantity, VENUE_KEY } from "../support/statements.ts";
import { expectCost, underTest, withGenerators, type Inputs, type Tested } from "../support/template.ts";
import { uncheckedInput } from "../support/unchecked-input.ts";

const { positions, venues, nettingSets, treeParents } = REQUEST.tier;
const SIZES = [positions, venues, `[${shapeNumbers(REQUEST.tier).join(", ")}]`, treeParents, 0];
const HONEST = prepareProof(REQUEST).input;
const NAMES = Object.keys(HONEST);
const PRIVATE = NAMES.filter((name) => !PUBLIC_SIGNALS.some((signal) => signal.name === name)) as (keyof CircuitInput)[];
/** Inputs that are only hashed: one more is as good as any other value. */
const HASHED: readonly (keyof CircuitInput)[] = ["nodeEntries", "treeNodes", "attesterSiblings", "attesterNodes"];
/** Inputs with one element per slot, and with one per statement. */
const PER_POSITION: readonly (keyof CircuitInput)[] = ["positionNode", "positionSlot", "positionSide", "positionMagnitude", "nodeEntries"];
const PER_STATEMENT: readonly (keyof CircuitInput)[] = [
  "accountId", "statementAsOf", "statementSequence", "positionCount", "statementSalt", "signatureR8", "signatureS",
  "attesterKey", "venueId", "assurance", "validFrom", "validUntil", "attesterIndex", "attesterSiblings",
];
/** One account with two positions, in a circuit for two accounts and four positions. */
const SMALL: Statement = { ...DERIBIT, positions: [{ instrument: "BTC-PERPETUAL", quantity: quantity(1) }, { instrument: "USD", quantity: quantity(-37_000) }] };
const rich = { onChainCollateral: (10n ** 15n) as Usd };
const PADDED = prepareProof(requestOf([SMALL], rich)).input;

type Nested = bigint | readonly Nested[];
const flat = (value: Nested): bigint[] => (typeof value === "bigint" ? [value] : value.flatMap(flat));
/** The input with element `index` of signal `name` (row-major) changed. */
function changed(input: CircuitInput, name: keyof CircuitInput, index: number, change: (value: bigint) => bigint): Inputs {
  const values = flat(input[name] as Nested);
  return { ...input, [name]: values.length === 1 && typeof input[name] === "bigint" ? change(values[0]!) : values.with(index, change(values[index]!)) };
}
const sizeOf = (name: keyof CircuitInput) => flat(HONEST[name] as Nested).length;

describe("MarginHealth", () => {
  let tested: Tested;
  const refusalOf = async (inputs: Inputs | CircuitInput) => (await tested.refusal(inputs as Inputs)).replace(/ in MarginHealth$/, "");
  const refused = (request: ProvingRequest) => refusalOf(uncheckedInput(request));
  beforeAll(async () => {
    const signals = PUBLIC_SIGNALS.map(({ name }) => name).join(", ");
    const text = withGenerators(REQUEST.tier, "margin-health.circom", `{public [${signals}]} = MarginHealth(${SIZES.join(", ")})`);
    tested = await underTest({ name: "MarginHealth", text, inputs: NAMES });
  });

  describe("agrees", () => {
    it("with prepareProof, which lays out every input by its name", async () => {
      expect(await refusalOf(HONEST)).toBe("accepted");
    });

    it("with the table of public signals, in its order", async () => {
      const witness = await tested.witness(HONEST as Inputs);
      expect(witness.slice(1, 1 + PUBLIC_SIGNALS.length).map(String)).toEqual(orderedSignals(prepareProof(REQUEST).publicSignals));
    });

    it("with uncheckedInput for an honest request, so that its dishonest inputs differ in the request alone", () => {
      expect(uncheckedInput(REQUEST)).toEqual(HONEST);
    });

    const names = ["BTC", "BTC-15DEC23-40000-C", "BTC-PERPETUAL", "ETH-PERPETUAL", "USD"];
    const quantities = fc.bigInt({ min: -(10n ** 11n), max: 10n ** 11n }).filter((q) => q !== 0n);
    const list = fc.uniqueArray(fc.tuple(fc.constantFrom(...names), quantities), { maxLength: 2, selector: ([name]) => name });
    const collateral = fc.bigInt({ min: 0n, max: 10n ** 15n });
    law("with isHealthy, for any book that fits, any collateral and either level", fc.asyncProperty(list, list, collateral, fc.constantFrom("MM", "IM"), async (first, second, usd, level) => {
      const held = (entries: readonly (readonly [string, bigint])[]) => entries.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([instrument, q]) => ({ instrument, quantity: q as Quantity }));
      const request = requestOf([{ ...DERIBIT, positions: held(first) }, { ...CUSTODIAN, positions: held(second) }], { onChainCollateral: usd as Usd, claim: { level } });
      expect(await refused(request)).toBe(isHealthy(request) ? "accepted" : "Num2Bits in CheckBits in Margin");
    }), 8);
  });

  describe("refuses", () => {
    it.each(PUBLIC_SIGNALS.map(({ name }) => name).filter((name) => name !== "onChainCollateral"))("%s one more or one less, with everything else recomputed", async (name) => {
      for (const delta of [1n, -1n]) expect(await refusalOf(changed(HONEST, name, 0, (value) => value + delta))).not.toBe("accepted");
    });

    it("a wrong public signal, naming whose check it is", async () => {
      const byName = await Promise.all(PUBLIC_SIGNALS.map(async ({ name }) => [name, await refusalOf(changed(HONEST, name, 0, (value) => value + 1n))] as const));
      expect(Object.fromEntries(byName)).toEqual({
        snapshotRoot: "MarginHealth",
        attesterRoot: "AttesterRegistryTop",
        accountSet: "AccountSet",
        portfolioCommitment: "MarginHealth",
        claim: "Claim",
        // more collateral is no lie to the circuit: the contract compares it with what it holds
        onChainCollateral: "accepted",
        scope: "ForceEqualIfEnabled in EdDSAPoseidonVerifier in StatementSignature",
      } satisfies Record<PublicSignalName, string>);
    });

    it.each(PRIVATE)("%s, each element one more or one less, where every place is in use", async (name) => {
      const accepted: string[] = [];
      for (let i = 0; i < sizeOf(name); i++) {
        for (const delta of HASHED.includes(name) ? [1n] : [1n, -1n]) {
          if ((await refusalOf(changed(HONEST, name, i, (value) => value + delta))) === "accepted") accepted.push(`${name}[${i}] ${delta}`);
        }
      }
      // the aggregate is a bound: more of it is required of the prover, and this book has room for one unit
      expect(accepted).toEqual(name === "aggregate" ? ["aggregate[0] 1"] : []);
    });

    const signature = "ForceEqualIfEnabled in EdDSAPoseidonVerifier in StatementSignature";
    const times = "Num2Bits in CheckBits in StatementTimes";
    const [option, perpetual, cash] = DERIBIT.positions as [(typeof DERIBIT.positions)[0], (typeof DERIBIT.positions)[0], (typeof DERIBIT.positions)[0]];
    /** Statements that say something else than what their venue signed. */
    const edited = (change: Partial<Statement>, claim = {}): ProvingRequest => {
      const [first, second] = REQUEST.statements as [(typeof REQUEST.statements)[0], (typeof REQUEST.statements)[0]];
      return { ...REQUEST, ...rich, statements: [{ ...first, statement: { ...first.statement, ...change } }, second], claim: { ...REQUEST.claim, ...claim } };
    };
    const registryWith = (change: object) => ({ registry: buildRegistry([{ ...REGISTRY.attesters[1]!, ...change }, null, REGISTRY.attesters[2]!]) });
    const otherMarket = parseMarket({ ...MARKET_JSON, underlyings: [{ ...MARKET_JSON.underlyings[0]!, spot: "36999" }, MARKET_JSON.underlyings[1]!] });

    it.each<[string, () => ProvingRequest, string]>([
      ["an unhealthy book", () => requestOf([SMALL]), "Num2Bits in CheckBits in Margin"],
      ["a position left out", () => edited({ positions: [perpetual, cash] }), signature],
      ["a liability left out", () => edited({ positions: [option, perpetual] }), signature],
      ["a position added", () => ({ ...requestOf([SMALL], rich), statements: [{ ...signStatement(SMALL, VENUE_KEY), statement: { ...SMALL, positions: [option, ...SMALL.positions] } }] }), signature],
      ["a quantity changed by one unit", () => edited({ positions: [{ ...option, quantity: (option.quantity + 1n) as Quantity }, perpetual, cash] }), signature],
      ["a short position shown as long", () => edited({ positions: [{ ...option, quantity: -option.quantity as Quantity }, perpetual, cash] }), signature],
      ["another instrument under the same quantity", () => edited({ positions: [{ ...option, instrument: "BTC" }, perpetual, cash] }), signature],
      ["another subject", () => edited({}, { subject: "0x0000000000000000000000000000000000000001" }), signature],
      ["another scope", () => ({ ...REQUEST, scope: 1n }), signature],
      ["a statement made newer", () => edited({ asOf: DERIBIT.asOf + 1 }), signature],
      ["a sequence made higher", () => edited({ sequence: DERIBIT.sequence + 1 }, { sequence: REQUEST.claim.sequence + 1 }), signature],
      ["a claimed sequence that is not the sum", () => requestOf([DERIBIT, CUSTODIAN], { claim: { sequence: 13 } }), "MarginHealth"],
      ["a stale statement", () => requestOf([DERIBIT, CUSTODIAN], { claim: { asOf: DERIBIT.asOf + 1 } }), times],
      ["a key that had expired", () => requestOf([DERIBIT], { ...rich, ...registryWith({ validUntil: DERIBIT.asOf - 1 }) }), times],
      ["a key that was not yet valid", () => requestOf([DERIBIT], { ...rich, ...registryWith({ validFrom: DERIBIT.asOf + 1 }) }), times],
      ["an assurance below the claimed one", () => requestOf([DERIBIT, CUSTODIAN], { claim: { minAssurance: "venue-signed" } }), times],
      ["one account twice", () => requestOf([DERIBIT, { ...DERIBIT, positions: [cash] }], rich), "AccountSet"],
      ["risks of another market", () => ({ ...REQUEST, ...rich, risks: marketRisk(otherMarket, POLICY) }), "RiskTotals"],
      ["a statement signed by another venue's key", () => ({ ...REQUEST, statements: [{ ...REQUEST.statements[0]!, signature: OTHER_KEY.sign(1n) }, REQUEST.statements[1]!] }), signature],
    ])("%s", async (_, request, expected) => {
      expect(await refused(request())).toBe(expected);
    });

    it("a venue left out: the set has both accounts", async () => {
      const one = uncheckedInput(requestOf([CUSTODIAN]));
      expect(await refusalOf(one)).toBe("accepted");
      expect(await refusalOf({ ...one, accountSet: accountSet([DERIBIT, CUSTODIAN], REQUEST.accountSetSalt) })).toBe("AccountSet");
    });

    it("a venue that is there, but not counted", async () => {
      expect(await refusalOf({ ...HONEST, statementCount: 1n })).toBe("MarginHealth");
      expect(await refusalOf({ ...HONEST, statementCount: 1n, sequence: 7n })).toBe("Claim");
      const withoutSecond = { ...HONEST, statementCount: 1n, positionCount: [3n, 0n], statementSequence: [12n, 0n] };
      expect(await refusalOf(withoutSecond)).toBe("Position");
    });

    it.each([["no statement", 0n], ["more statements than there are places", 3n], ["minus one statement", FIELD - 1n]])("%s", async (_, statementCount) => {
      expect(await refusalOf({ ...HONEST, statementCount })).toBe("OneHot");
    });

    it("a position that is counted and not there, and one that is there and not counted", async () => {
      const [first, second, third] = HONEST.positionMagnitude as [bigint, bigint, bigint];
      expect(await refusalOf({ ...HONEST, positionMagnitude: [first, second, third, 0n] })).toBe("Position");
      expect(await refusalOf({ ...HONEST, positionCount: [3n, 0n] })).toBe("Position");
      expect(await refusalOf({ ...HONEST, positionCount: [4n, 1n] })).toBe("OneHot in Runs");
    });

    it("a position moved to the other statement", async () => {
      for (const positionCount of [[2n, 2n], [4n, 0n]]) expect(await refusalOf({ ...HONEST, positionCount })).toBe(signature);
    });

    it("statements and sequences in places that are not used", async () => {
      expect(await refusalOf({ ...PADDED, positionCount: [1n, 1n] })).toBe("MarginHealth");
      expect(await refusalOf({ ...PADDED, statementSequence: [6n, 1n] })).toBe("MarginHealth");
    });

    it("the key of one registered attester for the place of another, and a key that is in no place", async () => {
      const exchanged = { ...HONEST, attesterKey: HONEST.attesterKey.toReversed() };
      expect(await refusalOf(exchanged)).toBe("AttesterMembership");
      const stranger = { ...CUSTODIAN, account: "stranger", venue: "custodian" };
      const { attesterKey, ...rest } = uncheckedInput({ ...requestOf([stranger]), statements: [signStatement(stranger, OTHER_KEY)] });
      expect(await refusalOf({ ...rest, attesterKey: attesterKey.map(() => [VENUE_KEY.publicKey.x, VENUE_KEY.publicKey.y] as [bigint, bigint]) })).toBe("AttesterMembership");
    });

    it("equity exactly at the requirement less one unit, whichever scenario binds", async () => {
      const books: (readonly [string, number])[] = [["BTC-PERPETUAL", 1], ["BTC-PERPETUAL", -1], ["BTC-15DEC23-40000-C", -2], ["BTC-15DEC23-40000-C", 2], ["ETH-PERPETUAL", -30], ["ETH-PERPETUAL", 30]];
      const binding = new Set<string>();
      for (const [instrument, contracts] of books) {
        const book = [{ ...DERIBIT, positions: [{ instrument, quantity: quantity(contracts) }, { instrument: "USD", quantity: quantity(-100_000) }] }];
        const { report } = prepareProof(requestOf(book, rich));
        const needed = (rich.onChainCollateral - report.excess / 10n ** 8n) as Usd;
        expect(report.excess % 10n ** 8n).toBe(0n);
        report.nettingSets.forEach(({ id, bindingScenario }) => bindingScenario === null || binding.add(`${id} ${bindingScenario}`));
        expect(await refused(requestOf(book, { onChainCollateral: needed }))).toBe("accepted");
        expect(await refused(requestOf(book, { onChainCollateral: (needed - 1n) as Usd }))).toBe("Num2Bits in CheckBits in Margin");
      }
      expect(binding.size).toBeGreaterThanOrEqual(4);
    });

    it("a loss understated by one, in either netting set", async () => {
      for (let u = 0; u < nettingSets; u++) {
        const understated = { ...HONEST, loss: HONEST.loss.with(u, HONEST.loss[u]! - 1n) };
        expect(await refusalOf(understated)).toMatch(/^ShiftedLosses in SetLosses in MarginProgram$/);
      }
    });
  });

  describe("cannot be forged", () => {
    /** circomlib's ForceEqualIfEnabled compares by IsZero, whose inverse is not read where the difference is 0. */
    const equalities = [/\.eqCheckX\.isz\.inv$/, /\.eqCheckY\.isz\.inv$/];

    it("anywhere, where every place is in use: no wire is loose or free", async () => {
      expect(await tested.undetermined(HONEST as Inputs, equalities)).toEqual([]);
    });

    it("anywhere, where places are unused: open are only inverses that IsZero does not read at 0", async () => {
      const emptySlots = /\.Position_\w+\[[23]\]\.IsZero_\w+\.inv$/;
      const emptyStatement = /\.PositionsHash_\w+\.IsZero_\w+\[1\]\.inv$/;
      expect(await tested.undetermined(PADDED as Inputs, [...equalities, emptySlots, emptyStatement])).toEqual([]);
    });

    it("by other contents of unused places: exactly these are free, and nothing that counts depends on them", async () => {
      const free: string[] = [];
      for (const [name, from] of [...PER_POSITION.map((name) => [name, 2] as const), ...PER_STATEMENT.map((name) => [name, 1] as const)]) {
        const each = sizeOf(name) / (HONEST[name] as Nested[]).length;
        for (let i = from * each; i < sizeOf(name); i++) {
          if ((await refusalOf(changed(PADDED, name, i, (value) => value + 1n))) === "accepted") free.push(`${name}[${i}]`);
        }
      }
      // an empty slot multiplies its row by 0, so neither the row's place in its node nor its side makes a difference;
      // the account of an unused place is not in the set, its statement's hash not in the portfolio, its signature not checked
      expect(free).toEqual(["positionSlot[2]", "positionSlot[3]", "positionSide[2]", "positionSide[3]", "accountId[1]", "statementAsOf[1]", "statementSalt[1]", "signatureS[1]"]);
    });

    it.each(PUBLIC_SIGNALS.map(({ name }) => name))("by another %s over the same witness", async (name) => {
      const honest = await tested.witness(HONEST as Inputs);
      for (const delta of [1n, -1n, 1n << 64n]) {
        expect(tested.circuit.checkConstraints(tested.circuit.forge(honest, { [name]: honest[tested.circuit.wire(name)]! + delta })).ok).toBe(false);
      }
    });

    /** Hints of circuits/ that kept a wire, by their callers' names: one-hot vectors, tree indices, and of each number its lowest, a middle and its highest digit. */
    const HINTS = /(?:\.(?:(?:column|parent|slot|high|low)Selector|high|low|parent|column)|^main\.(?:countSelector|endsAt)|\.digits\.digit(?=\[(?:0|11|29|31)\]))(?:\[\d+\])*$/;

    it("at any hint, with every wire that depends on it recomputed, private inputs included", async () => {
      const honest = await tested.witness(HONEST as Inputs);
      const hints = tested.circuit.signals.filter((name) => HINTS.test(name));
      expect(hints.length).toBeGreaterThan(150);
      const forge = forger(tested.circuit, PUBLIC_SIGNALS.map(({ name }) => name));
      const accepted: string[] = [];
      for (const name of hints) {
        const value = tested.circuit.signal(honest, name);
        // another digit; another bit or index
        for (const other of (name.includes("digit") ? [-value, value + 2n] : [1n - value, value + 1n]).map(mod)) {
          if (forge(honest, { [name]: other }) !== undefined) accepted.push(`${name} = ${other}`);
        }
      }
      expect(accepted).toEqual([]);
    });
  });

  describe("edges", () => {
    const held = (...entries: (readonly [string, number])[]) => entries.map(([instrument, contracts]) => ({ instrument, quantity: quantity(contracts) }));
    it.each<[string, () => ProvingRequest]>([
      ["one account in a circuit for two", () => requestOf([SMALL], rich)],
      ["an account without positions", () => requestOf([{ ...DERIBIT, positions: [] }, CUSTODIAN])],
      ["only accounts without positions: nothing is required", () => requestOf([{ ...DERIBIT, positions: [] }])],
      ["all positions in the second account", () => requestOf([{ ...CUSTODIAN, positions: [] }, { ...DERIBIT, positions: held(["BTC", 1], ["BTC-PERPETUAL", -1], ["ETH-PERPETUAL", 1], ["USD", 50_000]) }])],
      ["the same instrument in both accounts", () => requestOf([{ ...DERIBIT, positions: held(["USD", -5]) }, { ...CUSTODIAN, positions: held(["USD", 30_000]) }])],
      ["two accounts at one venue", () => requestOf([SMALL, { ...DERIBIT, account: "hedge", positions: held(["BTC-PERPETUAL", -1]) }], rich)],
      ["a claimed time as old as the oldest statement", () => requestOf([DERIBIT, CUSTODIAN], { claim: { asOf: DERIBIT.asOf } })],
      ["a key valid for the statement's second only", () => requestOf([SMALL], { ...rich, registry: buildRegistry([{ ...REGISTRY.attesters[1]!, validFrom: DERIBIT.asOf, validUntil: DERIBIT.asOf }]) })],
      ["the lowest assurance claimed", () => requestOf([DERIBIT, CUSTODIAN], { claim: { minAssurance: "self-claimed" } })],
      ["the largest collateral and the largest ratio it bears", () => requestOf([SMALL], { onChainCollateral: ((1n << 64n) - 1n) as Usd, claim: { minRatioBps: ((1n << 20n) - 1n) as Bps } })],
      ["maintenance level", () => requestOf([DERIBIT, CUSTODIAN], { claim: { level: "MM" } })],
      ["an attester in the last place of the registry", () => requestOf([SMALL], { ...rich, registry: buildRegistry([...Array<null>(255).fill(null), REGISTRY.attesters[1]!]) })],
    ])("%s", async (_, request) => {
      expect(await refusalOf(prepareProof(request()).input)).toBe("accepted");
    });

    it("unused places open any row and any registered attester, and hold any point of the curve as signature", async () => {
      const otherRow = { positionNode: PADDED.positionNode.with(3, 1n), nodeEntries: PADDED.nodeEntries.with(3, REQUEST.snapshot.tree.nodeEntries[1]!) };
      const custodian = uncheckedInput(requestOf([CUSTODIAN]));
      const attester = Object.fromEntries((["attesterKey", "venueId", "assurance", "validFrom", "validUntil", "attesterIndex", "attesterSiblings"] as const).map((name) => [name, [(PADDED[name] as Nested[])[0]!, (custodian[name] as Nested[])[0]!]]));
      expect(PADDED.signatureR8[1]).toEqual([IDENTITY.x, IDENTITY.y]);
      for (const other of [otherRow, attester, { signatureR8: [PADDED.signatureR8[0], PADDED.signatureR8[0]] }]) expect(await refusalOf({ ...PADDED, ...other } as Inputs)).toBe("accepted");
    });
  });

  describe("costs", () => {
    it("the test tier", () => {
      expectCost("MarginHealth", ["test"], tested);
    });
  });
});

function isHealthy(request: ProvingRequest): boolean {
  try {
    return prepareProof(request).report.isHealthy;
  } catch (error) {
    expect((error as { code?: string }).code).toBe("Unhealthy");
    return false;
  }
}
