import { describe, expect, it } from "vitest";
import { buildSnapshot } from "../prover/commitment/snapshot.ts";
import { requireFit, tierFor, tierForMarket } from "../prover/proof/tier-fit.ts";
import { readTiers } from "../prover/proof/tiers.ts";
import type { Listing } from "../prover/risk/market.ts";
import { deskAt, exactBook, LEGS, requestFor } from "./support/flow.ts";
import { refusal } from "./support/refusal.ts";
import { plainRules } from "./support/rules.ts";
import { snapshotSizes } from "./support/sizes.ts";

const { test, desk } = readTiers() as Record<"test" | "desk", NonNullable<ReturnType<typeof readTiers>[string]>>;
const DESK = deskAt(1_700_000_000);
const REQUEST = requestFor(DESK, exactBook(DESK, LEGS[0]!, { level: "IM", minRatioBps: 10_000n }), { level: "IM", minRatioBps: 10_000n });
const listings = (count: number): Listing[] => Array.from({ length: count }, () => DESK.market.listings[0]!);
/** The plainest program of so many netting sets and scenarios. */
const policy = (nettingSets: number, scenarios: number) => plainRules(nettingSets, scenarios);

describe("the tier of a request", () => {
  it("is the smallest that takes it", () => {
    expect(tierFor(REQUEST)).toBe("test");
    expect(() => requireFit({ ...REQUEST, tier: test })).not.toThrow();
  });

  it("is larger when the snapshot's tree is", () => {
    expect(tierFor({ ...REQUEST, snapshot: buildSnapshot(DESK.market, DESK.policy, snapshotSizes("desk")) })).toBe("desk");
  });

  it("does not exist for a tree of a size between, or for more accounts than any tier takes", () => {
    const between = buildSnapshot(DESK.market, DESK.policy, { ...snapshotSizes(), treeParents: 2 });
    expect(refusal(() => tierFor({ ...REQUEST, snapshot: between }))).toEqual({ code: "SnapshotMismatch", path: "snapshot.treeParents" });
    expect(refusal(() => tierFor({ ...REQUEST, statements: Array.from({ length: 5 }, () => REQUEST.statements[0]!) }))).toEqual({ code: "BookTooLarge", path: "statements" });
  });
});

describe("the tier of a snapshot", () => {
  it("is the one whose shape its rules were padded to, even where trees are of one size", () => {
    const wide = buildSnapshot(DESK.market, DESK.policy, snapshotSizes("book"));
    expect(tierFor({ ...REQUEST, snapshot: wide })).toBe("book");
    expect(refusal(() => requireFit({ ...REQUEST, snapshot: wide, tier: desk }))).toEqual({ code: "SnapshotMismatch", path: "snapshot.shape" });
  });

  it.each(["tails", "tailSets", "exposures", "skews", "bases", "sensitivities", "groups", "cellValues", "floors", "pairing"] as const)("must have room for %s", (size) => {
    const need = { ...REQUEST.risks.rules.shape, [size]: typeof desk[size] === "boolean" ? true : 2000 };
    const risks = Object.assign([...REQUEST.risks], { rules: { ...REQUEST.risks.rules, shape: need } });
    expect(refusal(() => requireFit({ ...REQUEST, risks, tier: desk })).code).toBe("BookTooLarge");
  });
});

describe("the tier of a market under a policy", () => {
  it("is the smallest whose tree takes the instruments", () => {
    expect([1, 32, 33, 768].map((count) => tierForMarket({ listings: listings(count) }, policy(2, 5)))).toEqual(["test", "test", "desk", "desk"]);
  });

  it("is the smallest that takes netting sets and scenarios", () => {
    expect([[2, 5], [3, 5], [2, 6], [4, 33]].map(([u, s]) => tierForMarket({ listings: listings(1) }, policy(u!, s!)))).toEqual(["test", "desk", "desk", "desk"]);
  });

  it("does not exist beyond the largest", () => {
    expect(refusal(() => tierForMarket({ listings: listings(769) }, policy(2, 5)))).toEqual({ code: "TreeFull", path: "instruments" });
    expect(refusal(() => tierForMarket({ listings: listings(1) }, policy(5, 37)))).toEqual({ code: "BookTooLarge", path: "policy" });
    const { cells, shape } = policy(1, 1);
    expect(() => tierForMarket({ listings: listings(1) }, { cells, shape: { ...shape, exposures: 200 } })).toThrow(/for tier book, 200 exposures, and this tier takes \d+$/);
  });
});
