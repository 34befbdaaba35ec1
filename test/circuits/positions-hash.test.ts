import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { identifier, TAGS } from "../../prover/commitment/domain.ts";
import { signedToField } from "../../prover/commitment/poseidon.ts";
import type { Position } from "../../prover/risk/book.ts";
import { positionsHash } from "../../prover/statement/statement.ts";
import { FIELD, type Quantity } from "../../prover/units.ts";
import { law } from "../support/law.ts";
import { expectCost, underTest, type Inputs, type Tested } from "../support/template.ts";

const FILE = "positions-hash.circom";
const [SLOTS, VENUES] = [4, 3];

/** Every way of cutting at most SLOTS slots into VENUES runs, empty ones included. */
const SPLITS: readonly (readonly number[])[] = Array.from({ length: (SLOTS + 1) ** VENUES }, (_, n) =>
  Array.from({ length: VENUES }, (_, v) => Math.floor(n / (SLOTS + 1) ** v) % (SLOTS + 1)),
).filter((counts) => sum(counts) <= SLOTS);

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}

/** What Runs must say: endsAt[v][i] = 1 where runs 0..v hold i slots together, used[i] = 1 below their total. */
function runs(counts: readonly number[]) {
  const ends = counts.map((_, v) => sum(counts.slice(0, v + 1)));
  return {
    endsAt: ends.map((end) => Array.from({ length: SLOTS + 1 }, (_, i) => (i === end ? 1n : 0n))),
    used: Array.from({ length: SLOTS }, (_, i) => (i < sum(counts) ? 1n : 0n)),
  };
}

describe("Runs", () => {
  let tested: Tested;
  beforeAll(async () => {
    tested = await underTest({ file: FILE, template: "Runs", params: [SLOTS, VENUES], inputs: ["count"] });
  });

  describe("agrees", () => {
    it(`with the partial sums, for each of the ${SPLITS.length} splits of ${SLOTS} slots over ${VENUES} statements`, async () => {
      for (const count of SPLITS) {
        const { endsAt, used } = runs(count);
        expect([await tested.outputs({ count }, "endsAt"), await tested.outputs({ count }, "used")]).toEqual([endsAt.flat(), used]);
      }
    });
  });

  describe("refuses", () => {
    it.each([["more slots than there are", [2, 2, 1]], ["a first run that is too long", [5, 0, 0]], ["a last run that is too long", [0, 0, 5]], ["a negative first run", [-1, 2, 1]]])("%s", async (_, count) => {
      expect(await tested.refusal({ count })).toBe("OneHot in Runs");
    });

    it("no run that takes slots back: counts must come as 16 bits from StatementHash (R10)", async () => {
      const { used } = runs([4, 0, 0]);
      expect(await tested.outputs({ count: [4, FIELD - 3n, 3] }, "used")).toEqual(used);
      expect(await tested.outputs({ count: [4, FIELD - 3n, 0] }, "used")).toEqual([1n, 0n, 0n, 0n]);
    });
  });

  describe("cannot be forged", () => {
    it.each([[[2, 1, 1]], [[0, 0, 0]], [[0, 4, 0]]])("anywhere, for counts %j: no wire is loose or free", async (count) => {
      expect(await tested.undetermined({ count })).toEqual([]);
    });

    it("at an end, with what depends on it recomputed", async () => {
      expect(await tested.forgeries({ count: [2, 1, 0] }, ["endsAt", "used"])).toEqual([]);
    });
  });

  describe("edges", () => {
    it("no slot used, every slot used, and all of them by the last statement", async () => {
      for (const count of [[0, 0, 0], [4, 0, 0], [0, 0, 4]]) expect(await tested.outputs({ count }, "used")).toEqual(runs(count).used);
    });
  });

  describe("costs", () => {
    it("a one-hot vector over the slots per statement", () => {
      expectCost("Runs", [SLOTS, VENUES], tested);
    });
  });
});

