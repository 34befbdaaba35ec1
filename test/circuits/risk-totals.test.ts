import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { add, IDENTITY, isInSubgroup, multiply, negate, SUBGROUP_ORDER, type Point } from "../../prover/commitment/curve.ts";
import { commitRows, commitTotals, commitVector, type VectorEntries } from "../../prover/commitment/vector-commitment.ts";
import { slackOf } from "../../prover/proof/margin-check.ts";
import { BITS, FIELD, type Value } from "../../prover/units.ts";
import { law } from "../support/law.ts";
import { multiplyAny, ORDER_TWO, sumOf } from "../support/points.ts";
import { refusal } from "../support/refusal.ts";
import { expectCost, underTest, withGenerators, type Inputs, type Tested } from "../support/template.ts";

const [SETS, SCENARIOS, POSITIONS] = [2, 2, 2];
const SIZE = { nettingSets: SETS, scenarios: SCENARIOS };
const LIMIT = 1n << BigInt(BITS.total);
const TOTALS = ["slack", "loss", "value", "chargeMM", "chargeIM"] as const;
const outOfRange = "OddDigits3 in FixedBaseWindows in CommittedRisk";

interface Totals {
  readonly slack: readonly (readonly bigint[])[];
  readonly loss: readonly bigint[];
  readonly value: bigint;
  readonly chargeMM: bigint;
  readonly chargeIM: bigint;
}

const asInputs = (totals: Totals): Inputs => ({ ...totals });
const ZERO: Totals = { slack: [[0n, 0n], [0n, 0n]], loss: [0n, 0n], value: 0n, chargeMM: 0n, chargeIM: 0n };
const SOME: Totals = { slack: [[0n, 12n * 10n ** 16n], [7n * 10n ** 15n, 0n]], loss: [5n * 10n ** 16n, 3n], value: -9n * 10n ** 16n, chargeMM: 10n ** 14n, chargeIM: 2n * 10n ** 14n };

/** Totals with one entry replaced, `slack[1][0]`, `loss[0]`, `value`. */
function withEntry(totals: Totals, entry: string, change: (value: bigint) => bigint): Totals {
  const [, name, u, s] = /^(\w+)(?:\[(\d)\])?(?:\[(\d)\])?$/.exec(entry) as unknown as [string, keyof Totals, string?, string?];
  if (name === "slack") return { ...totals, slack: totals.slack.map((row, i) => (i === Number(u) ? row.with(Number(s), change(row[Number(s)]!)) : row)) };
  if (name === "loss") return { ...totals, loss: totals.loss.with(Number(u), change(totals.loss[Number(u)]!)) };
  return { ...totals, [name]: change(totals[name]) };
}
const UNSIGNED = ["slack[0][0]", "slack[0][1]", "slack[1][0]", "slack[1][1]", "loss[0]", "loss[1]", "chargeMM", "chargeIM"];

const upTo = (limit: bigint) => fc.oneof(fc.bigInt({ min: 0n, max: limit - 1n }), fc.constantFrom(0n, 1n, limit - 1n));
const anyTotals: fc.Arbitrary<Totals> = fc.record({
  slack: fc.array(fc.array(upTo(LIMIT), { minLength: SCENARIOS, maxLength: SCENARIOS }), { minLength: SETS, maxLength: SETS }),
  loss: fc.array(upTo(LIMIT), { minLength: SETS, maxLength: SETS }),
  value: upTo(LIMIT).map((value) => value - LIMIT / 2n),
  chargeMM: upTo(LIMIT),
  chargeIM: upTo(LIMIT),
});

