import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { moveOf, parsePolicy, policyJson } from "../prover/risk/policy.ts";
import { linear, reportUnder, units, worldOf } from "./support/bare-policy.ts";
import { policies } from "./support/market-arbitraries.ts";
import { law } from "./support/law.ts";
import { refusal } from "./support/refusal.ts";

const grid33 = JSON.parse(readFileSync(new URL("../prover/risk/policies/grid-33.json", import.meta.url), "utf8"));
const up18 = { spot: "1.18", vol: "up", weight: "1" };

const withScenario = (change: object) => ({ ...grid33, scenarios: [up18, { spot: "0.82", vol: "up", weight: "1", ...change }] });
const withCharge = (perpetual: object) => ({ ...grid33, charges: { ...grid33.charges, perpetual } });
const withShock = (change: object) => ({ ...grid33, volShock: { ...grid33.volShock, ...change } });
const withHaircuts = (...haircuts: readonly (readonly [string, string, string])[]) => ({
  ...grid33,
  haircuts: haircuts.map(([asset, MM, IM]) => ({ asset, rate: { MM, IM } })),
});
const withSets = (...nettingSets: readonly (readonly [string, readonly string[]])[]) => ({
  ...grid33,
  nettingSets: nettingSets.map(([id, underlyings]) => ({ id, underlyings })),
});

describe("the shipped policy grid-33", () => {
  const policy = parsePolicy(grid33);

  it("has 33 different scenarios: 23 on the grid, both ends with volatility unchanged, 8 damped tails", () => {
    const undamped = policy.scenarios.filter(({ weight }) => weight === 1_000_000_000n);
    const ends = undamped.filter(({ spot }) => spot === 820_000_000n || spot === 1_180_000_000n);
    expect(policy.scenarios.length).toBe(33);
    expect(undamped.length).toBe(25);
    expect(ends.map(({ vol }) => vol).sort()).toEqual(["none", "none", "up", "up"]);
  });

  it("damps the tails the more the further they go", () => {
    const tails = policy.scenarios.filter(({ weight }) => weight < 1_000_000_000n);
    expect(tails.map(({ spot, weight }) => `${spot} ${weight}`)).toMatchInlineSnapshot(`
      [
        "340000000 210000000",
        "670000000 420000000",
        "1500000000 277200000",
        "2000000000 138600000",
        "3000000000 69300000",
        "4000000000 46200000",
        "5000000000 34650000",
        "6000000000 27720000",
      ]
    `);
  });
});

describe("a name that every object has", () => {
  it("is a name like any other: constructor moves as others do unless a scenario lists it", () => {
    const named = JSON.parse(JSON.stringify({ ...grid33, scenarios: [{ spot: "0.8", moves: { ETH: "0.5" }, vol: "none", weight: "1" }] }).replaceAll('"BTC"', '"constructor"'));
    const policy = parsePolicy(named);
    expect([moveOf(policy.scenarios[0]!, "constructor"), moveOf(policy.scenarios[0]!, "ETH")]).toEqual([800_000_000n, 500_000_000n]);
    const market = worldOf({ constructor: "100", ETH: "100" }, [linear("PERP", "constructor", "100"), linear("EPERP", "ETH", "100")]);
    expect(units(reportUnder(named, market, { PERP: "1" }).nettingSets[0]!.loss)).toBe(20);
  });
  it.each<[string, unknown, string]>([
    ["an underlying", withSets(["BTC", ["__proto__"]]), "nettingSets[0].underlyings[0]"],
    ["a move", withScenario({ moves: JSON.parse('{ "__proto__": "0.5" }') }), "scenarios[1].moves"],
    ["a move of an event", { ...grid33, tail: { measure: "es", size: 1, source: { kind: "stress", events: [{ id: "a", otherwise: "1", moves: JSON.parse('{ "__proto__": "0.5" }') }] } } }, "tail.source.events[0].moves"],
  ])("cannot be __proto__, which gets lost: %s", (_, json, path) => expect(refusal(() => parsePolicy(json))).toEqual({ code: "InvalidSchema", path }));
});

