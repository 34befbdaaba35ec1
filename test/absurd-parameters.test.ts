/**
 * Every number of every shipped policy, made absurd: below 0, nothing, ten, and a thousand million millions. What lies outside the bounds below is
 * refused by the path of the number; what lies inside is either refused for contradicting another (by the path of the part that has both), or a
 * policy that still asks for what it must: never less than nothing, never less initially than for maintenance, and not less for being dearer.
 */
import { describe, expect, it } from "vitest";
import { MarginProofError } from "../prover/errors.ts";
import { policyNames, readPolicy } from "../prover/import/shipped-policies.ts";
import { marginReport } from "../prover/risk/margin-report.ts";
import { parsePolicy, policyJson } from "../prover/risk/policy.ts";
import { marketRisk } from "../prover/risk/risk-array.ts";
import type { Bps, Level, Quantity, Usd } from "../prover/units.ts";
import { handMarket } from "./support/hand-book.ts";

/** What each number may be by itself; +1 where a larger one asks for more of every book, −1 where it asks for less, 0 where it depends. */
const BOUNDS: readonly (readonly [path: RegExp, low: number, high: number, dearer: -1 | 0 | 1])[] = [
  [/^version$/, 1, 2 ** 53 - 1, 0],
  [/^scenarios\[\d+\]\.spot$/, 1e-9, 100, 0],
  [/^scenarios\[\d+\]\.weight$/, 0, 10, 1],
  [/^volShock\.(up|minShockedVol)$/, 0, 10, 0],
  [/^volShock\.down$/, 0, 1, 0],
  [/^volShock\.(short|long)Power$/, 0, 2, 0],
  [/^volShock\.dteFloorDays$/, 1e-9, 365, 0],
  [/^lossFactor\.(MM|IM)$/, 1e-9, 17.179869183, 1],
  [/^(charges\.\w+|optionNaked|spreads\[\d+\]\.rate)\.(MM|IM)$/, 0, 10, 1],
  [/^haircuts\[\d+\]\.rate\.(MM|IM)$/, 0, 1, 1],
  [/^offsets\.(groups|classes)\[\d+\]\.gain$/, 0, 1, -1],
  [/^offsets\.groups\[\d+\]\.cap$/, 1e-8, 184_467_440_737, -1],
  [/^exposures\[\d+\]\.tiers\[\d+\]\.above$/, 0, 184_467_440_737, -1],
  [/^exposures\[\d+\]\.tiers\[\d+\]\.rate\.(MM|IM)$/, 0, 10, 1],
  [/^rollShock\[\d+\]\.(annualMove|minMove)$/, 0, 10, 1],
  [/^deltaMinimum\[\d+\]\.(un)?hedged$/, 0, 10, 1],
  [/^spreadCredits\[\d+\]\.rate$/, 0, 1, -1],
  [/^minimums\.optionShort$/, 0, 10, 1],
  [/^minimums\.per(Contract|Unit)$/, 0, 184_467_440_737, 1],
  [/^tail\.size$/, 1, 2 ** 53 - 1, -1],
  [/^tail\.source\.count$/, 1, 65_536, 0],
  [/^tail\.source\.horizonDays$/, 1e-9, 365, 0],
  [/^tail\.source\.volatility\[\d+\]$/, 1e-9, 10, 0],
  [/^(tail\.source|sensitivities|aggregation)\.correlation\[\d+\]\[\d+\]$/, -1, 1, 0],
  [/^sensitivities\.factors\[\d+\]\.riskWeight$/, 1e-9, 4, 0],
  [/^staticDiscount\.(long|short)\.base$/, 1e-9, 2, 0],
  [/^staticDiscount\.(long|short)\.(rateMultiplier|rateAdd)$/, -10, 10, 0],
  [/^basis\.(up|down)$/, 1e-9, 100, 0],
  [/^basis\.(add|perYear)$/, 0, 10, 1],
  [/^settlementWindowSeconds$/, 0, 86_400, 0],
  [/^(confidence|depeg)\.threshold$/, 0, 1, 1],
  [/^confidence\.margin$/, 0, 10, 1],
  [/^depeg\.factor$/, 0, 10, 1],
  [/^skew\.(linear|absolute)\.(base|cap)$/, -10, 10, 0],
  [/^skew\.minWidth$/, 1e-9, 10, 0],
  [/^skew\.widthScale$/, 0, 10, 0],
  [/^skew\.(volStatic|volScale)$/, -10, 10, 0],
];
const ABSURD = [-1, 0, 10, 1e15];

