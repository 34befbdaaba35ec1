/**
 * Concentration of sensitivities, after ISDA SIMM: a weighted sensitivity a = w·s counts CR times, CR = max(1, √(|s|/T)), T its threshold.
 * That is no line on a total, so it is bounded from above by what is. K, the root of the correlated sum, is a norm wherever the correlations
 * are semi-definite, and what CR adds is added vector by vector:
 *
 *     K(CR·a) ≤ K(a) + Σ_k |a_k|·(CR_k − 1)
 *
 * with equality for one factor, and for factors that move as one. With fading correlations, f_kl = min(CR_k, CR_l)/max(CR_k, CR_l), a hedge
 * loses what its legs' concentrations do not share. K² is then the integral over t of K(a where t < CR²)², and the same inequality says
 *
 *     K ≤ K(a) + Σ_k |a_k|·√(CR_k² − 1)
 *
 * with equality for a hedge of two that is perfect but for its concentration. Both addends are functions of |s_k| alone, and convex ones in the
 * stretch where chords are drawn, so that chords lie above them: tiers of an exposure, at their corners exact to a billionth of it. They end at
 * the last corner, beyond which no chord would be a bound; it limits the exposure.
 *
 * A threshold is one factor's, as SIMM has it for equities, commodities and currencies. For interest rates, where the sum over a curve's tenors
 * counts against one threshold and scales them all, the charge would be a product of two totals, and no line bounds that.
 */
import { ceilSqrt, divDown, divUp } from "../numeric/rounding.ts";
import { SCALE, type Factor, type Value } from "../units.ts";
import type { ChargePiece } from "./margin-rules.ts";
import type { PerLevel } from "./policy.ts";

export interface Concentration {
  /** Of |s|, in the units of the factor's measure. */
  readonly threshold: Value;
  /** Ascending, above the threshold; the last is the limit. */
  readonly corners: readonly Value[];
}

const ONE = SCALE.factor;
/** Roots have as many digits more. */
const FINE = 10n ** 18n;

interface Point {
  readonly at: bigint;
  readonly charge: bigint;
}

/**
 * Pieces of the charge besides the root, at each level times its loss factor, which multiplies the root as well: one for each corner, one more
 * with fading, and twice as many where the levels' loss factors differ.
 *
 * @param weight the factor's, at 1e-9
 */
export function concentrationPieces(weight: Factor, concentration: Concentration, lossFactor: PerLevel, isFading: boolean): readonly ChargePiece[] {
  const pieces = (level: Factor) => levelPieces(weight * level, concentration, isFading);
  const [maintenance, initial] = [pieces(lossFactor.MM), pieces(lossFactor.IM)];
  const none = 0n as Factor;
  if (lossFactor.MM === lossFactor.IM) return maintenance.map(({ slope, cut }) => ({ slope: { MM: slope, IM: slope }, cut }));
  return [
    ...maintenance.map(({ slope, cut }) => ({ slope: { MM: slope, IM: none }, cut })),
    ...initial.map(({ slope, cut }) => ({ slope: { MM: none, IM: slope }, cut })),
  ];
}

/** @param weight at 1e-18 */
function levelPieces(weight: bigint, { threshold, corners }: Concentration, isFading: boolean): { readonly slope: Factor; readonly cut: Value }[] {
  const added = isFading ? apart : beyondOne;
  const point = (at: bigint): Point => ({ at, charge: divUp(weight * at * added(at, threshold), ONE * ONE * FINE) });
  // Where the charge is convex from: at the threshold, where it is 0, or at 4/3 of it, rounded up.
  const start = isFading ? (4n * threshold + 2n) / 3n : threshold;
  const points = [start, ...corners].map(point);
  const chords = points.slice(1).map((to, j) => chord(points[j]!, to));
  return isFading ? [tangent(weight, threshold), ...chords] : chords;
}

/** CR − 1, rounded up, at 1e-18. */
const beyondOne = (at: bigint, threshold: bigint): bigint => ceilSqrt(divUp(at * FINE * FINE, threshold)) - FINE;
/** √(CR² − 1), rounded up, at 1e-18. */
const apart = (at: bigint, threshold: bigint): bigint => ceilSqrt(divUp((at - threshold) * FINE * FINE, threshold));

/** The line through two points of a convex charge that starts at 0: its slope rounded up, and through the first. */
function chord(from: Point, to: Point): { readonly slope: Factor; readonly cut: Value } {
  const between = divUp(ONE * (to.charge - from.charge), to.at - from.at);
  const fromZero = divUp(ONE * from.charge, from.at);
  const slope = between > fromZero ? between : fromZero;
  return { slope: slope as Factor, cut: (divDown(slope * from.at, ONE) - from.charge) as Value };
}

/**
 * |a|·√(CR² − 1) leaves the threshold upright and bends until 4/3 of it: there its tangent, which is above it before and meets 0 at 8/9.
 * @param weight at 1e-18
 */
function tangent(weight: bigint, threshold: bigint): { readonly slope: Factor; readonly cut: Value } {
  const slope = divUp(weight * ceilSqrt(3n * FINE * FINE), ONE * FINE);
  return { slope: slope as Factor, cut: divDown(slope * 8n * threshold, 9n * ONE) as Value };
}
