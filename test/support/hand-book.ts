/**
 * A market for books worked out by hand, and their margin under a shipped policy. Spot, forwards and marks are 50000 for BTC and 2500 for
 * ETH, so that 1 BTC and 20 ETH are worth the same; perpetuals move with spot, and a linear book's P&L is 50000·(move − 1) a leg.
 */
import { expect } from "vitest";
import { readPolicy } from "../../prover/import/shipped-policies.ts";
import { parseDecimal } from "../../prover/numeric/decimal.ts";
import type { Account } from "../../prover/risk/book.ts";
import { marginReport, type MarginReport } from "../../prover/risk/margin-report.ts";
import { parseMarket } from "../../prover/risk/market.ts";
import { marketRisk } from "../../prover/risk/risk-array.ts";
import { DECIMALS, type Bps, type Level, type Quantity, type Usd } from "../../prover/units.ts";

const AS_OF = 1_700_000_000;
const DAY = 86_400;
const perpetual = (name: string, underlying: string, mark: string) =>
  ({ kind: "perpetual", name, underlying, settlement: "linear", multiplier: "1", mark });
const option = (name: string, type: "call" | "put", days: number, strike: string) =>
  ({ kind: "option", name, underlying: "BTC", expiry: AS_OF + days * DAY, strike, type, multiplier: "1" });
const flat = (days: number) => ({ expiry: AS_OF + days * DAY, forward: "50000", rate: "0", surface: { kind: "flat", vol: "0.5" } });

/** Volatility 50 % and no rate; the stablecoin's price is a parameter. */
export const handMarket = (stable = "1") =>
  parseMarket({
    format: "margin-market/1",
    asOf: AS_OF,
    quote: "USD",
    currencies: [{ name: "USDC", price: stable }],
    underlyings: [
      { name: "BTC", spot: "50000", expiries: [flat(30), flat(60)] },
      { name: "ETH", spot: "2500", expiries: [] },
    ],
    instruments: [
      perpetual("BTC-PERP", "BTC", "50000"),
      perpetual("BTC-PERP-2", "BTC", "50000"),
      perpetual("ETH-PERP", "ETH", "2500"),
      option("CALL-50000", "call", 30, "50000"),
      option("PUT-50000", "put", 30, "50000"),
      option("CALL-1000000", "call", 30, "1000000"),
      option("CALL-50000-60D", "call", 60, "50000"),
    ],
  });

/** Quantities in whole units by instrument name. */
export type HandBook = Readonly<Record<string, bigint>>;

export function margin(model: string, book: HandBook, level: Level = "IM", stable = "1"): MarginReport {
  const policy = readPolicy(model)!;
  const positions = Object.entries(book).map(([instrument, units]) => ({ instrument, quantity: (units * 10n ** 8n) as Quantity }));
  const accounts: readonly Account[] = [{ venue: "venue", account: "main", asOf: AS_OF, positions }];
  const terms = { level, minRatioBps: 10_000n as Bps, onChainCollateral: 0n as Usd };
  return marginReport(accounts, marketRisk(handMarket(stable), policy), policy, terms);
}

/** The requirement alone. */
export const needs = (model: string, book: HandBook, level: Level = "IM", stable = "1"): bigint =>
  margin(model, book, level, stable).requirement[level];

/** Quote units at the scale of totals. */
export const amount = (text: string): bigint => parseDecimal(text, DECIMALS.value, "");

/** Within a millionth part of what another implementation, in floating point, gives. */
export function expectNear(actual: bigint, expected: string): void {
  const reference = amount(expected);
  const distance = actual > reference ? actual - reference : reference - actual;
  expect(distance * 1_000_000n < reference, `${actual} is not ${reference}`).toBe(true);
}
