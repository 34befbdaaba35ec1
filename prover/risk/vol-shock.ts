/** Volatility shocks that grow as expiry approaches: a week's volatility moves more than a year's. */
import { EXP_MAX, exp } from "../numeric/exp.ts";
import { ln } from "../numeric/ln.ts";
import { pow } from "../numeric/pow.ts";
import { ONE, ZERO, add, fromFactor, max, min, mul, ratio, sub } from "../numeric/real.ts";
import type { Real } from "../numeric/real.ts";
import { SCALE, type Factor } from "../units.ts";
import type { VolDirection, VolShock } from "./policy.ts";

const DAY = 86_400n;
const REFERENCE_DAYS = 30n;

/** The shock of one underlying: the policy's, with what its override says instead. */
export function volShockOf({ overrides = [], ...shared }: VolShock, underlying: string): VolShock {
  const { underlying: _, ...own } = overrides.find((override) => override.underlying === underlying) ?? { underlying };
  return { ...shared, ...Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined)) };
}

/**
 * (30 / max(days, dteFloorDays))^power with `shortPower` up to 30 days and `longPower` beyond: 1 at 30 days, larger before,
 * smaller after. The same for every option of an expiry. An expiry in the past counts as today.
 * The quotient is rounded down, the power to nearest.
 * @throws OutOfRange when neither the time nor the floor is positive
 */
export function volShockMultiplier(secondsToExpiry: number, shock: Pick<VolShock, "shortPower" | "longPower" | "dteFloorDays">): Real {
  // Seconds at the scale of a factor, so that a fractional floor in days stays exact.
  const reference = REFERENCE_DAYS * DAY * SCALE.factor;
  const remaining = BigInt(secondsToExpiry) * SCALE.factor;
  const floor = shock.dteFloorDays * DAY;
  const power = remaining <= reference ? shock.shortPower : shock.longPower;
  return pow(ratio(reference, remaining > floor ? remaining : floor), fromFactor(power));
}

/** A multiplier of 30 days' volatility for an expiry: its m-th power, m from `volShockMultiplier`, to nearest; from e^128 on that. */
export function scaledMultiplier(multiplier: Factor, secondsToExpiry: number, shock: VolShock): Real {
  if (multiplier === 0n) return ZERO;
  return exp(min(EXP_MAX, mul(volShockMultiplier(secondsToExpiry, shock), ln(fromFactor(multiplier)))));
}

/**
 * With m from `volShockMultiplier`: up max(minShockedVol, vol·(1 + up·m)) and down vol·max(0, 1 − down·m) when the shock is relative,
 * max(minShockedVol, vol + up·m) and max(0, vol − down·m) when it is additive; none: vol. Products are rounded down. A `shock` with
 * overrides is not looked into: `volShockOf` does that.
 * @throws OutOfRange as `volShockMultiplier`
 */
export function shockedVol(vol: Real, direction: VolDirection, shock: VolShock, secondsToExpiry: number): Real {
  if (direction === "none") return vol;
  const change = mul(fromFactor(shock[direction]), volShockMultiplier(secondsToExpiry, shock));
  const isAdditive = shock.kind === "additive";
  if (direction === "up") return max(fromFactor(shock.minShockedVol), isAdditive ? add(vol, change) : mul(vol, add(ONE, change)));
  return isAdditive ? max(ZERO, sub(vol, change)) : mul(vol, max(ZERO, sub(ONE, change)));
}
