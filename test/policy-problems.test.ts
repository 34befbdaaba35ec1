/** Everything that is wrong with a policy, in one go: what `policy check` says. */
import { describe, expect, it } from "vitest";
import { policyNames, readPolicy } from "../prover/import/shipped-policies.ts";
import { plainMarket } from "../prover/proof/policy-sizes.ts";
import { parseMarket } from "../prover/risk/market.ts";
import { policyMarketProblems } from "../prover/risk/policy-market.ts";
import { parsePolicy, policyJson, policyProblems } from "../prover/risk/policy.ts";
import { pageExamples } from "./support/policy-page.ts";
import { refusal } from "./support/refusal.ts";
import { MARKET_JSON } from "./support/small-market.ts";

/** A shipped policy with faults. */
function faulty(name: string, change: (policy: any) => void): any {
  const policy: any = structuredClone(policyJson(readPolicy(name)!));
  change(policy);
  return policy;
}
const found = (json: unknown) => policyProblems(json).map(({ code, path }) => `${code} ${path}`);

describe("a policy", () => {
  it.each(policyNames())("that ships has nothing wrong with it: %s", (name) => {
    const policy = readPolicy(name)!;
    expect(policyProblems(policyJson(policy))).toEqual([]);
    expect(policyMarketProblems(policy, plainMarket(policy, 2))).toEqual([]);
  });

  it("of the page has nothing wrong with it", () => {
    const { market, examples } = pageExamples();
    for (const { policy } of examples) expect([policyProblems(policy), policyMarketProblems(parsePolicy(policy), parseMarket(market))]).toEqual([[], []]);
  });

  const FIELDS = faulty("deribit", (p) => {
    p.version = 0;
    p.scenarios[3].spot = "0";
    p.scenarios[4].vol = "sideways";
    p.lossFactor = { MM: "1.2", IM: "1" };
    p.haircuts[0].rate.IM = 0.1;
    p.exposures[0].tiers[1].rate = { MM: "0.01", IM: "0.01" };
    p.rolshock = p.rollShock;
    delete p.rollShock;
    delete p.quote;
  });
  it("says of every field what is wrong with it, not only of the first", () => {
    expect(found(FIELDS).toSorted()).toEqual([
      "InvalidDecimal haircuts[0].rate.IM",
      "InvalidPolicy exposures[0].tiers",
      "InvalidPolicy lossFactor",
      "InvalidPolicy scenarios[3].spot",
      "InvalidSchema quote",
      "InvalidSchema scenarios[4].vol",
      "InvalidSchema undefined",
      "InvalidSchema version",
    ]);
    expect(policyProblems(FIELDS).find(({ path }) => path === undefined)!.message).toContain("rolshock");
  });

  const PARTS: readonly (readonly [what: string, policy: any, expected: readonly string[]])[] = [
    [
      "netting and offsets",
      faulty("deribit", (p) => {
        p.nettingSets.push({ id: "coins", underlyings: ["ETH", "SOL", "USD"] });
        p.haircuts.push(p.haircuts[0], { asset: "USD", rate: { MM: "0", IM: "0" } });
        p.offsets.groups[0].underlyings.push("DOGE", "SOL");
        p.rollShock[1].underlying = "ADA";
        p.exposures[1].nettingSet = "none";
        p.scenarios[0].weight = "1.5";
        p.scenarios[1].vol = "linear";
        p.scenarios[2].moves = { XRP: "1.1" };
      }),
      [
        "nettingSets[1].id", "nettingSets[1].underlyings[0]", "haircuts[4].asset", "haircuts[5].asset", "nettingSets[1].underlyings[2]", "scenarios[0].weight", "scenarios[1].vol", "scenarios[2].moves.XRP",
        "offsets.groups[0].underlyings[1]", "offsets.groups[0].underlyings[2]", "offsets.groups", "exposures[1].nettingSet", "rollShock[1].underlying",
      ],
    ],
    [
      "options and coins",
      faulty("pmrm2", (p) => {
        [p.basis.up, p.basis.down] = [p.basis.down, p.basis.up];
        p.cells = "underlying";
        p.charges.optionShort.IM = "0.01";
        p.depeg.asset = "BTC";
        p.tracking = [{ asset: "USD", underlying: "BTC" }, { asset: "WBTC", underlying: "DOGE" }, { asset: "WBTC", underlying: "BTC" }];
        p.volShock.overrides = [{ underlying: "BTC", kind: "additive" }, { underlying: "DOGE", up: "1" }];
        p.deltaMinimum = [{ underlying: "BTC", unhedged: "0.01", hedged: "0.03" }];
      }),
      [
        "volShock.overrides[0].up", "volShock.overrides[1].underlying", "staticDiscount", "tracking[2].asset", "tracking[0].asset", "tracking[1].underlying", "depeg.asset", "basis", "basis",
        "deltaMinimum", "deltaMinimum[0].hedged", "charges.optionShort",
      ],
    ],
    [
      "credits, correlations and tails",
      faulty("span", (p) => {
        p.spreads[0].expiries = [1_800_000_000, 1_800_000_000];
        p.spreadCredits = [{ legs: [{ underlying: "BTC" }, { underlying: "BTC" }], rate: "0.5" }];
        p.aggregation = { correlation: [["1", "-0.5"], ["-0.5", "1"]] };
        p.tail = { measure: "es", size: 3, source: { kind: "stress", events: [{ id: "crash", moves: { BTC: "0.5" }, otherwise: "0.4" }] } };
      }),
      ["spreads[0].expiries", "spreadCredits", "spreadCredits[0].legs[1].underlying", "aggregation.correlation[0][1]", "tail.size"],
    ],
  ];
  it.each(PARTS)("whose parts contradict each other is told all of it: %s", (_, policy, expected) => {
    expect(found(policy)).toEqual(expected.map((path) => `InvalidPolicy ${path}`));
  });

  it("is refused in reading by the first of them, and each has a remedy", () => {
    for (const policy of [FIELDS, ...PARTS.map(([, each]) => each)]) {
      const problems = policyProblems(policy);
      expect(refusal(() => parsePolicy(policy))).toEqual({ code: problems[0]!.code, path: problems[0]!.path });
      for (const { hint } of problems) expect(hint).toMatch(/\S{3}/);
    }
  });
});

