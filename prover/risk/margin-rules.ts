/**
 * The margin program: what any policy becomes once a market is given. All margin models are parameters of one set of integer
 * rules over column totals, so that one circuit proves them all. `evaluateRules` (margin-program.ts) is their meaning.
 */
import { BITS, type Factor, type Value } from "../units.ts";
import type { PerLevel } from "./policy.ts";

const BOUND = 1n << BigInt(BITS.total - 1);
/** Limits that limit nothing: the least and the greatest total that circuits read. A book beyond them cannot be proved, but is within them. */
export const UNLIMITED = { low: -BOUND as Value, high: (BOUND - 1n) as Value } as const;

/** How many of each thing a program has; a circuit tier fits it when it has at least as many of each. */
export interface RiskShape {
  /** Netting cells: what offsets fully, scenario by scenario. */
  readonly cells: number;
  /** Offset groups between cells and netting sets; 0 when cells go straight to their netting set. */
  readonly groups: number;
  readonly nettingSets: number;
  readonly scenarios: number;
  /** Scenarios taken with the worse sign in every cell. */
  readonly skews: number;
  /** Pairs of moves of which every cell takes the worse. */
  readonly bases: number;
  readonly tails: number;
  /** Sets that the tail scenarios are dealt to in turn, each measured by itself: scenario t is in set t mod tailSets. 0 without tails. */
  readonly tailSets: number;
  readonly exposures: number;
  /** Pieces of a tiered charge on an exposure. */
  readonly tiers: number;
  /** Correlation matrices over netting sets, at least 1. */
  readonly correlations: number;
  /** Correlation matrices over exposures; 0 for none. */
  readonly sensitivities: number;
  /** Whether cells have a value column (static discounts). */
  readonly cellValues: boolean;
  /** Whether netting sets have a floor column. */
  readonly floors: boolean;
  /** Whether short options may be paired with long ones of the same strike. */
  readonly pairing: boolean;
}

/** P = gain·A⁺ − drag·A⁻ − weight·V with gain ≤ 1 ≤ drag: a static discount, or the share of a class's gains that may offset. */
export interface CellRule {
  readonly id: string;
  readonly gain: Factor;
  readonly drag: Factor;
  /** Index of the offset group; 0 when there are no groups. */
  readonly group: number;
  readonly nettingSet: number;
}

/** H = G below zero, else min(gain·G, cap): the share of a group's gains that others may use, and how much of it at most. */
export interface GroupRule {
  readonly id: string;
  readonly gain: Factor;
  readonly cap: Value;
  readonly nettingSet: number;
}

/** One piece of a convex charge: slope·|X| − cut. */
export interface ChargePiece {
  readonly slope: PerLevel;
  readonly cut: Value;
}

/** Rules on the total of one exposure column X. */
export interface ExposureRule {
  readonly id: string;
  /** What of a policy it is part of, where not of `exposures`: a name for reports, that no rule depends on. */
  readonly part?: "curve" | "credit";
  /** Signed factor on |X|, exact: a pair of rules with opposite signs makes a spread charge. */
  readonly line: PerLevel;
  /** The largest piece counts, at least 0, rounded up. */
  readonly pieces: readonly ChargePiece[];
  /** Index of the netting set whose loss the charge is added to, or `nettingSets` for a charge outside the loss factor. */
  readonly target: number;
  /** low ≤ X ≤ high. */
  readonly low: Value;
  readonly high: Value;
}

/** Of every set: expected shortfall over the `size` worst is {size, flags: 0}; the m-th worst loss (value at risk) is {size: 1, flags: m − 1}. */
export interface TailRule {
  readonly size: number;
  /** Scenarios of a set that may be left out. */
  readonly flags: number;
}

/** Rows of a symmetric matrix. */
export type Matrix = readonly (readonly Factor[])[];

export interface MarginRules {
  readonly shape: RiskShape;
  /** Weights of scenarios, then of skews: what a cell's value is multiplied by. */
  readonly weights: readonly Factor[];
  readonly cells: readonly CellRule[];
  readonly groups: readonly GroupRule[];
  readonly nettingSets: readonly string[];
  readonly exposures: readonly ExposureRule[];
  /** Over netting sets; entries in [0, 1], diagonal 1. The largest aggregate counts. */
  readonly correlations: readonly Matrix[];
  /** Over exposures; signed. The largest aggregate counts. */
  readonly sensitivities: readonly Matrix[];
  readonly tail: TailRule;
  readonly lossFactor: PerLevel;
}

/** Sums over the book of magnitude × vector entry, one per column; exact, at 1e-16 of the quote. */
export interface ColumnTotals {
  /** [cell][scenario] */
  readonly scenario: readonly (readonly Value[])[];
  /** [cell][skew] */
  readonly skew: readonly (readonly Value[])[];
  /** [cell][basis][first and second move] */
  readonly basis: readonly (readonly (readonly [Value, Value])[])[];
  /** [cell]; zeros without static discounts. */
  readonly cellValue: readonly Value[];
  /** [tail scenario] */
  readonly tail: readonly Value[];
  /** [exposure] */
  readonly exposure: readonly Value[];
  /** [netting set] */
  readonly floor: readonly Value[];
  readonly value: Value;
  readonly charge: { readonly MM: Value; readonly IM: Value };
  /** What pairing shorts with longs takes off the charges; not a column. */
  readonly pairCredit: { readonly MM: Value; readonly IM: Value };
}
