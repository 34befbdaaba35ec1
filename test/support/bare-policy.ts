/** A policy in which nothing costs anything, to which a test adds the rule that it is about, and books margined under it. */
import { readPolicy } from "../../prover/import/shipped-policies.ts";
import { parseBook } from "../../prover/risk/book.ts";
import { marginReport, type MarginReport } from "../../prover/risk/margin-report.ts";
import type { Market } from "../../prover/risk/market.ts";
import { parseMarket } from "../../prover/risk/market.ts";
import { parsePolicy, policyJson, type Policy } from "../../prover/risk/policy.ts";
import { marketRisk } from "../../prover/risk/risk-array.ts";
import type { Bps, Level, Usd } from "../../prover/units.ts";

export const AS_OF = 1_700_000_000;
export const DAY = 86_400;
const none = { MM: "0", IM: "0" };
const { name, version, volShock, format, quote } = policyJson(readPolicy("grid-33")!) as { [part: string]: any };

/** One scenario that moves nothing, and no charge. */
export const bare = (underlyings: readonly string[]) => ({
  format, name, version, quote, volShock,
  nettingSets: underlyings.map((underlying) => ({ id: underlying, underlyings: [underlying] })),
  scenarios: [{ spot: "1", vol: "none", weight: "1" }],
  lossFactor: { MM: "1", IM: "1" },
  charges: { perpetual: none, future: none, optionShort: none },
  haircuts: [...underlyings, "USDC"].map((asset) => ({ asset, rate: none })),
});

export const linear = (name: string, underlying: string, mark: string, more: object = {}) =>
  ({ kind: "perpetual", name, underlying, settlement: "linear", multiplier: "1", mark, ...more });
export const dated = (name: string, underlying: string, mark: string, days: number, more: object = {}) =>
  ({ ...linear(name, underlying, mark), kind: "future", expiry: AS_OF + days * DAY, ...more });
export const flat = (days: number, forward: string, vol: string, rate = "0") => ({ expiry: AS_OF + days * DAY, forward, rate, surface: { kind: "flat", vol } });
export const option = (name: string, underlying: string, type: "call" | "put", strike: string, days: number) =>
  ({ kind: "option", name, underlying, type, strike, expiry: AS_OF + days * DAY, multiplier: "1" });

/** Spots, expiries and instruments; the quote and a stablecoin at par are always there. */
export function worldOf(spots: Readonly<Record<string, string>>, instruments: readonly object[], expiries: Readonly<Record<string, readonly object[]>> = {}, currencies: readonly object[] = []): Market {
  return parseMarket({
    format: "margin-market/1",
    asOf: AS_OF,
    quote: "USD",
    currencies: [{ name: "USDC", price: "1" }, ...currencies],
    underlyings: Object.entries(spots).map(([name, spot]) => ({ name, spot, expiries: Object.hasOwn(expiries, name) ? expiries[name] : [] })),
    instruments: [{ kind: "cash", name: "USD", currency: "USD" }, { kind: "cash", name: "USDC", currency: "USDC" }, ...instruments],
  });
}

/** Quantities by instrument, all in one account. */
export function reportUnder(policy: object | Policy, market: Market, held: Readonly<Record<string, string>>, level: Level = "MM"): MarginReport {
  const read = "featuresJson" in policy ? (policy as Policy) : parsePolicy(policy);
  const positions = Object.entries(held).map(([instrument, quantity]) => ({ instrument, quantity }));
  const { accounts } = parseBook({ format: "margin-book/1", accounts: [{ venue: "v", account: "a", asOf: AS_OF, positions }] });
  return marginReport(accounts, marketRisk(market, read), read, { level, minRatioBps: 10_000n as Bps, onChainCollateral: 0n as Usd });
}

/** Quote units of a total, for comparisons with what people publish. */
export const units = (total: bigint): number => Number(total) / 1e16;
