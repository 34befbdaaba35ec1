/**
 * Sensitivities added up with correlations, as the sensitivities-based method of Basel's standardised approach does (MAR21.4):
 * K² = Σ_kl ρ_kl·w_k·w_l·s_k·s_l, the largest over the sets of correlations, besides the loss of the scenarios. Buckets need no
 * level of their own: with S_b = Σ w·s the sum over buckets is the same quadratic form, with ρ within a bucket and γ across.
 *
 * The alternative S_b of MAR21.4(5)(b), for sums below 0, is never taken: where the given correlations and the stressed ones are semi-definite
 * there is no such sum, and where each factor is a bucket the alternative is the same number. For buckets of several factors whose stressed
 * correlations contradict each other, a hedge may need less here than there (that set then counts as 0): lower the correlations that do.
 *
 * Vega and curvature are sums besides this root, not factors under it: an exposure in `relativeVega` with one tier, and scenarios `less`
 * delta, both in the netting set of their class. Classes then add up, which is at least any root over them.
 */
import { divDown } from "../numeric/rounding.ts";
import { SCALE, type Factor } from "../units.ts";
import type { Matrix } from "./margin-rules.ts";
import type { Policy } from "./policy.ts";
import { correlationSet } from "./sources/correlation.ts";

const ONE = SCALE.factor;

/**
 * One matrix per set over all of the policy's exposure columns, at 1e-9: 0 but for those of the factors, which are the last. Entries are
 * rounded to the nearest, up on a tie; the matrices are symmetric, because equal products round alike.
 */
export function sensitivityMatrices({ sensitivities }: Pick<Policy, "sensitivities">, columns: number): readonly Matrix[] {
  if (sensitivities === undefined) return [];
  const { factors, correlation, sets } = sensitivities;
  const first = columns - factors.length;
  return sets.map((set) => {
    const stressed = correlationSet(correlation, set);
    const entry = (i: number, j: number): Factor => {
      if (i < first || j < first) return 0n as Factor;
      const [k, l] = [i - first, j - first];
      return divDown(2n * factors[k]!.riskWeight * factors[l]!.riskWeight * stressed[k]![l]! + ONE * ONE, 2n * ONE * ONE) as Factor;
    };
    return Array.from({ length: columns }, (_, i) => Array.from({ length: columns }, (_, j) => entry(i, j)));
  });
}