describe("CommittedRisk", () => {
  let tested: Tested;
  const commitment = async (totals: Totals): Promise<Point> => ({ x: await tested.output(asInputs(totals), "outX"), y: await tested.output(asInputs(totals), "outY") });
  const shipped = ({ slack, loss, ...rest }: Totals): Point => multiply(commitTotals({ ...rest, scenarioPnl: slack.map((row, u) => row.map((entry) => entry - loss[u]!)) }), 2n);
  beforeAll(async () => {
    const text = withGenerators(SIZE, "risk-totals.circom", `{public [${TOTALS.join(", ")}]} = CommittedRisk(${SETS}, ${SCENARIOS})`);
    tested = await underTest({ name: "CommittedRisk", text, inputs: TOTALS });
  });

  describe("agrees", () => {
    law("with twice commitTotals, for any totals in range", fc.asyncProperty(anyTotals, async (totals) => {
      expect(await commitment(totals)).toEqual(shipped(totals));
    }), 20);

    it("with twice commitTotals when one entry alone is 1: every generator stands at its place", async () => {
      for (const entry of [...UNSIGNED, "value"]) {
        const unit = withEntry(ZERO, entry, () => 1n);
        expect(await commitment(unit)).toEqual(shipped(unit));
      }
    });
  });

  describe("refuses", () => {
    it.each(UNSIGNED)("%s of 2^90, of minus one, and of anything that is only equal to it in the group", async (entry) => {
      for (const value of [LIMIT, FIELD - 1n, SUBGROUP_ORDER, (FIELD + 1n) / 2n]) expect(await tested.refusal(asInputs(withEntry(SOME, entry, () => value)))).toBe(outOfRange);
    });

    it.each([["2^89", LIMIT / 2n], ["one below -2^89", -LIMIT / 2n - 1n], ["the subgroup order", SUBGROUP_ORDER], ["2^90", LIMIT]])("value of %s", async (_, value) => {
      expect(await tested.refusal(asInputs({ ...SOME, value }))).toBe(outOfRange);
    });

    it("a P&L larger than its range, however it is split", async () => {
      for (const loss of [0n, 1n, LIMIT - 1n]) {
        expect(await tested.refusal(asInputs({ ...ZERO, loss: [loss, 0n], slack: [[LIMIT + loss, loss], [0n, 0n]] }))).toBe(outOfRange);
      }
      expect(await tested.refusal(asInputs({ ...ZERO, loss: [LIMIT, 0n], slack: [[0n, LIMIT], [0n, 0n]] }))).toBe(outOfRange);
    });
  });

  describe("cannot be forged", () => {
    it("anywhere: no wire is loose or free", async () => {
      expect(await tested.undetermined(asInputs(SOME))).toEqual([]);
    });

    it("by the windows of other totals", async () => {
      const [honest, other] = [await tested.witness(asInputs(SOME)), await tested.witness(asInputs(withEntry(SOME, "value", (value) => value + 1n)))];
      const forged = [...other];
      for (const name of ["value", "outX", "outY"]) forged[tested.circuit.wire(name)] = honest[tested.circuit.wire(name)]!;
      expect(tested.circuit.checkConstraints(forged).ok).toBe(false);
    });
  });

  describe("edges", () => {
    it.each<[string, Totals]>([
      ["all zero", ZERO],
      ["all at their largest", { slack: [[LIMIT - 1n, LIMIT - 1n], [LIMIT - 1n, LIMIT - 1n]], loss: [LIMIT - 1n, LIMIT - 1n], value: LIMIT / 2n - 1n, chargeMM: LIMIT - 1n, chargeIM: LIMIT - 1n }],
      ["the lowest value", { ...ZERO, value: -LIMIT / 2n }],
      ["the largest loss in every scenario", { ...ZERO, loss: [LIMIT - 1n, LIMIT - 1n] }],
      ["the largest gain", { ...ZERO, slack: [[LIMIT - 1n, 0n], [0n, LIMIT - 1n]] }],
    ])("%s", async (_, totals) => {
      expect(await commitment(totals)).toEqual(shipped(totals));
    });

    it("nothing at all commits to the neutral point", async () => {
      expect(await commitment(ZERO)).toEqual(IDENTITY);
    });

    it("a loss that is overstated with all its slacks is the same P&L", async () => {
      const over = { ...SOME, loss: SOME.loss.map((loss) => loss + 1n), slack: SOME.slack.map((row) => row.map((entry) => entry + 1n)) };
      expect(await commitment(over)).toEqual(await commitment(SOME));
    });
  });

  describe("costs", () => {
    it("eleven constraints per total and 3 bits, the shared doublings, and the offset", () => {
      expectCost("CommittedRisk", [SETS, SCENARIOS], tested);
      const [bases, windows] = [SETS * SCENARIOS + SETS + 3, BITS.total / 3];
      expect(tested.circuit.r1cs.constraints).toBeLessThanOrEqual(11 * bases * windows + 6 * 3 * windows + 6);
    });
  });
});

