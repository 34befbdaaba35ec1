import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { treeCapacity } from "../prover/commitment/instrument-tree.ts";
import { padRules, shapeOf } from "../prover/commitment/padded-rules.ts";
import { buildSnapshot } from "../prover/commitment/snapshot.ts";
import { policyNames, readPolicy } from "../prover/import/shipped-policies.ts";
import { byCost, requireFit, tierFor, tierForMarket } from "../prover/proof/tier-fit.ts";
import { publishedConstraints, readTiers } from "../prover/proof/tiers.ts";
import type { MarginRules } from "../prover/risk/margin-rules.ts";
import type { Listing } from "../prover/risk/market.ts";
import { riskPlan } from "../prover/risk/risk-plan.ts";
import { REPOSITORY } from "../scripts/circom.ts";
import { readDemoBook } from "../scripts/demo/book.ts";
import { readPublished } from "../scripts/published-circuits.ts";
import { deskAt, exactBook, LEGS, requestFor } from "./support/flow.ts";
import { refusal } from "./support/refusal.ts";
import { remedy } from "./support/remedy.ts";
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

  it("is refused in the sizes of the tier that the snapshot was made for, with the cheapest tier that would do and what it costs", () => {
    const three = { ...REQUEST, statements: Array.from({ length: 3 }, () => REQUEST.statements[0]!), snapshot: buildSnapshot(DESK.market, DESK.policy, snapshotSizes("desk")) };
    expect(() => tierFor(three)).toThrow("3 accounts, and this tier takes 2");
    const count = publishedConstraints().get("book")!.toLocaleString("en");
    expect(remedy(() => tierFor(three)).hint).toBe(`use tier book (${count} constraints, and no other tier would do), with a snapshot built for it (treeParents 24)`);
    expect(remedy(() => requireFit({ ...three, tier: desk, snapshot: buildSnapshot(DESK.market, DESK.policy, snapshotSizes("book")) })).hint).toBe("use tier book");
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
  it("is the cheapest whose tree takes the instruments", () => {
    expect([1, 32, 33, 768].map((count) => tierForMarket({ listings: listings(count) }, policy(2, 5)).tier)).toEqual(["test", "test", "desk", "desk"]);
  });

  it("is the cheapest that takes netting sets and scenarios", () => {
    expect([[2, 5], [3, 5], [2, 6], [4, 33]].map(([u, s]) => tierForMarket({ listings: listings(1) }, policy(u!, s!)).tier)).toEqual(["test", "desk", "desk", "desk"]);
  });

  it("does not exist beyond the largest", () => {
    expect(refusal(() => tierForMarket({ listings: listings(769) }, policy(2, 5)))).toEqual({ code: "TreeFull", path: "instruments" });
    expect(refusal(() => tierForMarket({ listings: listings(1) }, policy(5, 37)))).toEqual({ code: "BookTooLarge", path: "policy" });
    const { cells, shape } = policy(1, 1);
    expect(() => tierForMarket({ listings: listings(1) }, { cells, shape: { ...shape, exposures: 200 } })).toThrow(/for tier book, 200 exposures, and this tier takes 24$/);
  });
});

describe("the tier of every shipped model", () => {
  const { market } = readDemoBook(1_790_000_000);
  /** The shipped market, and one so small that no tree is too small for it. */
  const MARKETS = { "the shipped market": market, "a market of few instruments": { ...market, listings: market.listings.slice(0, 20) } };
  const rulesOf = (name: string, listed: typeof market): MarginRules => riskPlan(listed, readPolicy(name)!).rules;
  const takes = (rules: MarginRules, count: number) => ([, tier]: [string, NonNullable<ReturnType<typeof readTiers>[string]>]): boolean => {
    if (tier.breach || count > treeCapacity(tier.treeParents)) return false;
    try {
      return padRules(rules, shapeOf(tier)) !== undefined;
    } catch {
      return false;
    }
  };
  const cases = policyNames().flatMap((name) => Object.entries(MARKETS).map(([where, listed]) => ({ name, where, listed })));

  it.each(cases)("$name in $where: has the fewest constraints of all that its rules can be padded to", async ({ name, listed }) => {
    const published = await readPublished();
    const rules = rulesOf(name, listed);
    const costs = Object.entries(readTiers()).filter(takes(rules, listed.listings.length)).map(([tier]) => [tier, published[tier]!.constraints] as const).sort(([, a], [, b]) => a - b);
    const { tier, why } = tierForMarket(listed, rules);
    expect(tier).toBe(costs[0]![0]);
    for (const [rival, constraints] of costs) expect(why).toContain(`${rival === tier ? "" : `${rival} `}${constraints.toLocaleString("en")} constraints`);
    expect(why).toMatch(new RegExp(`; it takes ${readTiers()[tier]!.positions} positions in `));
  });

  it("is what the README says, row by row, in the shipped market", () => {
    const rows = readFileSync(join(REPOSITORY, "README.md"), "utf8").split("\n").filter((line) => /^\| `[\w-]+`(, `[\w-]+`)* \|[^|]+\|[^|]*\| `[\w-]+`/.test(line)).map((line) => line.split("|").map((cell) => [...cell.matchAll(/`([\w-]+)`/g)].map(([, word]) => word!)));
    const said = Object.fromEntries(rows.flatMap(([, names, , , tiers]) => names!.map((name) => [name, tiers![0]])));
    expect(said).toEqual(Object.fromEntries(policyNames().map((name) => [name, tierForMarket(market, rulesOf(name, market)).tier])));
  });

  it("is no longer the one with fewest positions: tail takes half of book's and costs more", () => {
    const { book, tail } = readTiers();
    expect(tail!.positions).toBeLessThan(book!.positions);
    expect(["tims", "span", "deribit"].map((name) => tierForMarket(market, rulesOf(name, market)).tier)).toEqual(["book", "book", "book"]);
  });
});

describe("what a tier costs", () => {
  it("is in the lock for every tier, and unknown for one that is not in it or had other sizes", async () => {
    const lock = await readPublished();
    expect([...publishedConstraints().keys()].toSorted()).toEqual(Object.keys(lock).toSorted());
    const { test: _, ...rest } = lock;
    const grown = { ...rest, desk: { ...lock["desk"]!, parameters: { ...lock["desk"]!.parameters, positions: 33 } } };
    const known = publishedConstraints(grown);
    expect([known.has("test"), known.has("desk"), known.get("book")]).toEqual([false, false, lock["book"]!.constraints]);
    expect(byCost({ test, desk }, publishedConstraints(rest)).map(({ name }) => name)).toEqual(["desk", "test"]);
    expect(byCost({ desk, test }, publishedConstraints()).map(({ name }) => name)).toEqual(["test", "desk"]);
  });

  it("is refused from a lock of another shape", () => {
    expect(refusal(() => publishedConstraints({ test: { parameters: {}, constraints: "many" } }))).toEqual({ code: "ArtifactMismatch", path: "circuits/artifacts.lock.json.test.constraints" });
    expect(refusal(() => publishedConstraints("no table"))).toEqual({ code: "ArtifactMismatch", path: "circuits/artifacts.lock.json" });
  });
});
