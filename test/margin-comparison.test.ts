import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { comparisonTable } from "../prover/risk/comparison-table.ts";
import { compareMargins, marginComparisonJson, type PolicyMargin } from "../prover/risk/margin-comparison.ts";
import { marginReport } from "../prover/risk/margin-report.ts";
import { marginReportJson } from "../prover/risk/margin-report-json.ts";
import { parsePolicy, policyJson, type Policy } from "../prover/risk/policy.ts";
import { marketRisk } from "../prover/risk/risk-array.ts";
import type { Factor } from "../prover/units.ts";
import { generatedPortfolios } from "./support/arbitraries.ts";
import { law } from "./support/law.ts";
import { portfolios } from "./support/portfolios.ts";

// Long 100 dollars of BTC, short 100 dollars of ETH, 40 in cash; see the fixture for the first policy's numbers.
const { market, policy, book, terms } = portfolios.find(({ name }) => name === "netting-sets-do-not-lend-gains")!;

/** One netting set for both, and dearer perpetuals. By hand: losses 10 − 10 = 0, charges MM 5 + 5 and IM 6 + 6. */
const merged = parsePolicy({
  ...(policyJson(policy) as object),
  name: "merged",
  version: 2,
  nettingSets: [{ id: "COINS", underlyings: ["BTC", "ETH"] }],
  charges: { perpetual: { MM: "0.05", IM: "0.06" }, future: { MM: "0.02", IM: "0.03" }, optionShort: { MM: "0.01", IM: "0.02" } },
});

const under = (rules: Policy): PolicyMargin => ({ policy: rules, report: marginReport(book.accounts, marketRisk(market, rules), rules, terms) });
const dollars = (amount: bigint): bigint => amount * 10n ** 16n;
const [base, other] = [under(policy), under(merged)];
const rows = (table: string): string[][] => table.split("\n").filter((line) => line.startsWith("│")).map((line) => line.split("│").slice(1, -1).map((cell) => cell.trim()));

describe("compareMargins", () => {
  it("says by how much the other policy asks for more or less", () => {
    // MM 22 → 10, IM 28 → 12, alone 2·(10 + 4) → 2·(10 + 6), saved 0 → 20, excess 12 → 28
    expect(compareMargins(base, other).change).toEqual({
      requirement: { MM: dollars(-12n), IM: dollars(-16n) },
      isolatedRequirement: dollars(4n),
      nettingSaving: dollars(20n),
      excess: dollars(16n),
    });
  });

  it("writes both reports whole, with the policies they belong to", () => {
    expect(marginComparisonJson(compareMargins(base, other))).toEqual({
      format: "margin-comparison/1",
      base: { policy: { name: "hand", version: 1 }, report: marginReportJson(base.report) },
      other: { policy: { name: "merged", version: 2 }, report: marginReportJson(other.report) },
      change: { requirement: { MM: "-12", IM: "-16" }, isolatedRequirement: "4", nettingSaving: "20", excess: "16" },
    });
  });

  const generated = generatedPortfolios({ nettingSets: 2, scenarios: 4, positions: 6, venues: 2 });
  law(
    "no policy differs from itself, and the way back undoes the way there",
    fc.property(generated, ({ book, risks, policy, terms }) => {
      const margin = { policy, report: marginReport(book.accounts, risks, policy, terms) };
      expect(compareMargins(margin, margin).change).toEqual({ requirement: { MM: 0n, IM: 0n }, isolatedRequirement: 0n, nettingSaving: 0n, excess: 0n });
      const dearer = { ...policy, lossFactor: { MM: (policy.lossFactor.MM + 1n) as Factor, IM: (2n * policy.lossFactor.IM) as Factor } };
      const harsher = { policy: dearer, report: marginReport(book.accounts, risks, dearer, terms) };
      const [there, back] = [compareMargins(margin, harsher).change, compareMargins(harsher, margin).change];
      expect([there.excess, there.requirement.MM]).toEqual([-back.excess, -back.requirement.MM]);
      expect(there.requirement.MM >= 0n && there.requirement.IM >= 0n && there.excess <= 0n).toBe(true);
    }),
  );
});

describe("comparisonTable", () => {
  it("matches netting sets by id, shows what binds, and leaves blank what a policy does not have", () => {
    expect(rows(comparisonTable(compareMargins(base, other))).slice(0, 4)).toEqual([
      ["netting set", "binds under hand 1", "loss", "binds under merged 2", "loss"],
      ["BTC", "BTC −10 % / vol unchanged", "10.00", "–", "–"],
      ["ETH", "ETH +10 % / vol unchanged", "10.00", "–", "–"],
      ["COINS", "–", "–", "no scenario loses", "0.00"],
    ]);
  });

  it("shows each figure under both and the change", () => {
    expect(rows(comparisonTable(compareMargins(base, other))).slice(4)).toEqual([
      ["USD", "hand 1", "merged 2", "change"],
      ["equity", "40.00", "40.00", "0.00"],
      ["worst losses, aggregated", "20.00", "0.00", "-20.00"],
      ["charge IM, perpetuals", "8.00", "12.00", "4.00"],
      ["requirement MM", "22.00", "10.00", "-12.00"],
      ["requirement IM", "28.00", "12.00", "-16.00"],
      ["requirement IM, position by position", "28.00", "32.00", "4.00"],
      ["saved by netting", "0.00", "20.00", "20.00"],
      ["excess at 100.00 % of IM", "12.00", "28.00", "16.00"],
      ["adds to IM: charges", "8.00", "12.00", "4.00"],
      ["equity / requirement IM", "142.85 %", "333.33 %", ""],
      ["healthy", "yes", "yes", ""],
    ]);
  });
});