type Leaf = { readonly path: string; readonly keys: readonly (string | number)[]; readonly value: string | number };
const NUMBER = /^-?\d+(\.\d+)?$/;

function leaves(json: unknown, path = "", keys: readonly (string | number)[] = []): Leaf[] {
  if (typeof json === "number" || (typeof json === "string" && NUMBER.test(json))) return [{ path, keys, value: json }];
  if (Array.isArray(json)) return json.flatMap((each, i) => leaves(each, `${path}[${i}]`, [...keys, i]));
  if (typeof json !== "object" || json === null) return [];
  return Object.entries(json).flatMap(([key, each]) => leaves(each, path === "" ? key : `${path}.${key}`, [...keys, key]));
}

function mutated(policy: unknown, { keys, value }: Leaf, absurd: number): unknown {
  const copy: any = structuredClone(policy);
  const parent = keys.slice(0, -1).reduce((part, key) => part[key], copy);
  parent[keys.at(-1)!] = typeof value === "number" ? absurd : BigInt(absurd).toString();
  return copy;
}

const MARKET = handMarket("0.98");
const BOOKS = [{ "BTC-PERP": 1 }, { "BTC-PERP": -1, "CALL-50000": 1 }, { "CALL-50000": -2, "ETH-PERP": -20 }, { "PUT-50000": -1, "CALL-50000-60D": 1 }] as const;
const TERMS = { minRatioBps: 10_000n as Bps, onChainCollateral: 0n as Usd };

/** Requirements of every book, maintenance and initial. */
function required(json: unknown): readonly (readonly [MM: bigint, IM: bigint])[] {
  const policy = parsePolicy(json);
  const risks = marketRisk(MARKET, policy);
  return BOOKS.map((book) => {
    const positions = Object.entries(book).map(([instrument, units]) => ({ instrument, quantity: BigInt(units * 10 ** 8) as Quantity }));
    const { requirement } = marginReport([{ venue: "v", account: "a", asOf: 0, positions }], risks, policy, { ...TERMS, level: "IM" as Level });
    return [requirement.MM, requirement.IM] as const;
  });
}

/** Whether a refusal's path is that of the number, of a part that has it, or of something beside it in the smallest part, such as its matrix. */
const names = (found: string | undefined, path: string): boolean => {
  const part = path.replace(/(\.\w+|(\[\d+\])+)$/, "");
  return found !== undefined && (path === found || path.startsWith(`${found}.`) || path.startsWith(`${found}[`) || found.startsWith(part.includes(".") || part.includes("[") ? part : `${part}.`));
};

function judge(json: unknown, leaf: Leaf, absurd: number, before: ReturnType<typeof required>): string | null {
  const [, low, high, dearer] = BOUNDS.find(([pattern]) => pattern.test(leaf.path))!;
  const inside = absurd >= low && absurd <= high;
  const change = `${leaf.path} from ${leaf.value} to ${absurd}`;
  try {
    const after = required(mutated(json, leaf, absurd));
    if (!inside) return `${change} was accepted`;
    const wrong = after.findIndex(([MM, IM]) => MM < 0n || IM < MM);
    if (wrong >= 0) return `${change}: book ${wrong} needs ${after[wrong]}`;
    const direction = dearer * Math.sign(absurd - Number(leaf.value));
    const cheaper = direction > 0 ? after.findIndex(([MM, IM], i) => MM < before[i]![0] || IM < before[i]![1]) : -1;
    return cheaper >= 0 ? `${change}: book ${cheaper} needs less` : null;
  } catch (error) {
    if (!(error instanceof MarginProofError)) return `${change} crashed: ${error}`;
    if (error.hint === undefined) return `${change} was refused without a remedy`;
    return names(error.path, leaf.path) ? null : `${change} was refused at ${error.path} (${error.code})`;
  }
}

