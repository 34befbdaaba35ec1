/** The named portfolios of test/fixtures/portfolios: one list for engine, circuits and contracts. A new file needs no code. */
import { readFileSync, readdirSync } from "node:fs";
import { parseBps, parseUsd } from "../../prover/numeric/amounts.ts";
import { formatDecimal } from "../../prover/numeric/decimal.ts";
import { parseBook, type Book } from "../../prover/risk/book.ts";
import type { MarginReport, MarginTerms } from "../../prover/risk/margin-report.ts";
import { parseMarket, type Market } from "../../prover/risk/market.ts";
import { parsePolicy, type Policy } from "../../prover/risk/policy.ts";

const FOLDER = new URL("../fixtures/portfolios/", import.meta.url);

export interface Portfolio {
  readonly name: string;
  /** How the expected numbers follow from the inputs. */
  readonly why: string;
  readonly market: Market;
  readonly policy: Policy;
  readonly book: Book;
  readonly terms: MarginTerms;
  /** Exact integers as strings, at 1e-16 of the quote; compare with `reportNumbers`. */
  readonly expected: unknown;
}

export const portfolios: readonly Portfolio[] = readdirSync(FOLDER)
  .filter((file) => file.endsWith(".json"))
  .map((file) => {
    const { why, market, policy, book, terms, expected } = JSON.parse(readFileSync(new URL(file, FOLDER), "utf8"));
    return {
      name: file.slice(0, -".json".length),
      why,
      market: parseMarket(market),
      policy: parsePolicy(policy),
      book: parseBook(book),
      terms: {
        level: terms.level,
        minRatioBps: parseBps(formatDecimal(BigInt(terms.minRatioBps), 4), "terms.minRatioBps"),
        onChainCollateral: parseUsd(terms.onChainCollateral, "terms.onChainCollateral"),
      },
      expected,
    };
  });

/** The numbers of a report in the shape of a fixture's `expected`. */
export function reportNumbers(report: MarginReport): unknown {
  const { positions, nettingSets, charges, totals, equity, requirement, ratioBps, excess, isHealthy, isolatedRequirement, nettingSaving } =
    report;
  const numbers = {
    positions: positions.map(({ instrument, value, worstPnl, charge, isolatedRequirement }) => ({
      instrument: instrument.name,
      value,
      worstPnl,
      charge,
      isolatedRequirement,
    })),
    nettingSets: nettingSets.map(({ id, scenarioPnl, bindingScenario, loss }) => ({ id, scenarioPnl, bindingScenario, loss })),
    charges,
    value: totals.value,
    equity,
    requirement,
    ratioBps,
    excess,
    isHealthy,
    isolatedRequirement,
    nettingSaving,
  };
  return JSON.parse(JSON.stringify(numbers, (_, value: unknown) => (typeof value === "bigint" ? value.toString() : value)));
}
