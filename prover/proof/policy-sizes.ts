/** How much room a policy takes in a circuit, and which tier has it. */
import { COUNTS, shapeNumbers, shapeOf } from "../commitment/padded-rules.ts";
import { MarginProofError } from "../errors.ts";
import type { MarginRules, RiskShape } from "../risk/margin-rules.ts";
import { parseMarket, type Market } from "../risk/market.ts";
import type { Policy } from "../risk/policy.ts";
import { riskPlan } from "../risk/risk-plan.ts";
import { tierForMarket } from "./tier-fit.ts";

/** Sizes of a policy's margin program. */
export interface PolicySizes {
  readonly shape: RiskShape;
  /** What one more expiry of an underlying adds; nothing where a market says how many there are. */
  readonly perExpiry: Partial<Record<keyof RiskShape, number>>;
  /** The cheapest tier that takes the program; null when none does. */
  readonly tier: string | null;
  /** What the tier costs, and what others would; null when there is none. */
  readonly why: string | null;
  /** Why there is no tier, and what to do about it; null when there is one. */
  readonly lack: MarginProofError | null;
}

const MONTH = 30 * 86_400;

/**
 * Sizes in this market; or, without one, in a market with a perpetual, a future and an option on each underlying, of one expiry.
 * @throws whatever `riskPlan` does, see there
 */
export function policySizes(policy: Policy, market?: Market): PolicySizes {
  const actual = market ?? plainMarket(policy, 1);
  const { rules } = riskPlan(actual, policy);
  return { shape: shapeOf(rules.shape), perExpiry: market === undefined ? growth(policy, rules.shape) : {}, ...tierOf(actual, rules) };
}

function tierOf(market: Market, rules: MarginRules): Pick<PolicySizes, "tier" | "why" | "lack"> {
  try {
    return { ...tierForMarket(market, rules), lack: null };
  } catch (error) {
    if (error instanceof MarginProofError && (error.code === "BookTooLarge" || error.code === "TreeFull")) return { tier: null, why: null, lack: error };
    throw error;
  }
}

/** The difference that an expiry of the first underlying makes. Tails do not depend on it, and are not drawn again. */
function growth(policy: Policy, shape: RiskShape): PolicySizes["perExpiry"] {
  const more = riskPlan(plainMarket(policy, 2), { ...policy, tail: undefined }).rules.shape;
  const [from, to] = [shapeNumbers({ ...shape, tails: 0 }), shapeNumbers(more)];
  return Object.fromEntries(COUNTS.map((size, i) => [size, to[i]! - from[i]!] as const).filter(([, added]) => added > 0));
}

/** Prices do not matter to sizes. The first underlying has `expiries` of them, every other one. */
export function plainMarket({ quote, nettingSets, depeg }: Policy, expiries: number): Market {
  const underlyings = nettingSets.flatMap((set) => set.underlyings);
  const timesOf = (u: number): number[] => Array.from({ length: u === 0 ? expiries : 1 }, (_, e) => (e + 1) * MONTH);
  const contract = (underlying: string, name: string) => ({ name, underlying, settlement: "linear", multiplier: "1", mark: "1", confidence: "1" });
  return parseMarket({
    format: "margin-market/1",
    asOf: 0,
    quote,
    currencies: depeg === undefined ? [] : [{ name: depeg.asset, price: "1" }],
    underlyings: underlyings.map((name, u) => ({
      name,
      spot: "1",
      expiries: timesOf(u).map((expiry) => ({ expiry, forward: "1", rate: "0", surface: { kind: "flat", vol: "0.5" } })),
    })),
    instruments: underlyings.flatMap((underlying, u) => [
      { kind: "perpetual", ...contract(underlying, `perpetual-${u}`) },
      ...timesOf(u).flatMap((expiry, e) => [
        { kind: "future", ...contract(underlying, `future-${u}-${e}`), expiry },
        { kind: "option", name: `option-${u}-${e}`, underlying, expiry, strike: "1", type: "call", multiplier: "1" },
      ]),
    ]),
  });
}