describe.each(policyNames())("%s with absurd numbers", (name) => {
  const json = policyJson(readPolicy(name)!);
  const all = leaves(json);

  it("has bounds for each of its numbers, and keeps them", () => {
    expect(all.filter(({ path }) => BOUNDS.filter(([pattern]) => pattern.test(path)).length !== 1).map(({ path }) => path)).toEqual([]);
    const outside = all.filter(({ path, value }) => BOUNDS.some(([pattern, low, high]) => pattern.test(path) && (Number(value) < low || Number(value) > high)));
    expect(outside).toEqual([]);
  });

  it("is refused by their name, or still asks for what it must", () => {
    const before = required(json);
    expect(all.length).toBeGreaterThan(20);
    expect(all.flatMap((leaf) => ABSURD.flatMap((absurd) => judge(json, leaf, absurd, before) ?? []))).toEqual([]);
  });
});

describe("correlations that contradict each other name the hedge that shows it:", () => {
  const message = (...correlation: readonly (readonly string[])[]): string => {
    const policy: any = structuredClone(policyJson(readPolicy("frtb")!));
    const names = ["BTC", "ETH", "SOL", "XRP"].slice(0, correlation.length);
    policy.nettingSets[0].underlyings = names;
    policy.sensitivities.factors = names.map((name) => ({ id: name, measure: "delta", underlyings: [name], riskWeight: "0.5" }));
    policy.sensitivities.correlation = correlation;
    try {
      parsePolicy(policy);
    } catch (error) {
      return (error as Error).message;
    }
    return "accepted";
  };
  it.each<[string, readonly (readonly string[])[], string]>([
    // The variance of SOL after hedging it as well as possible: 1 − (.9, −.9)·[[1, .9], [.9, 1]]⁻¹·(.9, −.9) = 1 − 16.2
    ["by elimination", [["1", "0.9", "0.9"], ["0.9", "1", "-0.9"], ["0.9", "-0.9", "1"]], "BTC, ETH, SOL contradict each other: -9 BTC + 9 ETH + 1 SOL would have variance -15.2"],
    // ETH − BTC has no variance, but SOL − 0.5·BTC, which has 0.75, covaries with it by −0.5: 1.5 more of it makes 0.75 − 2·1.5·0.5
    ["where two names are one", [["1", "1", "0.5"], ["1", "1", "0"], ["0.5", "0", "1"]], "BTC, ETH, SOL contradict each other: -2 BTC + 1.5 ETH + 1 SOL would have variance -0.75"],
    ["of the first names that do", [["1", "0.9", "0.9", "0"], ["0.9", "1", "0", "0"], ["0.9", "0", "1", "0"], ["0", "0", "0", "1"]], "BTC, ETH, SOL contradict each other: -4.736842 BTC + 4.263158 ETH + 1 SOL would have variance -3.263158"],
  ])("%s", (_, correlation, expected) => expect(message(...correlation)).toContain(expected));
  it("and none for what is possible, if only just", () => expect(message(["1", "1", "0.5"], ["1", "1", "0.5"], ["0.5", "0.5", "1"])).toBe("accepted"));
});