describe("a policy and a market", () => {
  const more = (instruments: readonly object[], json: any = MARKET_JSON) =>
    parseMarket({
      ...json,
      currencies: [{ name: "EURC", price: "1.1" }, { name: "DAI", price: "1" }],
      underlyings: [...json.underlyings, { name: "SOL", spot: "100" }],
      instruments: [...json.instruments, ...instruments],
    });

  it("name every asset without a haircut and every underlying in no netting set, each once", () => {
    const market = more([
      { kind: "cash", name: "EURC", currency: "EURC" }, { kind: "cash", name: "EURC-EARN", currency: "EURC" }, { kind: "cash", name: "DAI", currency: "DAI" },
      { kind: "spot", name: "SOL", underlying: "SOL" }, { kind: "perpetual", name: "SOL-PERP", underlying: "SOL", settlement: "linear", multiplier: "1", mark: "100" },
    ]);
    const problems = policyMarketProblems(readPolicy("grid-33")!, market);
    expect(problems.map(({ code, path, reason }) => [code, path, reason])).toEqual([
      ["InvalidPolicy", "haircuts", "no haircut for DAI"],
      ["InvalidPolicy", "haircuts", "no haircut for EURC"],
      ["InvalidPolicy", "nettingSets", "SOL is in no netting set"],
    ]);
  });

  it("that count in different currencies, or lack a price that the policy needs, are told so", () => {
    expect(policyMarketProblems(readPolicy("grid-33")!, parseMarket({ ...MARKET_JSON, quote: "EUR", instruments: MARKET_JSON.instruments.slice(1) })).map(({ code }) => code)).toEqual(["WrongCurrency"]);
    expect(policyMarketProblems(readPolicy("pmrm")!, parseMarket(MARKET_JSON)).map(({ code }) => code)).toEqual(["MissingMark"]);
  });

  it("show discounts that are swapped, which the policy alone does not", () => {
    const policy = parsePolicy(faulty("pmrm2", (p) => ([p.staticDiscount.long.base, p.staticDiscount.short.base] = ["1.02", "0.98"])));
    expect(policyProblems(policyJson(policy))).toEqual([]);
    expect(policyMarketProblems(policy, plainMarket(policy, 1)).map(({ path }) => path)).toEqual(["staticDiscount"]);
  });
});
