import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { columnLabels, columnTotals } from "../../prover/commitment/columns.ts";
import { multiply, SUBGROUP_ORDER, type Point } from "../../prover/commitment/curve.ts";
import { shapeNumbers } from "../../prover/commitment/padded-rules.ts";
import { commitRows, commitTotals, commitVector, type VectorEntries } from "../../prover/commitment/vector-commitment.ts";
import type { ColumnTotals, RiskShape } from "../../prover/risk/margin-rules.ts";
import { BITS, FIELD, type Value } from "../../prover/units.ts";
import { law } from "../support/law.ts";
import { multiplyAny } from "../support/points.ts";
import { refusal } from "../support/refusal.ts";
import { expectCost, underTest, withGenerators, type Inputs, type Tested } from "../support/template.ts";

/** One column of every kind. */
const SHAPE: RiskShape = {
  cells: 1, groups: 0, nettingSets: 1, scenarios: 1, skews: 1, bases: 1, tails: 2, tailSets: 2, exposures: 1, tiers: 0, correlations: 1, sensitivities: 0, cellValues: true, floors: true, pairing: false,
};
const POSITIONS = 2;
const LIMIT = 1n << BigInt(BITS.total - 1);
const COLUMNS = columnLabels(SHAPE).length;
const PLACE = { cell: 0, nettingSet: 0 };

const entriesOf = (x: readonly bigint[]): VectorEntries => ({
  scenarioPnl: [x[0]!], skewPnl: [x[1]!], basisPnl: [[x[2]!, x[3]!]], cellValue: x[4]!, tailPnl: [x[5]!, x[6]!], exposure: [x[7]!], floor: x[8]!, value: x[9]!, chargeMM: x[10]!, chargeIM: x[11]!,
});
const totalsOf = (y: readonly bigint[]): ColumnTotals => {
  const x = y as readonly Value[];
  return {
    scenario: [[x[0]!]], skew: [[x[1]!]], basis: [[[x[2]!, x[3]!]]], cellValue: [x[4]!], tail: [x[5]!, x[6]!], exposure: [x[7]!], floor: [x[8]!], value: x[9]!, charge: { MM: x[10]!, IM: x[11]! },
    pairCredit: { MM: 0n as Value, IM: 0n as Value },
  };
};
const numbers = (limit: bigint) => fc.array(fc.oneof(fc.constantFrom(-limit, -1n, 0n, 1n, limit - 1n), fc.bigInt({ min: -limit, max: limit - 1n })), { minLength: 12, maxLength: 12 });
const SOME = [3n, -4n, 5n, -6n, 7n, -8n, 9n, -10n, 11n, 12n, 13n, 14n];
const main = (template: string, params: string, inputs: readonly string[]) => withGenerators(SHAPE, "risk-totals.circom", `{public [${inputs.join(", ")}]} = ${template}(${params}[${shapeNumbers(SHAPE).join(", ")}])`);

describe("CommittedRisk", () => {
  let tested: Tested;
  const commitment = async (total: readonly bigint[]): Promise<Point> => ({ x: await tested.output({ total }, "outX"), y: await tested.output({ total }, "outY") });
  beforeAll(async () => {
    tested = await underTest({ name: "CommittedRisk", text: main("CommittedRisk", "", ["total"]), inputs: ["total"] });
  });

  describe("agrees", () => {
    law("with twice commitTotals, whatever the thresholds of the tails; signs are those of the totals", fc.asyncProperty(numbers(LIMIT / 2n), numbers(LIMIT / 2n), async (x, [first, second]) => {
      const total = columnTotals(totalsOf(x), SHAPE, { thresholds: [first!, second!], losses: [] });
      expect(await commitment(total)).toEqual(multiply(commitTotals(totalsOf(x)), 2n));
      expect(await tested.outputs({ total }, "sign")).toEqual(total.map((y) => (y >= 0n ? 1n : FIELD - 1n)));
    }), 20);
  });

  describe("refuses", () => {
    it.each([LIMIT, -LIMIT - 1n])("a total of %s, in any column", async (y) => {
      for (let k = 0; k < COLUMNS; k++) expect(await tested.refusal({ total: Array<bigint>(COLUMNS).fill(0n).with(k, y) })).toBe("OddDigits3 in FixedBaseWindows in CommittedRisk");
    });
  });

  describe("cannot be forged", () => {
    it("by the negated sign of any column", async () => {
      const honest = await tested.witness({ total: columnTotals(totalsOf(SOME), SHAPE, { thresholds: [8n], losses: [] }) });
      for (let k = 0; k < COLUMNS; k++) {
        const forged = tested.circuit.forge(honest, { [`sign[${k}]`]: -tested.circuit.signal(honest, `sign[${k}]`) });
        expect(tested.circuit.checkConstraints(forged).ok).toBe(false);
      }
    });
  });

  describe("edges", () => {
    it.each([-LIMIT, -1n, 0n, LIMIT - 1n])("every total %s", async (y) => {
      expect(await tested.outputs({ total: Array<bigint>(COLUMNS).fill(y) }, "sign")).toEqual(Array<bigint>(COLUMNS).fill(y < 0n ? FIELD - 1n : 1n));
    });
  });

  describe("costs", () => {
    it("331 for each total", () => expectCost("CommittedRisk", ["one of each"], tested));
  });
});