describe("parsePolicy", () => {
  it.each([
    ["IM below MM of a charge", withCharge({ MM: "0.03", IM: "0.029999999" }), "InvalidPolicy", "charges.perpetual"],
    ["IM below MM of the loss factor", { ...grid33, lossFactor: { MM: "1", IM: "0.8" } }, "InvalidPolicy", "lossFactor"],
    ["IM below MM of a haircut", withHaircuts(["BTC", "0.1", "0.05"]), "InvalidPolicy", "haircuts[0].rate"],
    ["a negative charge", withCharge({ MM: "-0.000000001", IM: "0" }), "InvalidPolicy", "charges.perpetual.MM"],
    ["a charge above ten times the notional", withCharge({ MM: "0", IM: "10.000000001" }), "InvalidPolicy", "charges.perpetual.IM"],
    ["a haircut above 1", withHaircuts(["BTC", "0.1", "1.000000001"]), "InvalidPolicy", "haircuts[0].rate.IM"],
    ["a negative haircut", withHaircuts(["USDC", "0", "0"], ["BTC", "-0.1", "1"]), "InvalidPolicy", "haircuts[1].rate.MM"],
    ["two haircuts of one asset", withHaircuts(["BTC", "0", "0"], ["BTC", "0", "0"]), "InvalidPolicy", "haircuts[1].asset"],
    ["a haircut of the quote", withHaircuts(["USD", "0", "0"]), "InvalidPolicy", "haircuts[0].asset"],
    ["a loss factor of zero", { ...grid33, lossFactor: { MM: "0", IM: "1" } }, "InvalidPolicy", "lossFactor.MM"],
    ["a loss factor of 2^34 units", { ...grid33, lossFactor: { MM: "1", IM: "17.179869184" } }, "InvalidPolicy", "lossFactor.IM"],
    ["a weight above 1", withScenario({ weight: "1.000000001" }), "InvalidPolicy", "scenarios[1].weight"],
    ["a negative weight", withScenario({ weight: "-0.5" }), "InvalidPolicy", "scenarios[1].weight"],
    ["a spot multiplier of zero", withScenario({ spot: "0" }), "InvalidPolicy", "scenarios[1].spot"],
    ["a negative spot multiplier", withScenario({ spot: "-0.18" }), "InvalidPolicy", "scenarios[1].spot"],
    ["a spot multiplier above 100", withScenario({ spot: "100.000000001" }), "InvalidPolicy", "scenarios[1].spot"],
    ["an unknown direction", withScenario({ vol: "sideways" }), "InvalidSchema", "scenarios[1].vol"],
    ["a scenario twice, whatever its weight", withScenario({ spot: "1.18", weight: "0.5" }), "InvalidPolicy", "scenarios[1]"],
    ["no scenarios", { ...grid33, scenarios: [] }, "InvalidSchema", "scenarios"],
    ["no netting sets", withSets(), "InvalidSchema", "nettingSets"],
    ["a netting set without underlyings", withSets(["BTC", []]), "InvalidSchema", "nettingSets[0].underlyings"],
    ["a repeated id", withSets(["BTC", ["BTC"]], ["BTC", ["ETH"]]), "InvalidPolicy", "nettingSets[1].id"],
    [
      "an underlying in two netting sets",
      withSets(["majors", ["BTC", "ETH"]], ["ETH", ["SOL", "ETH"]]),
      "InvalidPolicy",
      "nettingSets[1].underlyings[1]",
    ],
    ["an underlying twice in one", withSets(["majors", ["BTC", "BTC"]]), "InvalidPolicy", "nettingSets[0].underlyings[1]"],
    ["a vol fall beyond 1", withShock({ down: "1.1" }), "InvalidPolicy", "volShock.down"],
    ["a negative vol rise", withShock({ up: "-0.1" }), "InvalidPolicy", "volShock.up"],
    ["a negative power", withShock({ shortPower: "-0.3" }), "InvalidPolicy", "volShock.shortPower"],
    ["a floor of zero days", withShock({ dteFloorDays: "0" }), "InvalidPolicy", "volShock.dteFloorDays"],
    ["a negative volatility floor", withShock({ minShockedVol: "-0.4" }), "InvalidPolicy", "volShock.minShockedVol"],
    ["excess digits", withShock({ up: "0.5000000001" }), "InvalidDecimal", "volShock.up"],
    ["a JSON number", withShock({ up: 0.5 }), "InvalidDecimal", "volShock.up"],
    ["an unknown section", { ...grid33, discount: "1" }, "InvalidSchema", undefined],
    ["a missing section", { ...grid33, charges: undefined }, "InvalidSchema", "charges"],
    ["version zero", { ...grid33, version: 0 }, "InvalidSchema", "version"],
  ])("refuses %s", (_, json, code, path) => {
    expect(refusal(() => parsePolicy(json))).toEqual({ code, path });
  });

  it.each([
    ["no charges at all", withCharge({ MM: "0", IM: "0" })],
    ["the largest loss factor", { ...grid33, lossFactor: { MM: "0.000000001", IM: "17.179869183" } }],
    ["a full haircut", withHaircuts(["BTC", "1", "1"])],
    ["a scenario that counts for nothing", withScenario({ weight: "0" })],
    [
      "the widest moves",
      {
        ...grid33,
        scenarios: [
          { ...up18, spot: "0.000000001" },
          { ...up18, spot: "100" },
        ],
      },
    ],
  ])("admits %s", (_, json) => {
    expect(parsePolicy(policyJson(parsePolicy(json)))).toEqual(parsePolicy(json));
  });

  it("gives one canonical JSON to different spellings", () => {
    expect(policyJson(parsePolicy(withShock({ up: "0.50", minShockedVol: "0.400" })))).toEqual(policyJson(parsePolicy(grid33)));
  });

  law(
    "parse after format is the identity",
    fc.property(policies({ nettingSets: 3, scenarios: 5 }), (policy) => {
      expect(parsePolicy(JSON.parse(JSON.stringify(policyJson(policy))))).toEqual(policy);
    }),
  );
});
