/** The least whole number of lots at which a score is no longer negative. */

export interface Slope {
  /** Negative at 0 lots; as large as 0 lots is counted, `at0`. */
  readonly score: (lots: bigint) => bigint;
  readonly at0: bigint;
  readonly most: bigint;
  /** Lots between two points of a slope: enough for roundings not to matter. */
  readonly step: bigint;
  /** Whether to try powers of two as well: for scores that may not be concave. */
  readonly probe: boolean;
}

/** Of a concave score the least, or null when there is none; of any other the first that was found, with one lot less not enough. */
export function leastLots(slope: Slope): bigint | null {
  if (slope.at0 >= 0n || slope.most < 1n) return null;
  const found = alongTangents(slope);
  return slope.probe ? smaller(found, byProbes(slope, found ?? slope.most)) : found;
}

/**
 * A chord of a concave score lies below it between its ends and above it beyond: no number of lots before the chord's zero is enough. From
 * zero to zero the numbers rise to the least that is, in as many steps as the score has pieces on the way.
 */
function alongTangents({ score, at0, most, step }: Slope): bigint | null {
  let [low, value] = [0n, at0];
  while (low < most) {
    const ahead = low + step < most ? low + step : most;
    const next = score(ahead);
    if (next >= 0n) return crossing(score, low, ahead);
    const rise = next - value;
    if (rise <= 0n || ahead === most) return null;
    const zero = ahead + (-next * (ahead - low) + rise - 1n) / rise;
    if (zero > most) return null;
    const reached = score(zero);
    if (reached >= 0n) return crossing(score, ahead, zero);
    [low, value] = [zero, reached];
  }
  return null;
}

function byProbes({ score }: Slope, most: bigint): bigint | null {
  let low = 0n;
  for (let probe = 1n; low < most; probe *= 2n) {
    const lots = probe < most ? probe : most;
    if (score(lots) >= 0n) return crossing(score, low, lots);
    low = lots;
  }
  return null;
}

/** Between lots that are too few and lots that are enough: usually the lot before is already too few. */
function crossing(score: (lots: bigint) => bigint, tooFew: bigint, enough: bigint): bigint {
  let [low, high] = [tooFew, enough];
  if (high - low > 1n && score(high - 1n) < 0n) return high;
  while (high - low > 1n) {
    const middle = (low + high) / 2n;
    if (score(middle) >= 0n) high = middle;
    else low = middle;
  }
  return high;
}

const smaller = (a: bigint | null, b: bigint | null): bigint | null => (a === null || (b !== null && b < a) ? b : a);

/** Lots at which a concave score is largest on [0, most], to within a step: it rises before, and falls beyond. */
export function peakLots({ score, most, step }: Pick<Slope, "score" | "most" | "step">): bigint {
  let [low, high] = [0n, most];
  while (high - low > step) {
    const middle = (low + high) / 2n;
    if (score(middle + step < most ? middle + step : most) > score(middle)) low = middle;
    else high = middle;
  }
  return score(low) > score(high) ? low : high;
}
