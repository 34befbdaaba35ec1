/** prover/risk/README.md is held to the code: its fields, their types and defaults, and what its examples need. */
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { describe, expect, it } from "vitest";
import { policyNames, readPolicy } from "../prover/import/shipped-policies.ts";
import { tierForMarket } from "../prover/proof/tier-fit.ts";
import { amountDown, amountUp } from "../prover/risk/amount-table.ts";
import { bookSchema, parseBook } from "../prover/risk/book.ts";
import { marginReport } from "../prover/risk/margin-report.ts";
import type { RiskShape } from "../prover/risk/margin-rules.ts";
import { marketSchema } from "../prover/risk/market-schema.ts";
import { parseMarket } from "../prover/risk/market.ts";
import { policySchema } from "../prover/risk/policy-schema.ts";
import { parsePolicy } from "../prover/risk/policy.ts";
import { marketRisk } from "../prover/risk/risk-array.ts";
import { factorText } from "../prover/risk/schema.ts";
import { tailScenarios } from "../prover/risk/tail-plan.ts";
import { SCALE, type Bps, type Level, type Usd, type Value } from "../prover/units.ts";
import { documentedFields, pageExamples, PAGE } from "./support/policy-page.ts";
import { schemaFields } from "./support/schema-fields.ts";
import { probesOf } from "./support/type-probes.ts";

const FORMATS = [
  ["Policy", schemaFields(policySchema)],
  ["Market", schemaFields(marketSchema)],
  ["Book", schemaFields(bookSchema)],
] as const;

describe.each(FORMATS)("%s: the page's fields", (heading, fields) => {
  const documented = documentedFields(heading);

  it("are those of the format, each once", () => {
    expect(documented.map(({ path }) => path).toSorted()).toEqual([...fields.keys()].toSorted());
  });

  it.each(documented)("$path: $type", ({ path, type, byDefault }) => {
    const schemas = fields.get(path)!;
    const admits = (value: unknown): boolean => schemas.some((schema) => schema.safeParse(value).success);
    const probes = probesOf(type);
    expect(probes.admits.filter((value) => !admits(value))).toEqual([]);
    expect(probes.refuses.filter(admits)).toEqual([]);
    const left = schemas.map((schema) => schema.safeParse(undefined));
    if (byDefault === "") return expect(left.filter(({ success }) => success)).toEqual([]);
    const expected = byDefault === "–" ? undefined : schemas[0]!.parse(JSON.parse(byDefault));
    const found = left.flatMap(({ success, data }) => (success ? [data] : []));
    expect(found.length).toBeGreaterThan(0);
    for (const value of found) expect(value).toEqual(expected);
  });
});

