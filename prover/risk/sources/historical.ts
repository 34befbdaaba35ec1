/** Scenarios from history: the moves of h days, rescaled to today's volatility as clearing houses do (filtered historical simulation). */
import { MarginProofError } from "../../errors.ts";
import { exp } from "../../numeric/exp.ts";
import { lnRatio } from "../../numeric/ln.ts";
import { ONE, ZERO, add, div, fromFactor, fromPrice, fromScaled, max, mul, sqrt, sub, type Real } from "../../numeric/real.ts";
import type { Factor, Price } from "../../units.ts";
import { multiplier, type SourcedScenario } from "./scenario-set.ts";

/** Closes of one date, one per underlying. */
export interface Closes {
  /** Identifies the row, ascending as text: 2026-11-23. */
  readonly date: string;
  readonly closes: readonly Price[];
}

export interface Ewma {
  /** λ in (0, 1): how much of yesterday's variance is kept. */
  readonly lambda: Factor;
  /** The first so many one-day returns give the first variance, as their mean square. */
  readonly seedReturns: number;
  /** The least rescaling σ_now/σ_t, at 1e-9: 1 never shrinks a historical move (against procyclicality), 0 is no floor. */
  readonly floor: Factor;
}

export interface History {
  readonly underlyings: readonly string[];
  /** Ascending by date, without gaps that matter: a row is a day. */
  readonly rows: readonly Closes[];
  /** Rows from the first to the last close of a move. Moves overlap. */
  readonly horizon: number;
  /** Null keeps the moves as they were. */
  readonly ewma: Ewma | null;
}

/** One-day volatilities below this, a millionth, are no market. */
const LEAST_VOLATILITY = fromScaled(1n, 6);

/**
 * One scenario for every window of `horizon` rows, in order, named by its last date: multiplier exp(ln(p_t/p_{t−h})·σ_now/σ_t), to
 * the nearest 1e-9, with σ_t the volatility known when the window began. Under EWMA, windows that begin before the seed ends are left out.
 *
 * @throws InvalidPolicy with `path.rows[t]` for rows out of order, prices that are not positive, or too few rows
 */
export function historicalScenarios(history: History, path: string): readonly SourcedScenario[] {
  const { underlyings, rows, horizon, ewma } = history;
  requireRows(history, path);
  const first = ewma === null ? 0 : ewma.seedReturns;
  const series = underlyings.map((_, k) => rows.map(({ closes }) => closes[k]!));
  const scales = series.map((closes, k) => (ewma === null ? null : rescaling(history, ewma, closes, k, path)));
  return Array.from({ length: rows.length - horizon - first }, (_, w) => {
    const start = first + w;
    const end = start + horizon;
    const moves = underlyings.map((name, k): [string, Factor] => {
      const change = lnRatio(fromPrice(series[k]![end]!), fromPrice(series[k]![start]!));
      return [name, multiplier(exp(scales[k] === null ? change : mul(change, scales[k]![start]!)))];
    });
    return { id: rows[end]!.date, moves: new Map(moves), vols: new Map() };
  });
}

/**
 * [row] max(floor, σ_now/σ_row); rows within the seed have the first variance. A volatility that has died out (a price that stands still for
 * long) is refused on either side: then, it cannot be scaled from; now, it would scale every move to nothing and show a tail without risk.
 */
function rescaling(
  { underlyings, rows, horizon }: History,
  ewma: Ewma,
  closes: readonly Price[],
  k: number,
  path: string,
): readonly Real[] {
  const sigma = ewmaVolatility(closes, ewma.lambda, ewma.seedReturns);
  const last = rows.length - 1;
  const used = [...Array(Math.max(0, rows.length - horizon)).keys()].slice(ewma.seedReturns);
  const dead = [...used, last].find((row) => sigma[row]! < LEAST_VOLATILITY);
  if (dead !== undefined) {
    throw new MarginProofError("InvalidPolicy", `the volatility of ${underlyings[k]} has died out by ${rows[dead]!.date}`, {
      path: `${path}.rows[${dead}].closes[${k}]`,
      hint: "leave out the time in which it did not trade, or use no rescaling",
    });
  }
  const now = sigma[last]!;
  return sigma.map((then) => (then === ZERO ? ONE : max(fromFactor(ewma.floor), div(now, then))));
}

/**
 * [row] one-day volatility known after that row: σ² ← λ·σ² + (1 − λ)·r², r the log return. Up to row `seedReturns` it is the
 * mean square of the first `seedReturns` returns.
 */
export function ewmaVolatility(closes: readonly Price[], lambda: Factor, seedReturns: number): readonly Real[] {
  const squares = closes.slice(1).map((close, t) => {
    const r = lnRatio(fromPrice(close), fromPrice(closes[t]!));
    return mul(r, r);
  });
  const seed = (squares.slice(0, seedReturns).reduce(add, ZERO) / BigInt(seedReturns)) as Real;
  const keep = fromFactor(lambda);
  let variance = seed;
  return closes.map((_, row) => {
    if (row > seedReturns) variance = add(mul(keep, variance), mul(sub(ONE, keep), squares[row - 1]!));
    return sqrt(variance);
  });
}

function requireRows({ underlyings, rows, horizon, ewma }: History, path: string): void {
  const refuse = (at: string, message: string, hint: string): never => {
    throw new MarginProofError("InvalidPolicy", message, { path: at, hint });
  };
  const needed = horizon + 1 + (ewma?.seedReturns ?? 0);
  if (rows.length < needed) refuse(`${path}.rows`, `${rows.length} rows, ${needed} needed for a first scenario`, "give a longer history");
  rows.forEach(({ date, closes }, t) => {
    if (closes.length !== underlyings.length) {
      refuse(
        `${path}.rows[${t}]`,
        `${closes.length} closes for ${underlyings.length} underlyings`,
        `give one close for each of ${underlyings.join(", ")}`,
      );
    }
    closes.forEach((close, k) => {
      if (close <= 0n) refuse(`${path}.rows[${t}].closes[${k}]`, `${underlyings[k]} closes at or below 0`, "a close is a positive price");
    });
    if (t > 0 && date <= rows[t - 1]!.date)
      refuse(`${path}.rows[${t}].date`, `${date} does not follow ${rows[t - 1]!.date}`, "order the rows by date, each once");
  });
  if (ewma === null) return;
  underlyings.forEach((name, k) => {
    const flat = rows.slice(1, ewma.seedReturns + 1).every(({ closes }) => closes[k] === rows[0]!.closes[k]);
    if (flat)
      refuse(
        `${path}.ewma.seedReturns`,
        `${name} does not move in the first ${ewma.seedReturns} returns`,
        "seed with more returns: a volatility of 0 cannot be rescaled",
      );
  });
}