describe("PositionsHash", () => {
  let tested: Tested;
  beforeAll(async () => {
    tested = await underTest({ file: FILE, template: "PositionsHash", params: [SLOTS, VENUES], inputs: ["instrumentId", "quantity", "count", "endsAt"] });
  });

  const book = (quantities: readonly bigint[]): Position[] => quantities.map((quantity, i) => ({ instrument: `instrument-${i}`, quantity: quantity as Quantity }));
  const BOOK = book([5n, -7n, 11n, -13n]);
  const EMPTY_SLOT = { instrument: identifier("instrument-0"), quantity: 0n };

  /** The book cut into runs; slots beyond them hold nothing of some instrument. */
  function inputs(counts: readonly number[], positions: readonly Position[] = BOOK): Inputs {
    const slots = Array.from({ length: SLOTS }, (_, i) => {
      const position = i < sum(counts) ? positions[i] : undefined;
      return position === undefined ? EMPTY_SLOT : { instrument: identifier(position.instrument), quantity: signedToField(position.quantity) };
    });
    return { instrumentId: slots.map(({ instrument }) => instrument), quantity: slots.map(({ quantity }) => quantity), count: [...counts], endsAt: runs(counts).endsAt };
  }
  const expected = (counts: readonly number[], positions: readonly Position[] = BOOK) =>
    counts.map((count, v) => positionsHash(positions.slice(sum(counts.slice(0, v)), sum(counts.slice(0, v)) + count)));
  const hashes = (given: Inputs) => tested.outputs(given, "positionsHash");

  describe("agrees", () => {
    it(`with positionsHash of each statement, for each of the ${SPLITS.length} splits`, async () => {
      for (const counts of SPLITS) expect(await hashes(inputs(counts))).toEqual(expected(counts));
    });

    const quantities = fc.array(fc.bigInt({ min: -(2n ** 64n) + 1n, max: 2n ** 64n - 1n }).filter((q) => q !== 0n), { minLength: SLOTS, maxLength: SLOTS });
    law("with positionsHash for any quantities", fc.asyncProperty(quantities, fc.constantFrom(...SPLITS), async (any, counts) => {
      expect(await hashes(inputs(counts, book(any)))).toEqual(expected(counts, book(any)));
    }), 20);
  });

  describe("refuses", () => {
    /** Other books or cuts, each of which must give some statement another hash. */
    it.each<[string, Inputs]>([
      ["a position dropped at the boundary", inputs([1, 1, 1], [BOOK[0]!, BOOK[2]!, BOOK[3]!])],
      ["a position dropped at the end", inputs([2, 1, 0])],
      ["a position counted in both statements", inputs([2, 2, 0], [BOOK[0]!, BOOK[1]!, BOOK[1]!, BOOK[2]!])],
      ["a boundary position moved to the next statement", inputs([1, 2, 1])],
      ["a boundary position moved to the statement before", inputs([3, 0, 1])],
      ["two positions exchanged across the boundary", inputs([2, 1, 1], [BOOK[0]!, BOOK[2]!, BOOK[1]!, BOOK[3]!])],
      ["two positions exchanged within a statement", inputs([2, 1, 1], [BOOK[1]!, BOOK[0]!, BOOK[2]!, BOOK[3]!])],
      ["two statements exchanged", inputs([1, 2, 1], [BOOK[2]!, BOOK[0]!, BOOK[1]!, BOOK[3]!])],
      ["a quantity of the other sign", inputs([2, 1, 1], [{ ...BOOK[0]!, quantity: -5n as Quantity }, ...BOOK.slice(1)])],
      ["the quantities of two positions exchanged", inputs([2, 1, 1], [{ ...BOOK[0]!, quantity: BOOK[1]!.quantity }, { ...BOOK[1]!, quantity: BOOK[0]!.quantity }, ...BOOK.slice(2)])],
    ])("to hash alike: %s", async (_, other) => {
      expect(await hashes(other)).not.toEqual(expected([2, 1, 1]));
    });

    it("no ends but its own: with others it skips positions, which is why Runs makes them of the same counts (R17)", async () => {
      // statement 0 claims two positions, and its end stands after the first
      const { endsAt } = runs([1, 2, 1]);
      expect((await hashes({ ...inputs([2, 1, 1]), endsAt }))[0]).toBe(positionsHash(BOOK.slice(0, 1)));
    });
  });

  describe("cannot be forged", () => {
    it.each([[[2, 1, 1]], [[1, 1, 2]]])("anywhere, for counts %j: no wire is loose or free", async (counts) => {
      expect(await tested.undetermined(inputs(counts))).toEqual([]);
    });

    it("where statements are empty, but for the inverse that IsZero does not need at 0", async () => {
      expect(await tested.undetermined(inputs([2, 0, 2]), [/\.inv$/])).toEqual([]);
    });

    it("at the restarts: an end cannot be overlooked nor invented", async () => {
      for (const counts of [[2, 1, 1], [2, 0, 2], [0, 0, 4]]) expect(await tested.forgeries(inputs(counts), ["continues", "isEmpty", "atEnd", "state"])).toEqual([]);
    });
  });

  describe("edges", () => {
    it("empty statements hash to the tag, wherever they stand", async () => {
      for (const counts of SPLITS) {
        const result = await hashes(inputs(counts));
        counts.forEach((count, v) => expect(result[v] === TAGS.positions).toBe(count === 0));
      }
    });

    it("a single statement needs no restart", async () => {
      const single = await underTest({ file: FILE, template: "PositionsHash", params: [2, 1], inputs: ["instrumentId", "quantity", "count", "endsAt"] });
      const given = { instrumentId: BOOK.slice(0, 2).map(({ instrument }) => identifier(instrument)), quantity: [5n, FIELD - 7n], count: [2], endsAt: [[0, 0, 1]] };
      expect(await single.outputs(given, "positionsHash")).toEqual([positionsHash(BOOK.slice(0, 2))]);
    });
  });

  describe("costs", () => {
    it("one hash of three per slot, whatever the number of statements", () => {
      expectCost("PositionsHash", [SLOTS, VENUES], tested);
    });
  });
});
