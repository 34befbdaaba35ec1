import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { TAGS } from "../../prover/commitment/domain.ts";
import { poseidon } from "../../prover/commitment/poseidon.ts";
import { pairCredit, pairedInNodes, type Pairable } from "../../prover/proof/pairing.ts";
import { law } from "../support/law.ts";
import { expectCost, underTest, type Inputs, type Tested } from "../support/template.ts";

const POSITIONS = 4;
const RATES = [(7n << 64n) + 9n, 0n, ((1n << 64n) - 1n << 64n) + (1n << 64n) - 1n];

const position = (quantity: bigint, nodeIndex: number): Pairable => ({ quantity, opening: { nodeIndex, entries: [RATES[nodeIndex]!] } });
function inputs(positions: readonly Pairable[], level: bigint): Inputs {
  return {
    level, magnitude: positions.map(({ quantity }) => (quantity < 0n ? -quantity : quantity)), paired: pairedInNodes(positions),
    node: positions.map(({ opening }) => BigInt(opening.nodeIndex)), side: positions.map(({ quantity }) => (quantity < 0n ? 1n : 0n)),
    rates: positions.map(({ opening }) => opening.entries[0]!),
  };
}
const BOOK = [position(-5n, 0), position(3n, 0), position(-2n, 2), position(9n, 2)];

describe("PairingChallenge", () => {
  let tested: Tested;
  const given = { paired: [1n, 2n, 3n, 4n], node: [0n, 1n, 2n, 383n], side: [0n, 1n, 0n, 1n] };
  const items = given.paired.map((paired, i) => paired * 65536n + 2n * given.node[i]! + given.side[i]!);
  beforeAll(async () => {
    tested = await underTest({ file: "pairing.circom", template: "PairingChallenge", params: [POSITIONS], inputs: ["paired", "node", "side"] });
  });
  describe("agrees", () => {
    it("with a Poseidon of tag and packed numbers", async () => {
      expect(await tested.output(given, "out")).toBe(poseidon([TAGS.pairing, ...items, ...Array<bigint>(11).fill(0n)]));
    });
  });
  describe("refuses", () => {
    it("nothing: numbers beyond their widths would hash alike, which is why PairCredit takes 64 bits, OneHot the node, Position the side (R21)", async () => {
      const twin = { ...given, paired: [0n, 2n, 3n, 4n], node: [32768n, 1n, 2n, 383n] };
      expect(await tested.output(twin, "out")).toBe(await tested.output(given, "out"));
    });
  });
  describe("cannot be forged", () => {
    it("by any other number: each changes it", async () => {
      const honest = await tested.output(given, "out");
      for (const name of ["paired", "node", "side"] as const) expect(await tested.output({ ...given, [name]: given[name].with(3, 0n) }, "out")).not.toBe(honest);
    });
  });
  describe("edges", () => {
    it("nothing paired", async () => expect(await tested.output({ paired: [0n, 0n, 0n, 0n], node: [0n, 0n, 0n, 0n], side: [0n, 0n, 0n, 0n] }, "out")).toBe(poseidon([TAGS.pairing, ...Array<bigint>(15).fill(0n)])));
  });
  describe("costs", () => {
    it("a hash", () => expectCost("PairingChallenge", [POSITIONS], tested));
  });
});

