/**
 * Simulated joint moves of prices and implied volatilities: geometric Brownian motion without drift, correlated by a Cholesky factor, from
 * a seeded generator. The same bits on every machine, so that independent publishers arrive at the same snapshot root.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { concatBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import { exp } from "../../numeric/exp.ts";
import { normalQuantile } from "../../numeric/normal-quantile.ts";
import { ONE, ZERO, add, fromFactor, fromScaled, mul, ratio, sqrt, sub, toFactorNearest, type Real } from "../../numeric/real.ts";
import { DECIMALS, type Factor } from "../../units.ts";
import type { Matrix } from "../margin-rules.ts";
import { cholesky } from "./cholesky.ts";
import { correlationSet, requireCorrelation, type CorrelationSet } from "./correlation.ts";
import { multiplier, volFactorName, type SourcedScenario } from "./scenario-set.ts";

export interface MonteCarlo {
  /** Any text; another seed is another sample. */
  readonly seed: string;
  readonly count: number;
  /** Holding period in days of 1/365 year, at 1e-9. */
  readonly horizonDays: Factor;
  readonly underlyings: readonly string[];
  /** Annual volatility per underlying at 1e-9. */
  readonly volatility: readonly Factor[];
  /** Implied volatilities that move as well. */
  readonly volFactors?: VolFactors | undefined;
  /** Of all factors: a row per underlying, then a row per name in `volFactors`. */
  readonly correlation: Matrix;
}

export interface VolFactors {
  /** Those of `underlyings` whose implied volatility moves. */
  readonly underlyings: readonly string[];
  /** Annual volatility of each implied volatility, at 1e-9. */
  readonly volOfVol: readonly Factor[];
}

/** Uniform numbers are cut off here, so that no normal number is beyond ±7.04. */
const LEAST = fromScaled(1n, 12);

/** Names of the factors in the order of the matrix's rows: BTC, ETH, BTC vol. */
export function factorNames({ underlyings, volFactors }: Pick<MonteCarlo, "underlyings" | "volFactors">): readonly string[] {
  return [...underlyings, ...(volFactors?.underlyings ?? []).map(volFactorName)];
}

/**
 * `count` scenarios, numbered from 1: move = exp(−σ²h/2 + σ√h·z), to the nearest 1e-9, of every spot price and every implied volatility that is
 * a factor. Adding volatilities leaves the prices' moves as they were. With "high" and "low" the matrix is stressed first (`correlationSet`);
 * with "one" all factors share one normal number (`asOne`).
 *
 * @throws InvalidPolicy with `path.correlation…` for a matrix that is not a correlation matrix, or not positive definite
 */
export function simulate(spec: MonteCarlo, path: string, set: CorrelationSet = "medium"): readonly SourcedScenario[] {
  const { underlyings, count, volFactors } = spec;
  const names = factorNames(spec);
  requireCorrelation(spec.correlation, names, `${path}.correlation`);
  const factor = set === "one" ? asOne(spec) : cholesky(correlationSet(spec.correlation, set), names, `${path}.correlation`, set);
  const years = ratio(spec.horizonDays, 365n * 10n ** BigInt(DECIMALS.factor));
  const root = sqrt(years);
  const models = [...spec.volatility, ...(volFactors?.volOfVol ?? [])].map((volatility) => {
    const sigma = fromFactor(volatility);
    return { drift: -mul(mul(sigma, sigma), years) / 2n, deviation: mul(sigma, root) };
  });
  return Array.from({ length: count }, (_, i) => {
    const independent = names.map((_, k) => standardNormal(spec.seed, i, k));
    const moved = names.map((_, k): Factor => {
      const { drift, deviation } = models[k]!;
      const z = factor[k]!.reduce((sum, weight, j) => add(sum, mul(weight, independent[j]!)), ZERO);
      return multiplier(exp(add(drift as Real, mul(deviation, z))));
    });
    return {
      id: `${set === "medium" ? "" : `${set} `}${i + 1}`,
      moves: new Map(underlyings.map((name, k) => [name, moved[k]!])),
      vols: new Map((volFactors?.underlyings ?? []).map((name, k) => [name, moved[underlyings.length + k]!])),
    };
  });
}

/** The correlations that `simulate` follows in a set, in the order of `factorNames`. */
export function simulatedCorrelation(spec: MonteCarlo, set: CorrelationSet): Matrix {
  if (set !== "one") return correlationSet(spec.correlation, set);
  const signs = asOne(spec).map(([loading]) => toFactorNearest(loading!));
  return signs.map((a) => signs.map((b) => (a === b ? signs[0]! : (-signs[0]! as Factor))));
}

/**
 * Loadings on one common number. All prices move together; an implied volatility moves with or against its own price, whichever sign their given
 * correlation has, and against it when that is 0. Taking +1 throughout would let volatilities fall in every crash: for whoever is short puts a
 * relief, where the set is there to break a hedge.
 */
function asOne({ underlyings, volFactors, correlation }: MonteCarlo): readonly (readonly Real[])[] {
  const signs = (volFactors?.underlyings ?? []).map((name, k): Real => {
    const given = correlation[underlyings.length + k]![underlyings.indexOf(name)]!;
    return given > 0n ? ONE : (-ONE as Real);
  });
  return [...underlyings.map(() => [ONE]), ...signs.map((sign) => [sign])];
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
