/**
 * A least loss of a class for its deltas: unhedged·|net| + hedged·(gross − |net|)/2. It stands in the place of a basis, whose cells take the
 * worse of two moves: with u and h the rates, a unit of delta d moves by −((u − h/2)·d + h/2·|d|) and by the same with −d in place of d, and
 * of their sums over a book the worse is the least loss. Source: Paradex portfolio margin, "minimum delta requirement".
 */
import { SCALE, type Factor } from "../units.ts";
import type { PolicyFeatures } from "./policy-features.ts";
import type { BasisMoves, Exact } from "./unit-risk.ts";
import { ZERO } from "./valuer.ts";

/** The two moves of one unit long, and of one unit short. @param delta in quote units */
export function minimumMoves(
  delta: Exact,
  rates: PolicyFeatures["deltaMinimum"][number] | undefined,
): { readonly long: BasisMoves; readonly short: BasisMoves } {
  if (rates === undefined) return { long: [ZERO, ZERO], short: [ZERO, ZERO] };
  const [with_, against] = [1n, -1n].map((sign) => move(delta, sign, rates)) as [Exact, Exact];
  return { long: [with_, against], short: [against, with_] };
}

function move(
  { numerator, denominator }: Exact,
  sign: bigint,
  { unhedged, hedged }: { readonly unhedged: Factor; readonly hedged: Factor },
): Exact {
  const magnitude = numerator < 0n ? -numerator : numerator;
  return { numerator: -((2n * unhedged - hedged) * sign * numerator + hedged * magnitude), denominator: 2n * SCALE.factor * denominator };
}
