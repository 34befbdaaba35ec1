import { MarginProofError } from "../errors.ts";
import { EXP_MAX, expWorking } from "./exp.ts";
import { lnRatioWorking } from "./ln.ts";
import { ONE, ZERO } from "./real.ts";
import type { Real } from "./real.ts";
import { fromWorking, toWorking } from "./working.ts";

/** Below this power of e a result is nearer to 0 than to 1e-27; it also keeps the exponent small. */
const LOWEST = toWorking(-EXP_MAX as Real);
const HIGHEST = toWorking(EXP_MAX);

/**
 * x^p = e^(p·ln x), rounded to nearest; the logarithm is not rounded in between, so exact powers such as 4^0.5 come out exact.
 * Error at most 0.51e-27 + 1e-33·(1 + |p|)·x^p. x^0 = 1 for every x, 0^p = 0 for p > 0.
 * @throws OutOfRange when x < 0, when x = 0 and p < 0, or when the result exceeds e^128
 */
export function pow(x: Real, p: Real): Real {
  if (x < 0n || (x === 0n && p < 0n)) throw new MarginProofError("OutOfRange", "power of a negative number, or negative power of zero");
  if (p === 0n) return ONE;
  if (x === 0n) return ZERO;
  const power = (lnRatioWorking(x, ONE) * p) / ONE;
  if (power > HIGHEST) throw new MarginProofError("OutOfRange", "a power above e^128");
  if (power < LOWEST) return ZERO;
  const { mantissa, exponent } = expWorking(power);
  return fromWorking(mantissa, exponent);
}