interface Held {
  readonly nettingSet: number;
  readonly vector: VectorEntries;
  readonly magnitude: bigint;
}

/** The points digit_j C of the magnitude's odd 2-bit digits, as Position makes them. */
function windows(point: Point, magnitude: bigint): Point[] {
  return Array.from({ length: BITS.quantity / 2 }, (_, j) => multiplyAny(point, 2n * ((magnitude >> BigInt(2 * j)) & 3n) - 3n));
}

function rowInputs(rows: readonly { point: Point; magnitude: bigint }[]): Inputs {
  const points = rows.map(({ point, magnitude }) => windows(point, magnitude));
  return { cx: rows.map(({ point }) => point.x), cy: rows.map(({ point }) => point.y), px: points.map((row) => row.map(({ x }) => x)), py: points.map((row) => row.map(({ y }) => y)) };
}

/** Totals of a book by plain sums, with the loss of each netting set as small as it can be. */
function totalsOf(book: readonly Held[]): Totals {
  const total = (entry: (vector: VectorEntries) => bigint, members = book) => members.reduce((sum, { vector, magnitude }) => sum + magnitude * entry(vector), 0n);
  const scenarioPnl = Array.from({ length: SETS }, (_, u) =>
    Array.from({ length: SCENARIOS }, (_, s) => total(({ scenarioPnl }) => scenarioPnl[s]!, book.filter(({ nettingSet }) => nettingSet === u)) as Value));
  const loss = scenarioPnl.map((row) => row.reduce((worst, pnl) => (-pnl > worst ? -pnl : worst), 0n) as Value);
  return { slack: slackOf({ scenarioPnl, loss }), loss, value: total(({ value }) => value), chargeMM: total(({ chargeMM }) => chargeMM), chargeIM: total(({ chargeIM }) => chargeIM) };
}