describe("RiskTotals", () => {
  let tested: Tested;
  const INPUTS = ["cx", "cy", "px", "py", "total"];
  beforeAll(async () => {
    tested = await underTest({ name: "RiskTotals", text: main("RiskTotals", `${POSITIONS}, `, INPUTS), inputs: INPUTS });
  });

  /** Windows of magnitude·row, highest weight last: odd digits of 2m + 1. */
  function windows(row: Point, magnitude: bigint): Point[] {
    return Array.from({ length: 32 }, (_, j) => multiplyAny(row, 2n * ((magnitude >> BigInt(2 * j)) & 3n) - 3n));
  }
  function inputs(book: readonly (readonly [VectorEntries, bigint])[], total: readonly bigint[]): Inputs {
    const rows = book.map(([vector]) => commitVector(PLACE, vector));
    const points = rows.map((row, i) => windows(row, book[i]![1]));
    return { cx: rows.map(({ x }) => x), cy: rows.map(({ y }) => y), px: points.map((each) => each.map(({ x }) => x)), py: points.map((each) => each.map(({ y }) => y)), total };
  }
  const honest = (a: readonly bigint[], m: bigint, b: readonly bigint[], n: bigint, ...thresholds: bigint[]): Inputs =>
    inputs([[entriesOf(a), m], [entriesOf(b), n]], columnTotals(totalsOf(a.map((x, k) => m * x + n * b[k]!)), SHAPE, { thresholds, losses: [] }));

  describe("agrees", () => {
    const entry = numbers(1n << 20n);
    const magnitude = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n });
    law("with sums of magnitude times entry, one unit more or less in any column is refused", fc.asyncProperty(entry, magnitude, entry, magnitude, fc.nat({ max: COLUMNS - 1 }), async (a, m, b, n, k) => {
      const given = honest(a, m, b, n, 77n, -5n);
      expect(await tested.refusal(given)).toBe("accepted");
      const total = given.total as bigint[];
      for (const step of [1n, -1n]) expect(await tested.refusal({ ...given, total: total.with(k, total[k]! + step) })).toBe("RiskTotals");
    }), 10);
  });

  describe("refuses", () => {
    it("tails shifted by another threshold than the one beside them, or by that of the other set", async () => {
      const total = honest(SOME, 2n, SOME, 3n, 5n, 7n).total as bigint[];
      const at = columnLabels(SHAPE).indexOf("threshold/0");
      expect(total.slice(at, at + 2)).toEqual([5n, 7n]);
      for (const wrong of [total.with(at, 6n), total.with(at + 1, 6n), total.with(at, 7n).with(at + 1, 5n)]) {
        expect(await tested.refusal({ ...honest(SOME, 2n, SOME, 3n), total: wrong })).toBe("RiskTotals");
      }
    });

    it("no row with an entry as large as the subgroup order, which is the same in the group: publishers refuse such rows (R13)", async () => {
      const far = SOME.with(9, SOME[9]! + SUBGROUP_ORDER);
      expect(commitVector(PLACE, entriesOf(far))).toEqual(commitVector(PLACE, entriesOf(SOME)));
      const row = (long: readonly bigint[]) => [{ instrument: { name: "x" }, ...PLACE, long: entriesOf(long), short: entriesOf(SOME) }];
      expect(refusal(() => commitRows(row(far)))).toMatchObject({ code: "OutOfRange", path: "x.long.value" });
      expect(commitRows(row(SOME))[0]!.long).toEqual(commitVector(PLACE, entriesOf(SOME)));
    });
  });

  describe("cannot be forged", () => {
    const OTHER = SOME.map((entry, k) => entry + BigInt(k) - 3n);
    const total = honest(SOME, 2n, OTHER, 3n).total as bigint[];
    const posing = (...book: [readonly bigint[], bigint][]): Inputs => inputs(book.map(([entries, m]) => [entriesOf(entries), m] as const), total);

    it.each<[string, Inputs]>([
      ["two scenarios exchanged", { ...honest(SOME, 2n, OTHER, 3n), total: total.with(0, total[1]!).with(1, total[0]!) }],
      ["every column exchanged with its mirror image", { ...honest(SOME, 2n, OTHER, 3n), total: total.toReversed() }],
      ["another instrument's row", posing([OTHER, 2n], [OTHER, 3n])],
      ["the short row in place of the long one", posing([SOME.map((entry) => -entry), 2n], [OTHER, 3n])],
      ["the magnitudes of two positions exchanged", posing([SOME, 3n], [OTHER, 2n])],
      ["a position counted twice", posing([SOME, 2n], [SOME, 2n])],
    ])("by %s", async (_, forged) => {
      expect(await tested.refusal(honest(SOME, 2n, OTHER, 3n))).toBe("accepted");
      expect(await tested.refusal(forged)).toBe("RiskTotals");
    });

    it("by totals of another book", async () => {
      const [one, other] = [honest(SOME, 2n, SOME, 3n), honest(SOME, 2n, SOME, 4n)];
      expect(await tested.refusal({ ...one, total: other.total! })).toBe("RiskTotals");
    });
  });

  describe("edges", () => {
    it("all at their largest", async () => {
      const [high, low] = [1n, -1n].map((sign) => SOME.map(() => sign * (1n << 24n)));
      const most = (1n << 64n) - 1n;
      expect(await tested.refusal(honest(high!, most, low!, most - 1n))).toBe("accepted");
      expect(await tested.refusal(honest(high!.map((entry) => entry / 2n), most, high!.map((entry) => entry / 2n), most))).toBe("accepted");
    });
    it("an empty book", async () => expect(await tested.refusal(honest(SOME, 0n, SOME, 0n))).toBe("accepted"));
  });

  describe("costs", () => {
    it("six for each window, and the commitment", () => expectCost("RiskTotals", [POSITIONS, "one of each"], tested));
  });
});
