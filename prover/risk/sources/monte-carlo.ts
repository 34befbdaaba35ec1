/**
 * Simulated joint moves: geometric Brownian motion without drift, correlated by a Cholesky factor, from a seeded generator. The
 * same bits on every machine, so that independent publishers arrive at the same snapshot root.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { concatBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import { exp } from "../../numeric/exp.ts";
import { normalQuantile } from "../../numeric/normal-quantile.ts";
import { ONE, ZERO, add, fromFactor, fromScaled, mul, ratio, sqrt, sub, type Real } from "../../numeric/real.ts";
import { DECIMALS, type Factor } from "../../units.ts";
import type { Matrix } from "../margin-rules.ts";
import { cholesky } from "./cholesky.ts";
import { correlationSet, requireCorrelation, type CorrelationSet } from "./correlation.ts";
import { multiplier, type SourcedScenario } from "./scenario-set.ts";

export interface MonteCarlo {
  /** Any text; another seed is another sample. */
  readonly seed: string;
  readonly count: number;
  /** Holding period in days of 1/365 year, at 1e-9. */
  readonly horizonDays: Factor;
  readonly underlyings: readonly string[];
  /** Annual volatility per underlying at 1e-9. */
  readonly volatility: readonly Factor[];
  readonly correlation: Matrix;
}

/** Uniform numbers are cut off here, so that no normal number is beyond ±7.04. */
const LEAST = fromScaled(1n, 12);

/**
 * `count` scenarios, numbered from 1: move = exp(−σ²h/2 + σ√h·z), to the nearest 1e-9. With set "one" all names share one normal number, and the
 * matrix is not used; with "high" and "low" it is stressed first (`correlationSet`).
 *
 * @throws InvalidPolicy with `path.correlation…` for a matrix that is not a correlation matrix, or not positive definite
 */
export function simulate(spec: MonteCarlo, path: string, set: CorrelationSet = "medium"): readonly SourcedScenario[] {
  const { underlyings, count } = spec;
  requireCorrelation(spec.correlation, underlyings, `${path}.correlation`);
  const factor =
    set === "one" ? underlyings.map(() => [ONE]) : cholesky(correlationSet(spec.correlation, set), underlyings, `${path}.correlation`);
  const years = ratio(spec.horizonDays, 365n * 10n ** BigInt(DECIMALS.factor));
  const root = sqrt(years);
  const models = spec.volatility.map((volatility) => {
    const sigma = fromFactor(volatility);
    return { drift: -mul(mul(sigma, sigma), years) / 2n, deviation: mul(sigma, root) };
  });
  return Array.from({ length: count }, (_, i) => {
    const independent = underlyings.map((_, k) => standardNormal(spec.seed, i, k));
    const moves = underlyings.map((name, k): [string, Factor] => {
      const { drift, deviation } = models[k]!;
      const z = factor[k]!.reduce((sum, weight, j) => add(sum, mul(weight, independent[j]!)), ZERO);
      return [name, multiplier(exp(add(drift as Real, mul(deviation, z))))];
    });
    return { id: `${set === "medium" ? "" : `${set} `}${i + 1}`, moves: new Map(moves), vols: new Map() };
  });
}

/**
 * Φ⁻¹ of the first 64 bits of SHA-256(seed ‖ 0 ‖ i ‖ k), i and k as 32 bits big-endian, read as (bits + ½)/2^64. A counter
 * instead of a running state: any scenario can be drawn again alone.
 */
function standardNormal(seed: string, i: number, k: number): Real {
  const counter = new Uint8Array(9);
  const view = new DataView(counter.buffer);
  view.setUint32(1, i);
  view.setUint32(5, k);
  const digest = sha256(concatBytes(utf8ToBytes(seed), counter));
  const bits = new DataView(digest.buffer, digest.byteOffset).getBigUint64(0);
  const uniform = ratio(2n * bits + 1n, 2n ** 65n);
  const highest = sub(ONE, LEAST);
  return normalQuantile(uniform < LEAST ? LEAST : uniform > highest ? highest : uniform);
}