describe("the page's examples", () => {
  const { market: json, examples } = pageExamples();
  const market = parseMarket(json);
  const under = ({ policy, book }: (typeof examples)[number]) => {
    const read = parsePolicy(policy);
    const risks = marketRisk(market, read);
    const report = (level: Level) => marginReport(parseBook(book).accounts, risks, read, { level, minRatioBps: 10_000n as Bps, onChainCollateral: 0n as Usd });
    return { read, risks, report };
  };

  it.each(examples)("$name needs MM $MM and IM $IM, and what it says of a tier", (example) => {
    const { risks, report } = under(example);
    const { requirement, withinLimits, isHealthy } = report("IM");
    expect({ MM: amountUp(requirement.MM), IM: amountUp(requirement.IM) }).toEqual({ MM: example.MM, IM: example.IM });
    expect(sizesText(risks.rules.shape)).toBe(example.sizes);
    expect(tierForMarket(market, risks.rules).tier).toBe(example.tier);
    expect([withinLimits, isHealthy, report("MM").isHealthy]).toEqual(Array<boolean>(3).fill(!example.outsideLimits));
  });

  it.each(examples.filter(({ outsideLimits }) => !outsideLimits))("$name is worked out in the text, to the cent", ({ worked, MM, IM }) => {
    const shown = (text: string): number => Number(text.replaceAll(",", ""));
    expect(worked).not.toBeNull();
    expect(Math.abs(worked!.MM - shown(MM))).toBeLessThan(0.02);
    expect(Math.abs(worked!.IM - shown(IM))).toBeLessThan(0.02);
  });

  it("have every optional part of a policy that a number is made of, but for what needs odd feeds or skewed smiles", () => {
    const used = new Set(examples.flatMap(({ policy }) => Object.keys(policy)));
    const all = documentedFields("Policy").map(({ path }) => path.split(/[.[]/)[0]!);
    expect([...new Set(all)].filter((part) => !used.has(part))).toEqual(["description", "staticDiscount", "skew", "settlementWindowSeconds", "confidence", "depeg", "tracking"]);
  });

  it("show the short call's P&L in every scenario", () => {
    const { risks } = under(examples.find(({ name }) => name === "short-call")!);
    const { short } = risks.find(({ instrument }) => instrument.name === "BTC-CALL")!;
    const shown = section("Policy: volatility shocks").map((cells) => cells.at(-1)!);
    const unit = SCALE.value / SCALE.price;
    expect(shown).toEqual(short.scenarioPnl.map((pnl) => amountDown((pnl * unit) as Value).replace("-", "−")));
  });

  it("show what SHA-256 gives for each draw, and the moves that come of it", () => {
    const { read } = under(examples.find(({ name }) => name === "simulated")!);
    const counter = (i: number, k: number): Uint8Array => Uint8Array.from([...utf8ToBytes("page"), 0, 0, 0, 0, i, 0, 0, 0, k]);
    const bits = (i: number, k: number): string => `\`${bytesToHex(sha256(counter(i, k))).slice(0, 16)}\``;
    const pnl = (btc: bigint, eth: bigint): string => amountDown(((100_000n * (btc - SCALE.factor) - 75_000n * (eth - SCALE.factor)) * (SCALE.value / SCALE.factor)) as Value);
    expect(section("Policy: tails").map(([i, hashes, , , btc, eth, gain]) => [i, hashes, btc, eth, gain])).toEqual(
      tailScenarios(read).map(({ moves }, i) => {
        const [btc, eth] = [moves.get("BTC")!, moves.get("ETH")!];
        return [String(i), `${bits(i, 0)} ${bits(i, 1)}`, factorText(btc), factorText(eth), pnl(btc, eth).replace("-", "−")];
      }),
    );
  });
});

describe("the page", () => {
  it("has a section of sizes that knows every size of a shape", () => {
    const { rules } = marketRisk(parseMarket(pageExamples().market), parsePolicy(pageExamples().examples[0]!.policy));
    const sizes = PAGE.split("\n## What takes room in a circuit\n")[1]!.split("\n## ")[0]!;
    const named = [...sizes.matchAll(/^\| (`.*?`) \|/gm)].flatMap(([, cell]) => [...cell!.matchAll(/`(\w+)`/g)].map(([, size]) => size!));
    expect(named.toSorted()).toEqual(Object.keys(rules.shape).toSorted());
  });

  it("reads shipped policies with the fields it documents", () => {
    const known = new Set(documentedFields("Policy").map(({ path }) => path.split(/[.[]/)[0]!));
    const parts = policyNames().flatMap((name) => Object.keys(readPolicy(name)!.featuresJson as object));
    expect(parts.filter((part) => !known.has(part))).toEqual([]);
  });
});

/** What is not nothing, in the order of the shape. */
function sizesText(shape: RiskShape): string {
  const some = Object.entries(shape).filter(([size, count]) => Number(count) > (size === "correlations" ? 1 : 0));
  return some.map(([size, count]) => (count === true ? size : `${size} ${count}`)).join(", ");
}

/** Lines of the section's table of numbers: the one with the widest rows. */
function section(heading: string): string[][] {
  const text = PAGE.split(`\n## ${heading}\n`)[1]!.split("\n## ")[0]!;
  const rows = [...text.matchAll(/^\| (.+) \|$/gm)].map(([, cells]) => cells!.split(" | ").map((cell) => cell.trim()));
  const width = Math.max(...rows.map((row) => row.length));
  return rows.filter((row) => row.length === width).slice(1);
}
