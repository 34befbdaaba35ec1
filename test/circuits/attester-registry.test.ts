import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { BASE, multiply } from "../../prover/commitment/curve.ts";
import { identifier } from "../../prover/commitment/domain.ts";
import { ASSURANCES, assuranceLevel, attesterLeaf, buildRegistry, openAttester, type Attester, type AttesterRegistry } from "../../prover/statement/attester-registry.ts";
import { FIELD } from "../../prover/units.ts";
import { law } from "../support/law.ts";
import { expectCost, underTest, type Inputs, type Tested } from "../support/template.ts";

const FILE = "attester-registry.circom";
const attesterNumber = (n: number): Attester => ({ venue: `venue-${n}`, key: multiply(BASE, BigInt(n) + 2n), assurance: ASSURANCES[n % 3]!, validFrom: 1_600_000_000 + n, validUntil: 1_900_000_000 });

/** Attesters at the corners of the tree, and next to each other. */
const PLACES = [0, 1, 15, 16, 37, 240, 255];
const sparse = (): (Attester | null)[] => Array.from({ length: 256 }, (_, n) => (PLACES.includes(n) ? attesterNumber(n) : null));

const leafInputs = ({ venue, key, assurance, validFrom, validUntil }: Attester): Record<string, bigint | bigint[]> => ({
  key: [key.x, key.y], venueId: identifier(venue), assurance: assuranceLevel(assurance), validFrom: BigInt(validFrom), validUntil: BigInt(validUntil),
});

describe("AttesterLeaf", () => {
  let tested: Tested;
  beforeAll(async () => {
    tested = await underTest({ file: FILE, template: "AttesterLeaf", inputs: ["key", "venueId", "assurance", "validFrom", "validUntil"] });
  });

  describe("agrees", () => {
    law("with attesterLeaf, for any attester", fc.asyncProperty(fc.nat({ max: 10_000 }).map(attesterNumber), async (attester) => {
      expect(await tested.output(leafInputs(attester), "out")).toBe(attesterLeaf(attester));
    }), 12);
  });

  describe("refuses", () => {
    it("to hash two attesters alike: every part counts", async () => {
      const honest = leafInputs(attesterNumber(1));
      const changes: Inputs[] = [{ key: [1, 2] }, { venueId: 1 }, { assurance: 2 }, { validFrom: 1 }, { validUntil: 1 }, { validFrom: honest.validUntil!, validUntil: honest.validFrom! }];
      const leaves = await Promise.all([{}, ...changes].map((change) => tested.output({ ...honest, ...change }, "out")));
      expect(new Set(leaves).size).toBe(leaves.length);
    });
  });

  describe("cannot be forged", () => {
    it("anywhere: no wire is loose or free", async () => {
      expect(await tested.undetermined(leafInputs(attesterNumber(1)))).toEqual([]);
    });
  });

  describe("edges", () => {
    it("the empty place's leaf, 0, is not what an attester of zeros hashes to", async () => {
      expect(await tested.output({ key: [0, 0], venueId: 0, assurance: 0, validFrom: 0, validUntil: 0 }, "out")).not.toBe(0n);
    });
  });

  describe("costs", () => {
    it("one hash of six", () => {
      expectCost("AttesterLeaf", [], tested);
    });
  });
});

describe("AttesterRegistryTop", () => {
  let tested: Tested;
  let registry: AttesterRegistry;
  const inputs = ({ root, nodes }: Pick<AttesterRegistry, "root" | "nodes">) => ({ root, nodes });
  beforeAll(async () => {
    tested = await underTest({ file: FILE, template: "AttesterRegistryTop", inputs: ["root", "nodes"] });
    registry = buildRegistry(sparse());
  });

  describe("agrees", () => {
    it("with buildRegistry", async () => {
      expect(await tested.refusal(inputs(registry))).toBe("accepted");
    });
  });

  describe("refuses", () => {
    it.each<[string, (registry: AttesterRegistry) => { root: bigint; nodes: readonly bigint[] }]>([
      ["another root", ({ root, nodes }) => ({ root: root + 1n, nodes })],
      ["one changed node", ({ root, nodes }) => ({ root, nodes: nodes.with(7, nodes[7]! + 1n) })],
      ["two nodes exchanged", ({ root, nodes }) => ({ root, nodes: nodes.with(0, nodes[1]!).with(1, nodes[0]!) })],
      ["leaves in place of nodes", ({ root, leaves }) => ({ root, nodes: leaves.slice(0, 16) })],
      ["the nodes of a registry in which one key was revoked", ({ root }) => ({ root, nodes: buildRegistry(sparse().with(37, null)).nodes })],
    ])("%s", async (_, change) => {
      expect(await tested.refusal(inputs(change(registry)))).toBe("AttesterRegistryTop");
    });
  });

  describe("cannot be forged", () => {
    it("anywhere: no wire is loose or free", async () => {
      expect(await tested.undetermined(inputs(registry))).toEqual([]);
    });
  });

  describe("edges", () => {
    it("the empty registry has a root too", async () => {
      expect(await tested.refusal(inputs(buildRegistry([])))).toBe("accepted");
    });
  });

  describe("costs", () => {
    it("one hash of sixteen", () => {
      expectCost("AttesterRegistryTop", [], tested);
    });
  });
});