describe("the classic mistakes are refused with code, path and remedy:", () => {
  const changed = (name: string, change: (policy: any) => void): unknown => {
    const policy: any = structuredClone(policyJson(readPolicy(name)!));
    change(policy);
    return policy;
  };
  const matrix = (...rows: readonly (readonly string[])[]) => rows;
  it.each<[string, unknown, string]>([
    ["static discounts swapped, as a venue once had them", changed("pmrm2", ({ staticDiscount: d }) => ([d.long.base, d.short.base] = [d.short.base, d.long.base])), "staticDiscount"],
    ["a long discount above 1", changed("pmrm2", (p) => (p.staticDiscount.long.base = "1.2")), "staticDiscount"],
    ["a short discount below 1", changed("pmrm2", (p) => (p.staticDiscount.short.base = "0.9")), "staticDiscount"],
    [
      "correlations that contradict each other",
      changed("frtb", (p) => {
        p.nettingSets[0].underlyings.push("SOL");
        p.sensitivities.factors.push({ id: "SOL-delta", measure: "delta", underlyings: ["SOL"], riskWeight: "0.5" });
        p.sensitivities.correlation = matrix(["1", "0.9", "0.9"], ["0.9", "1", "-0.9"], ["0.9", "-0.9", "1"]);
      }),
      "sensitivities.correlation[2]",
    ],
    [
      "stressed correlations alone, which contradict each other though the given ones do not",
      changed("frtb", (p) => {
        p.nettingSets[0].underlyings.push("SOL");
        p.sensitivities.factors.push({ id: "SOL-delta", measure: "delta", underlyings: ["SOL"], riskWeight: "0.5" });
        p.sensitivities.correlation = matrix(["1", "0.7", "0.7"], ["0.7", "1", "0"], ["0.7", "0", "1"]);
        p.sensitivities.sets = ["high"];
      }),
      "sensitivities.sets",
    ],
    [
      "correlations of netting sets that contradict each other",
      changed("grid-33", (p) => {
        p.nettingSets.push({ id: "SOL", underlyings: ["SOL"] });
        p.aggregation = { correlation: matrix(["1", "0.9", "0.9"], ["0.9", "1", "0"], ["0.9", "0", "1"]) };
      }),
      "aggregation.correlation[2]",
    ],
    ["correlations of netting sets below 0", changed("grid-33", (p) => (p.aggregation = { correlation: matrix(["1", "-0.1"], ["-0.1", "1"]) })), "aggregation.correlation[0][1]"],
    ["a matrix that is not symmetric", changed("frtb", (p) => (p.sensitivities.correlation[0][1] = "0.5")), "sensitivities.correlation[1][0]"],
    ["a negative charge", changed("grid-33", (p) => (p.charges.future.MM = "-0.01")), "charges.future.MM"],
    ["a negative minimum", changed("tims", (p) => (p.minimums.perUnit = "-0.375")), "minimums.perUnit"],
    ["tiers that fall", changed("deribit", (p) => (p.exposures[0].tiers[2].rate = { MM: "0.01", IM: "0.01" })), "exposures[0].tiers"],
    ["damping above 1", changed("span", (p) => (p.scenarios[14].weight = "1.35")), "scenarios[14].weight"],
    ["a haircut above 1", changed("grid-33", (p) => (p.haircuts[0].rate = { MM: "1", IM: "1.05" })), "haircuts[0].rate.IM"],
    ["a tail longer than its scenarios", changed("var99", (p) => (p.tail.size = 401)), "tail.size"],
    ["initial margin below maintenance", changed("grid-33", (p) => (p.charges.perpetual = { MM: "0.04", IM: "0.03" })), "charges.perpetual"],
  ])("%s", (_, json, path) => {
    const refused = (() => {
      try {
        return required(json);
      } catch (error) {
        return error;
      }
    })();
    expect(refused).toBeInstanceOf(MarginProofError);
    expect(refused).toMatchObject({ code: "InvalidPolicy", path, hint: expect.stringMatching(/^.{10,}$/) });
  });
});
