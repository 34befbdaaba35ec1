import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { snapshotRoot } from "../../prover/commitment/snapshot.ts";
import { FIELD } from "../../prover/units.ts";
import { law } from "../support/law.ts";
import { expectCost, underTest, type Tested } from "../support/template.ts";

const PARENTS = 3;
const INPUTS = ["treeRoot", "policyHash", "marketHash", "snapshotTime", "rulesHash"] as const;
const compile = (parents: number) => underTest({ file: "snapshot-root.circom", template: "SnapshotRoot", params: [parents], inputs: INPUTS });
const HONEST = { treeRoot: 101n, policyHash: 102n, marketHash: 103n, snapshotTime: 1_700_000_000n, rulesHash: 104n };

describe("SnapshotRoot", () => {
  let tested: Tested;
  beforeAll(async () => {
    tested = await compile(PARENTS);
  });

  describe("agrees", () => {
    const element = fc.bigInt({ min: 0n, max: FIELD - 1n });
    const headers = fc.record({ asOf: fc.nat({ max: 2 ** 32 - 1 }), policyHash: element, marketHash: element, rulesHash: element });
    law("with snapshotRoot, for any header and tree", fc.asyncProperty(headers, element, async (header, treeRoot) => {
      const { asOf, policyHash, marketHash, rulesHash } = header;
      const inputs = { treeRoot, policyHash, marketHash, snapshotTime: asOf, rulesHash };
      expect(await tested.output(inputs, "out")).toBe(snapshotRoot(header, { treeParents: PARENTS, root: treeRoot }));
    }), 15);
  });

  describe("refuses", () => {
    it("to give two snapshots one root: each part, the number of parents and the order of the parts count", async () => {
      const changed = await Promise.all(INPUTS.map((part) => tested.output({ ...HONEST, [part]: HONEST[part] + 1n }, "out")));
      const swapped = await tested.output({ ...HONEST, policyHash: HONEST.marketHash, marketHash: HONEST.policyHash }, "out");
      const otherTree = await (await compile(PARENTS + 1)).output(HONEST, "out");
      const all = [await tested.output(HONEST, "out"), ...changed, swapped, otherTree];
      expect(new Set(all).size).toBe(all.length);
    });
  });

  describe("cannot be forged", () => {
    it("anywhere: no wire is loose or free", async () => {
      expect(await tested.undetermined(HONEST)).toEqual([]);
    });
  });

  describe("edges", () => {
    it("zeros and the largest field elements hash to different roots", async () => {
      const all = (value: bigint) => tested.output(Object.fromEntries(INPUTS.map((name) => [name, value])), "out");
      expect(await all(0n)).not.toBe(await all(FIELD - 1n));
    });
  });

  describe("costs", () => {
    it("one hash of seven", () => {
      expectCost("SnapshotRoot", [PARENTS], tested);
    });
  });
});