describe("AttesterMembership", () => {
  const itself = "AttesterMembership";
  let tested: Tested;
  let registry: AttesterRegistry;
  beforeAll(async () => {
    tested = await underTest({ file: FILE, template: "AttesterMembership", inputs: ["leaf", "index", "siblings", "nodes"] });
    registry = buildRegistry(sparse());
  });

  const inputs = (place: number): Record<string, bigint | readonly bigint[]> => {
    const { venue, key } = attesterNumber(place);
    const { attester, index, siblings } = openAttester(registry, venue, key);
    return { leaf: attesterLeaf(attester), index: BigInt(index), siblings, nodes: registry.nodes };
  };

  describe("agrees", () => {
    it.each(PLACES)("with openAttester, at place %i", async (place) => {
      expect(await tested.refusal(inputs(place))).toBe("accepted");
    });

    it("with itself when compiled with every wire", async () => {
      expect(await tested.agreesWithO1(inputs(37))).toBe(true);
    });
  });

  describe("refuses", () => {
    it.each<[string, () => Inputs, string]>([
      ["a leaf that is not there", () => ({ ...inputs(37), leaf: attesterLeaf(attesterNumber(38)) }), itself],
      ["a leaf at its neighbour's place", () => ({ ...inputs(0), index: 1 }), itself],
      ["a leaf at the same place of another node", () => ({ ...inputs(0), index: 16 }), itself],
      ["a place beyond the tree", () => ({ ...inputs(0), index: 256 }), "OneHot in AttesterMembership"],
      ["a negative place", () => ({ ...inputs(15), index: FIELD - 1n }), "OneHot in AttesterMembership"],
      ["siblings of another node", () => ({ ...inputs(0), siblings: inputs(240).siblings! }), itself],
      ["one changed sibling", () => ({ ...inputs(0), siblings: (inputs(0).siblings as bigint[]).with(9, 1n) }), itself],
      ["nodes of another registry", () => ({ ...inputs(37), nodes: buildRegistry(sparse().with(37, null)).nodes }), itself],
      ["an inner node as leaf, under the nodes as siblings", () => ({ leaf: registry.nodes[0]!, index: 0, siblings: registry.nodes, nodes: registry.nodes }), itself],
      ["the root as leaf", () => ({ ...inputs(0), leaf: registry.root }), itself],
    ])("%s", async (_, given, refusal) => {
      expect(await tested.refusal(given())).toBe(refusal);
    });

    it("no nodes: made-up ones open any leaf, which is why AttesterRegistryTop ties them to the root (R6)", async () => {
      const forged = buildRegistry([attesterNumber(999)]);
      expect(await tested.refusal({ leaf: forged.leaves[0]!, index: 0, siblings: forged.leaves.slice(0, 16), nodes: forged.nodes })).toBe("accepted");
    });
  });

  describe("cannot be forged", () => {
    it.each([0, 37, 255])("at high or low, for place %i", async (place) => {
      expect(await tested.forgeries(inputs(place), ["high", "low"])).toEqual([]);
    });

    it("by carrying sixteen from low to high", async () => {
      expect(await tested.forgeries(inputs(16), ["highSelector", "lowSelector"])).toEqual([]);
    });

    it("anywhere: no wire is loose or free, but nodes that the place does not use", async () => {
      expect(await tested.undetermined(inputs(37), [/^main\.nodes\[(?!2\])\d+\]$/])).toEqual([]);
    });
  });

  describe("edges", () => {
    it("an empty place opens to 0, which no attester hashes to", async () => {
      expect(await tested.refusal({ leaf: 0, index: 2, siblings: registry.leaves.slice(0, 16), nodes: registry.nodes })).toBe("accepted");
    });

    it("equal nodes do not let a leaf move: two empty nodes hold only empty leaves", async () => {
      const empty = { siblings: Array(16).fill(0n), nodes: registry.nodes };
      expect(await tested.refusal({ leaf: 0, index: 40, ...empty })).toBe(itself);
      expect(await tested.refusal({ leaf: 0, index: 50, ...empty })).toBe("accepted");
      expect(await tested.refusal({ leaf: 0, index: 70, ...empty })).toBe("accepted");
    });
  });

  describe("costs", () => {
    it("one hash of sixteen, two selections and two one-hot vectors", () => {
      expectCost("AttesterMembership", [], tested);
    });
  });
});
