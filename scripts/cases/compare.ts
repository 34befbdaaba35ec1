/** How far the engine's figures of a case are from the published ones. */
import { REAL_DECIMALS, ZERO, add, div, max, mul, sub, type Real } from "../../prover/numeric/real.ts";
import { formatDecimal } from "../../prover/numeric/decimal.ts";
import type { Figures } from "./engine-figures.ts";
import type { PublishedCase } from "./published-case.ts";

/** Largest accepted deviation of a figure, of itself. */
export const TOLERANCE = 1e-8;
/**
 * A figure is at least taken to be a millionth of everything that the account holds, long and short, at its prices: published figures are sums
 * in 16 digits, and what is left where such sums cancel has few digits, or none. So the smallest deviation that counts is 1e-14 of that.
 */
const LEAST_SHARE = 10n ** 6n;
/** And at least this: published amounts end with 1e-18. */
const LEAST = 10n ** BigInt(REAL_DECIMALS - 9) as Real;

export interface Deviation {
  readonly figure: string;
  readonly published: string;
  readonly found: string;
  /** Distance over the published figure, or over what it is at least taken to be: what the tolerance is about. */
  readonly relative: number;
  /** Distance over the published figure itself, however small; null for a published zero that is not found. */
  readonly ofItself: number | null;
  readonly agrees: boolean;
}

const size = (value: Real): Real => (value < 0n ? (-value as Real) : value);
const text = (value: Real): string => formatDecimal(value, REAL_DECIMALS, { trim: true });
const quotient = (a: bigint, b: bigint): number => Number((a * 10n ** 24n) / b) / 1e24;

/** The account's long and short holdings at the dearer of their prices. */
function gross({ market, account }: PublishedCase): Real {
  const expiry = (seconds: number): Real => market.expiries.find(({ secondsToExpiry }) => secondsToExpiry === seconds)?.forward ?? ZERO;
  const parts = [
    size(account.cash),
    size(account.unsettledPerpPnl),
    size(account.unsettledFunding),
    mul(size(account.perps), max(market.spot, market.perp.price)),
    ...account.collateral.map(({ amount, price }) => div(mul(size(amount), price), market.stable)),
    ...account.options.map(({ amount, strike, secondsToExpiry }) => mul(size(amount), max(strike, expiry(secondsToExpiry)))),
  ];
  return parts.reduce(add, ZERO);
}

/** One entry for every figure that the case publishes, farthest first. */
export function deviations(published: PublishedCase, found: Figures): Deviation[] {
  const { expected } = published;
  const pairs = [
    ["MM", expected.MM, found.MM],
    ["IM", expected.IM, found.IM],
    ["basis contingency", expected.basisContingency, found.basisContingency],
    ...(expected.scenarioPnl ?? []).map((pnl, s) => [`scenario ${s}`, pnl, found.scenarioPnl[s]] as const),
  ] as const;
  const stated = pairs.flatMap(([figure, want, have]) => (want === undefined ? [] : [{ figure, want, have: have! }]));
  const floor = max((gross(published) / LEAST_SHARE) as Real, LEAST);
  return stated
    .map(({ figure, want, have }) => {
      const distance = size(sub(want, have));
      const relative = quotient(distance, max(size(want), floor));
      const ofItself = distance === 0n ? 0 : want === 0n ? null : quotient(distance, size(want));
      return { figure, published: text(want), found: text(have), relative, ofItself, agrees: relative <= TOLERANCE };
    })
    .sort((a, b) => b.relative - a.relative);
}