describe("PairCredit", () => {
  let tested: Tested;
  beforeAll(async () => {
    tested = await underTest({ file: "pairing.circom", template: "PairCredit", params: [POSITIONS], inputs: ["level", "magnitude", "paired", "node", "side", "rates"] });
  });
  describe("agrees", () => {
    const quantity = fc.oneof(fc.bigInt({ min: -3n, max: 3n }), fc.bigInt({ min: 1n - (1n << 64n), max: (1n << 64n) - 1n }));
    const book = fc.array(fc.tuple(quantity, fc.nat({ max: 2 })).map(([q, node]) => position(q, node)), { minLength: POSITIONS, maxLength: POSITIONS });
    law("with the twin, for any book and level", fc.asyncProperty(book, fc.constantFrom<"MM" | "IM">("MM", "IM"), async (positions, level) => {
      expect(await tested.output(inputs(positions, level === "IM" ? 1n : 0n), "credit")).toBe(pairCredit(positions, level));
    }), 60);
  });
  describe("refuses", () => {
    it("a short without its long, by one unit", async () => {
      const given = inputs(BOOK, 1n);
      expect(given.paired).toEqual([3n, 3n, 2n, 2n]);
      for (const paired of [[4n, 3n, 2n, 2n], [3n, 2n, 2n, 2n], [3n, 3n, 2n, 3n]]) expect(await tested.refusal({ ...given, paired })).toBe("PairCredit");
    });
    it("a short of one node with a long of another", async () => {
      expect(await tested.refusal({ ...inputs(BOOK, 1n), paired: [2n, 0n, 0n, 2n] })).toBe("PairCredit");
    });
    it("more than is held, or less than nothing", async () => {
      const given = inputs(BOOK, 1n);
      for (const paired of [[4n, 4n, 2n, 2n], [-1n, -1n, 2n, 2n]]) expect(await tested.refusal({ ...given, paired })).toBe("Num2Bits in CheckBits in PairCredit");
    });
    it("no balance by chance: what is balanced for one challenge is not for the next, which is why it hashes all pairs (R22)", async () => {
      for (let more = 1n; more <= 5n; more++) expect(await tested.refusal({ ...inputs(BOOK, 0n), magnitude: [99n, 99n, 99n, 99n], paired: [more, 0n, 0n, more] })).toBe("PairCredit");
    });
  });
  describe("cannot be forged", () => {
    it("at rateIM or inverse, with every dependent wire recomputed", async () => {
      expect(await tested.forgeries(inputs(BOOK, 1n), ["rateIM", "inverse"])).toEqual([]);
    });
  });
  describe("edges", () => {
    it("the largest rates and magnitudes", async () => {
      const most = (1n << 64n) - 1n;
      expect(await tested.output(inputs([position(-most, 2), position(most, 2), position(0n, 1), position(0n, 1)], 0n), "credit")).toBe(most * most);
    });
  });
  describe("costs", () => {
    it("the widths of rates and quantities, and the challenge", () => expectCost("PairCredit", [POSITIONS], tested));
  });
});

describe("PairedInFull", () => {
  let tested: Tested;
  let two: Tested;
  const NAMES = ["magnitude", "paired", "node", "side"];
  const given = (positions: readonly Pairable[], change: Inputs = {}): Inputs => {
    const { magnitude, paired, node, side } = inputs(positions, 0n);
    return { magnitude: magnitude!, paired: paired!, node: node!, side: side!, ...change };
  };
  beforeAll(async () => {
    const of = (count: number) => underTest({ file: "pairing.circom", template: "PairedInFull", params: [count], inputs: NAMES });
    [tested, two] = [await of(POSITIONS), await of(2)];
  });

  describe("agrees", () => {
    const pairable = fc.tuple(fc.integer({ min: -5, max: 5 }), fc.nat({ max: 2 })).map(([quantity, node]) => position(BigInt(quantity), node));
    law("that what the twin pairs is the most, and that a pair less in any node is not", fc.asyncProperty(fc.array(pairable, { minLength: POSITIONS, maxLength: POSITIONS }), async (book) => {
      const honest = given(book);
      expect(await tested.refusal(honest)).toBe("accepted");
      const paired = honest.paired as bigint[];
      for (const node of [0, 1, 2]) {
        const [long, short] = [1n, -1n].map((sign) => book.findIndex(({ quantity, opening }, i) => opening.nodeIndex === node && quantity * sign > 0n && paired[i]! > 0n)) as [number, number];
        if (long < 0 || short < 0) continue;
        expect(await tested.refusal({ ...honest, paired: paired.with(long, paired[long]! - 1n).with(short, paired[short]! - 1n) })).toBe("PairedInFull");
      }
    }), 60);
  });

  describe("refuses", () => {
    it("a short and a long of one node that are not paired", async () => {
      expect(await tested.refusal(given(BOOK, { paired: [0n, 0n, 0n, 0n] }))).toBe("PairedInFull");
    });
  });

  describe("cannot be forged", () => {
    it("at inverse where both have something left, with every dependent wire recomputed", async () => {
      expect(await two.forgeries(given([position(-5n, 0), position(3n, 1)]), ["inverse"])).toEqual([]);
    });
  });

  describe("edges", () => {
    it("the largest quantities apart, and two shorts in one node", async () => {
      const most = (1n << 64n) - 1n;
      expect(await two.refusal(given([position(-most, 0), position(most, 1)]))).toBe("accepted");
      expect(await two.refusal(given([position(-most, 0), position(-1n, 0)]))).toBe("accepted");
      expect(await two.refusal(given([position(-most, 0), position(most, 0)], { paired: [0n, 0n] }))).toBe("PairedInFull");
    });
  });

  describe("costs", () => {
    it("five for each two positions", () => expectCost("PairedInFull", [POSITIONS], tested));
  });
});
