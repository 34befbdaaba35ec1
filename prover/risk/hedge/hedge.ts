/** What is asked of a hedge, and what is answered: the smallest trades that restore a margin, each confirmed by a whole margin report. */
import type { Level, Bps, Price, Quantity, Usd, Value } from "../../units.ts";
import type { Account } from "../book.ts";
import type { InstrumentKind } from "../instruments.ts";
import type { MarginReport, MarginTerms, NettingSetReport } from "../margin-report.ts";
import type { Market } from "../market.ts";
import type { Policy } from "../policy.ts";
import type { MarketRisk } from "../risk-array.ts";

/** A venue account by its two names. */
export type AccountId = Pick<Account, "venue" | "account">;

/**
 * What makes a set of trades small. `notional`: what the contracts are on, at spot (options, inverse contracts at their face, everything
 * else at its mark). `value`: the money that changes hands, at the mark. `trades`: how many there are, then notional.
 */
export const HEDGE_MEASURES = ["notional", "value", "trades"] as const;
export type HedgeMeasure = (typeof HEDGE_MEASURES)[number];

export interface HedgeRequest {
  readonly accounts: readonly Account[];
  readonly market: Market;
  readonly policy: Policy;
  /** marketRisk(market, policy), if it is there already. */
  readonly risks?: MarketRisk | undefined;
  /** Level and ratio to restore. */
  readonly terms: MarginTerms;
  /** Least excess at that ratio; 0 unless given. */
  readonly minExcess?: Usd | undefined;
  /** Who trades; a book of one account needs none. */
  readonly account?: AccountId | undefined;
  /** Only these may be traded; all that the market lists unless given. */
  readonly instruments?: readonly string[] | undefined;
  /** Only these kinds; everything but balances unless given. */
  readonly kinds?: readonly InstrumentKind[] | undefined;
  /** Positions of the account may only shrink. */
  readonly reduceOnly?: boolean | undefined;
  /** Quantities are multiples of it; 0.001 unless given. */
  readonly lot?: Quantity | undefined;
  /** At most this many instruments, 1 to 3; 1 unless given. */
  readonly maxTrades?: number | undefined;
  readonly measure?: HedgeMeasure | undefined;
  /** At most this much notional a trade; four times the book's unless given. */
  readonly maxNotional?: Usd | undefined;
  /** Fee and price impact, in quote units per contract, by instrument. */
  readonly costs?: ReadonlyMap<string, Price> | undefined;
  /** Fee and price impact of everything, as a share of notional. */
  readonly costBps?: Bps | undefined;
  /** The balance that trades are paid from; that of the quote unless given. Inverse contracts are paid in their coin. */
  readonly cash?: string | undefined;
  /** At most this many proposals; 5 unless given. */
  readonly maxProposals?: number | undefined;
}

/** One trade, with the leg that pays for it: the book's equity changes by its cost alone, and by what rounding takes. */
export interface HedgeTrade {
  readonly instrument: string;
  readonly side: "buy" | "sell";
  /** Signed. */
  readonly quantity: Quantity;
  /** Per contract, in the quote: the mark, or the model's value where the market has none. */
  readonly price: Price;
  readonly notional: Value;
  readonly cost: Value;
  /** What the account pays (negative) or receives, cost included, and in what. */
  readonly settlement: { readonly instrument: string; readonly quantity: bigint };
}

/** What binds in a netting set. */
export type HedgeBinding = Pick<NettingSetReport, "id" | "binding" | "bindingScenario" | "loss">;

/** The figures of a margin report that a hedge is about. */
export interface HedgeFigures extends Pick<MarginReport, "equity" | "ratioBps" | "excess" | "isHealthy" | "withinLimits"> {
  /** At the level asked for. */
  readonly requirement: Value;
  readonly nettingSets: readonly HedgeBinding[];
}

export interface HedgeProposal {
  readonly trades: readonly HedgeTrade[];
  readonly notional: Value;
  /** Money that changes hands at the mark, both ways added up. */
  readonly value: Value;
  readonly cost: Value;
  /** The book with these trades. */
  readonly after: HedgeFigures;
}

/** What was searched, and how thoroughly: an absent proposal means no more than this says. */
export interface HedgeSearch {
  readonly measure: HedgeMeasure;
  readonly lot: Quantity;
  readonly maxTrades: number;
  readonly maxNotional: Value;
  /** Instruments with a side that were tried alone, every one of them. */
  readonly candidates: number;
  /**
   * Of which these were tried in pairs, each with each, `buy BTC-PERPETUAL`; then each trade of the best was exchanged for every
   * candidate. Empty when no pairs were tried.
   */
  readonly shortlist: readonly string[];
  /** Of the shortlist, those that were tried by threes; the best of them with each trade exchanged for the shortlist's. */
  readonly triples: readonly string[];
  /**
   * `least`: the policy's rules make excess concave in what is traded, so no smaller quantity of a proposed single trade suffices.
   * `bounded`: they do not, and quantities between the probes were not tried. Several trades are always searched within bounds.
   */
  readonly single: "least" | "bounded";
}

export interface Hedge {
  readonly level: Level;
  readonly minRatioBps: Bps;
  readonly minExcess: Usd;
  readonly onChainCollateral: Usd;
  readonly account: AccountId;
  readonly before: HedgeFigures;
  /** Smallest first; never empty. */
  readonly proposals: readonly HedgeProposal[];
  readonly search: HedgeSearch;
}

/** The figures of a report, at its level. */
export function figuresOf({
  terms,
  equity,
  ratioBps,
  excess,
  isHealthy,
  withinLimits,
  requirement,
  nettingSets,
}: MarginReport): HedgeFigures {
  const bindings = nettingSets.map(({ id, binding, bindingScenario, loss }) => ({ id, binding, bindingScenario, loss }));
  return { equity, requirement: requirement[terms.level], ratioBps, excess, isHealthy, withinLimits, nettingSets: bindings };
}
