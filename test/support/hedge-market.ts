/**
 * A market for hedges worked out by hand: BTC at 50000 and ETH at 2500 with marks that equal spot, under the five scenarios of the small market.
 * A linear contract loses 20 % at worst, and is charged 5 % of spot notional at the initial level; a coin has a haircut of 10 % there.
 */
import type { Account } from "../../prover/risk/book.ts";
import { hedgeProposal, withTrades } from "../../prover/risk/hedge/hedge-proposal.ts";
import type { Hedge, HedgeRequest, HedgeTrade } from "../../prover/risk/hedge/hedge.ts";
import { marginReport, type MarginReport, type MarginTerms } from "../../prover/risk/margin-report.ts";
import { parseMarket } from "../../prover/risk/market.ts";
import { parsePolicy, type Policy } from "../../prover/risk/policy.ts";
import { marketRisk } from "../../prover/risk/risk-array.ts";
import { parseQuantity } from "../../prover/numeric/amounts.ts";
import type { Bps, Usd } from "../../prover/units.ts";
import { POLICY_JSON } from "./small-market.ts";

const AS_OF = 1_700_000_000;
const EXPIRY = AS_OF + 30 * 86_400;
const contract = (kind: "perpetual" | "future", name: string, underlying: string, mark: string, settlement = "linear", multiplier = "1") =>
  ({ kind, name, underlying, settlement, multiplier, mark, ...(kind === "future" ? { expiry: EXPIRY } : {}) });
const option = (name: string, type: "call" | "put", strike: string) => ({ kind: "option", name, underlying: "BTC", expiry: EXPIRY, strike, type, multiplier: "1" });

export const MARKET_JSON = {
  format: "margin-market/1",
  asOf: AS_OF,
  quote: "USD",
  currencies: [{ name: "USDC", price: "1" }],
  underlyings: [
    { name: "BTC", spot: "50000", expiries: [{ expiry: EXPIRY, forward: "50000", rate: "0", surface: { kind: "flat", vol: "0.5" } }] },
    { name: "ETH", spot: "2500", expiries: [] },
  ],
  instruments: [
    { kind: "cash", name: "USD", currency: "USD" },
    { kind: "cash", name: "USDC", currency: "USDC" },
    { kind: "spot", name: "BTC", underlying: "BTC" },
    { kind: "spot", name: "ETH", underlying: "ETH" },
    contract("perpetual", "BTC-PERP", "BTC", "50000"),
    contract("perpetual", "BTC-INVERSE", "BTC", "50000", "inverse", "10"),
    contract("perpetual", "ETH-PERP", "ETH", "2500"),
    contract("future", "BTC-FUTURE", "BTC", "50000"),
    option("CALL-50000", "call", "50000"),
    option("CALL-60000", "call", "60000"),
    option("PUT-50000", "put", "50000"),
    option("PUT-45000", "put", "45000"),
  ],
};

export const MARKET = parseMarket(MARKET_JSON);
export const POLICY = parsePolicy({ ...POLICY_JSON, haircuts: [...POLICY_JSON.haircuts, { asset: "USDC", rate: { MM: "0.01", IM: "0.02" } }] });

/** Quantities as decimals, by instrument. */
export type Held = Readonly<Record<string, string>>;

export const accountOf = (held: Held, venue = "venue", account = "main"): Account => ({
  venue,
  account,
  asOf: AS_OF,
  positions: Object.entries(held)
    .map(([instrument, quantity]) => ({ instrument, quantity: parseQuantity(quantity, instrument) }))
    .sort((a, b) => (a.instrument < b.instrument ? -1 : 1)),
});

export const termsAt = (bps: number): MarginTerms => ({ level: "IM", minRatioBps: BigInt(bps) as Bps, onChainCollateral: 0n as Usd });

export interface Asked extends Partial<Omit<HedgeRequest, "accounts" | "terms">> {
  readonly accounts?: readonly Account[];
  readonly bps?: number;
}

const requestOf = (held: Held, { bps = 10_000, accounts = [accountOf(held)], ...asked }: Asked): HedgeRequest => ({ market: MARKET, policy: POLICY, ...asked, accounts, terms: termsAt(bps) });

/** At the initial level, at 100 % unless said otherwise. */
export const hedge = (held: Held, asked: Asked = {}): Hedge => hedgeProposal(requestOf(held, asked));

/** The whole report of a book with trades; the risk vectors are made anew. */
export const reportWith = (accounts: readonly Account[], account: Account, trades: readonly HedgeTrade[], bps: number, policy: Policy = POLICY): MarginReport =>
  marginReport(withTrades(accounts, account, trades), marketRisk(MARKET, policy), policy, termsAt(bps));

/** `sell BTC 0.334`, trade by trade, proposal by proposal. */
export const traded = ({ proposals }: Hedge): string[] => proposals.map(({ trades }) => trades.map(wordsOf).join(", "));
const wordsOf = ({ side, instrument, quantity }: HedgeTrade): string => `${side} ${instrument} ${Number(quantity < 0n ? -quantity : quantity) / 1e8}`;