describe("RiskTotals", () => {
  let tested: Tested;
  const INPUTS = ["cx", "cy", "px", "py", ...TOTALS];
  const committed = (book: readonly Held[]) => book.map(({ nettingSet, vector, magnitude }) => ({ point: commitVector(nettingSet, vector), magnitude }));
  const inputs = (book: readonly Held[], totals = totalsOf(book)): Inputs => ({ ...rowInputs(committed(book)), ...totals });
  beforeAll(async () => {
    const text = withGenerators(SIZE, "risk-totals.circom", `{public [${INPUTS.join(", ")}]} = RiskTotals(${POSITIONS}, ${SETS}, ${SCENARIOS})`);
    tested = await underTest({ name: "RiskTotals", text, inputs: INPUTS });
  });

  const LONG: VectorEntries = { scenarioPnl: [-700n, 450n], value: 37_000n, chargeMM: 11n, chargeIM: 19n };
  const SHORT: VectorEntries = { scenarioPnl: [699n, -451n], value: -37_001n, chargeMM: 13n, chargeIM: 23n };
  const OTHER: VectorEntries = { scenarioPnl: [50n, -80n], value: 2_000n, chargeMM: 3n, chargeIM: 5n };
  const BOOK: Held[] = [{ nettingSet: 0, vector: LONG, magnitude: 3n * 10n ** 8n }, { nettingSet: 1, vector: OTHER, magnitude: 10n ** 9n + 1n }];
  const [FIRST, SECOND] = BOOK as [Held, Held];

  describe("agrees", () => {
    const entry = fc.bigInt({ min: -(1n << 40n), max: 1n << 40n });
    const charge = fc.bigInt({ min: 0n, max: 1n << 30n });
    const held = fc.record({
      nettingSet: fc.nat({ max: SETS - 1 }),
      vector: fc.record({ scenarioPnl: fc.tuple(entry, entry), value: entry, chargeMM: charge, chargeIM: charge }),
      magnitude: fc.bigInt({ min: 0n, max: 1n << 48n }),
    });
    law("with the sums of magnitude times vector, for any book", fc.asyncProperty(fc.tuple(held, held), async (book) => {
      expect(await tested.refusal(inputs(book))).toBe("accepted");
    }), 15);
  });

  describe("refuses", () => {
    it.each([...UNSIGNED, "value"])("%s one more or one less than the positions make it", async (entry) => {
      // away from 0, where one less would be out of range
      const roomy = { ...totalsOf(BOOK), slack: totalsOf(BOOK).slack.map((row) => row.map((slack) => slack + 9n)), loss: totalsOf(BOOK).loss.map((loss) => loss + 9n) };
      expect(await tested.refusal(inputs(BOOK, roomy))).toBe("accepted");
      for (const delta of [1n, -1n]) expect(await tested.refusal(inputs(BOOK, withEntry(roomy, entry, (value) => value + delta)))).toBe("RiskTotals");
    });

    it.each<[string, (totals: Totals) => Totals]>([
      ["two scenarios exchanged", (totals) => ({ ...totals, slack: [[totals.slack[0]![1]!, totals.slack[0]![0]!], totals.slack[1]!] })],
      ["two netting sets exchanged", (totals) => ({ ...totals, slack: totals.slack.toReversed(), loss: totals.loss.toReversed() })],
      ["a loss moved to the other netting set", ({ loss: [a, b], ...totals }) => ({ ...totals, loss: [0n, a! + b!] })],
      ["value and charge exchanged", (totals) => ({ ...totals, value: totals.chargeIM, chargeIM: totals.value })],
      ["both charges exchanged", (totals) => ({ ...totals, chargeMM: totals.chargeIM, chargeIM: totals.chargeMM })],
      ["a charge counted as value", (totals) => ({ ...totals, value: totals.value + totals.chargeMM, chargeMM: 0n })],
      ["no risk at all", () => ZERO],
    ])("%s", async (_, change) => {
      expect(await tested.refusal(inputs(BOOK, change(totalsOf(BOOK))))).toBe("RiskTotals");
    });

    it.each<[string, Held[]]>([
      ["the magnitudes of two positions exchanged", [{ ...FIRST, magnitude: SECOND.magnitude }, { ...SECOND, magnitude: FIRST.magnitude }]],
      ["the short row in place of the long one", [{ ...FIRST, vector: SHORT }, SECOND]],
      ["another instrument's row", [{ ...FIRST, vector: OTHER }, SECOND]],
      ["the same row in another netting set", [{ ...FIRST, nettingSet: 1 }, SECOND]],
      ["one unit more", [{ ...FIRST, magnitude: FIRST.magnitude + 1n }, SECOND]],
      ["one unit less", [FIRST, { ...SECOND, magnitude: SECOND.magnitude - 1n }]],
      ["a position left out", [FIRST, { ...SECOND, magnitude: 0n }]],
      ["a position counted twice", [FIRST, FIRST]],
    ])("totals of the book over %s", async (_, other) => {
      expect(await tested.refusal(inputs(other, totalsOf(BOOK)))).toBe("RiskTotals");
    });

    it("windows of another row than the position's own", async () => {
      const [honest, other] = [rowInputs(committed(BOOK)), rowInputs(committed([{ ...FIRST, vector: SHORT }, SECOND]))];
      expect(await tested.refusal({ ...honest, cx: other.cx!, cy: other.cy!, ...totalsOf(BOOK) })).toBe("RiskTotals");
      expect(await tested.refusal({ ...other, cx: honest.cx!, cy: honest.cy!, ...totalsOf(BOOK) })).toBe("RiskTotals");
    });

    it.each<[string, (point: Point) => Point]>([
      ["its negative, which has the same y", ({ x, y }) => ({ x: FIELD - x, y })],
      ["the other point with the same x", ({ x, y }) => ({ x, y: FIELD - y })],
    ])("a book whose sum is not the totals' but %s", async (_, mirror) => {
      // one window, chosen freely, moves the sum there
      const rows = committed(BOOK);
      const honest = rowInputs(rows) as { px: bigint[][]; py: bigint[][] };
      const due = sumOf(rows.map(({ point, magnitude }) => multiplyAny(point, 2n * magnitude + 1n)));
      const shifted = sumOf([{ x: honest.px[1]![0]!, y: honest.py[1]![0]! }, negate(due), mirror(due)]);
      const moved = { px: honest.px.with(1, honest.px[1]!.with(0, shifted.x)), py: honest.py.with(1, honest.py[1]!.with(0, shifted.y)) };
      expect(await tested.refusal({ ...inputs(BOOK), ...moved })).toBe("RiskTotals");
    });

    it("no row with an entry as large as the subgroup order, which is the same in the group: publishers refuse such rows (R13)", async () => {
      const hidden: VectorEntries = { ...LONG, scenarioPnl: [LONG.scenarioPnl[0]! - SUBGROUP_ORDER, LONG.scenarioPnl[1]!] };
      expect(await tested.refusal(inputs([{ ...FIRST, vector: hidden }, SECOND], totalsOf(BOOK)))).toBe("accepted");
      expect(refusal(() => commitRows([{ instrument: { name: "wraps" }, nettingSet: 0, long: hidden, short: SHORT }]))).toEqual({ code: "OutOfRange", path: "wraps.long.scenarioPnl[0]" });
    });

    it("no row with a part of small order, which doubling hides: snapshots are checked for it (R14)", async () => {
      const rows = committed(BOOK);
      const mixed = rows.with(0, { ...rows[0]!, point: add(rows[0]!.point, ORDER_TWO) });
      expect(isInSubgroup(mixed[0]!.point)).toBe(false);
      expect(await tested.refusal({ ...rowInputs(mixed), ...totalsOf(BOOK) })).toBe("accepted");
    });
  });

  describe("cannot be forged", () => {
    it("anywhere: no wire is loose or free", async () => {
      expect(await tested.undetermined(inputs(BOOK))).toEqual([]);
    });

    it("by a loss understated by one: whichever scenario is the worst, its slack would be minus one", async () => {
      for (let u = 0; u < SETS; u++) {
        for (let s = 0; s < SCENARIOS; s++) {
          const book = [{ nettingSet: u, vector: { ...LONG, scenarioPnl: [10n, 10n].with(s, -10n) }, magnitude: 5n }, { ...SECOND, nettingSet: 1 - u }];
          const totals = totalsOf(book);
          expect([totals.slack[u]![s], await tested.refusal(inputs(book))]).toEqual([0n, "accepted"]);
          const understated = { ...totals, loss: totals.loss.with(u, totals.loss[u]! - 1n), slack: totals.slack.with(u, totals.slack[u]!.map((slack) => slack - 1n)) };
          expect(await tested.refusal(inputs(book, understated))).toBe(`${outOfRange} in RiskTotals`);
        }
      }
    });

    it("by a slack that is one above where the worst one is", async () => {
      const totals = totalsOf(BOOK);
      for (const entry of UNSIGNED.slice(0, 4)) expect(await tested.refusal(inputs(BOOK, withEntry(totals, entry, (slack) => slack + 1n)))).toBe("RiskTotals");
    });

    it("by totals that commit to the opposite point, whose y is the same", async () => {
      // sum (2m + 1) C and sum C + 2 commitment(L) are opposite for L = -sum (m + 1) v
      const free = BOOK.map((held) => ({ ...held, vector: { ...held.vector, chargeMM: 0n, chargeIM: 0n } }));
      const opposite = free.map(({ nettingSet, vector, magnitude }) => ({
        nettingSet, magnitude: magnitude + 1n, vector: { ...vector, scenarioPnl: vector.scenarioPnl.map((pnl) => -pnl), value: -vector.value },
      }));
      expect(await tested.refusal(inputs(free))).toBe("accepted");
      expect(await tested.refusal(inputs(free, totalsOf(opposite)))).toBe("RiskTotals");
    });

    it("by losses that are exact in the group only: a total and the subgroup order", async () => {
      const totals = totalsOf(BOOK);
      for (const entry of [...UNSIGNED, "value"]) {
        expect(await tested.refusal(inputs(BOOK, withEntry(totals, entry, (value) => value + SUBGROUP_ORDER)))).toBe(`${outOfRange} in RiskTotals`);
      }
    });
  });

  describe("edges", () => {
    const largest = (1n << BigInt(BITS.quantity)) - 1n;
    const flat = (pnl: bigint): VectorEntries => ({ scenarioPnl: [pnl, pnl], value: 0n, chargeMM: 0n, chargeIM: 0n });

    it.each<[string, Held[]]>([
      ["an empty book", [{ ...FIRST, magnitude: 0n }, { ...SECOND, magnitude: 0n }]],
      ["one unit", [{ ...FIRST, magnitude: 1n }, { ...SECOND, magnitude: 0n }]],
      ["the largest quantities", [{ ...FIRST, vector: flat(-1n), magnitude: largest }, { ...SECOND, vector: flat(1n), magnitude: largest }]],
      ["the same instrument at two venues", [FIRST, FIRST]],
      ["long and short of one instrument", [FIRST, { ...FIRST, vector: SHORT }]],
      ["an instrument without risk", [FIRST, { ...SECOND, vector: flat(0n) }]],
    ])("%s", async (_, book) => {
      expect(await tested.refusal(inputs(book))).toBe("accepted");
    });

    it("a loss at the very end of its range passes, and one beyond does not", async () => {
      const atEnd = [{ nettingSet: 0, vector: flat(-(LIMIT - 1n) / 3n), magnitude: 3n }, { ...SECOND, magnitude: 0n }];
      expect([totalsOf(atEnd).loss[0], await tested.refusal(inputs(atEnd))]).toEqual([LIMIT - 1n, "accepted"]);
      const beyond = [{ nettingSet: 0, vector: flat(-LIMIT / 4n), magnitude: 4n }, { ...SECOND, magnitude: 0n }];
      expect([totalsOf(beyond).loss[0], await tested.refusal(inputs(beyond))]).toEqual([LIMIT, `${outOfRange} in RiskTotals`]);
    });

    it("a value at either end of its range passes, and one beyond does not", async () => {
      const worth = (value: bigint): Held[] => [{ nettingSet: 0, vector: { ...flat(0n), value }, magnitude: 1n }, { ...SECOND, magnitude: 0n }];
      for (const value of [LIMIT / 2n - 1n, -LIMIT / 2n]) expect(await tested.refusal(inputs(worth(value)))).toBe("accepted");
      for (const value of [LIMIT / 2n, -LIMIT / 2n - 1n]) expect(await tested.refusal(inputs(worth(value)))).toBe(`${outOfRange} in RiskTotals`);
    });

    it("an overstated loss passes: a prover may only ask more of itself", async () => {
      const totals = totalsOf(BOOK);
      const over = { ...totals, loss: totals.loss.map((loss) => loss + 1000n), slack: totals.slack.map((row) => row.map((slack) => slack + 1000n)) };
      expect(await tested.refusal(inputs(BOOK, over))).toBe("accepted");
    });
  });

  describe("costs", () => {
    it("six constraints per window of each position, on top of the totals", () => {
      expectCost("RiskTotals", [POSITIONS, SETS, SCENARIOS], tested);
    });
  });
});
