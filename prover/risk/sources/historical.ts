/** Scenarios from history: the moves of h days, rescaled to today's volatility as clearing houses do (filtered historical simulation). */
import { MarginProofError } from "../../errors.ts";
import { exp } from "../../numeric/exp.ts";
import { lnRatio } from "../../numeric/ln.ts";
import { fromFactor, fromPrice, fromScaled, mul } from "../../numeric/real.ts";
import type { Factor, Price } from "../../units.ts";
import { rescaling, type Ewma, type Series } from "./ewma.ts";
import { multiplier, volFactorName, type SourcedScenario } from "./scenario-set.ts";

/** What was known at the end of one date. */
export interface Closes {
  /** Identifies the row, ascending as text: 2026-11-23. */
  readonly date: string;
  /** One per underlying. */
  readonly closes: readonly Price[];
  /** One per name in `impliedVols`, at 1e-9: 0.62 is 62 %. */
  readonly vols?: readonly Factor[] | undefined;
}

export interface History {
  readonly underlyings: readonly string[];
  /** Underlyings whose implied volatility moves as it did, besides their price; every volatility of the others stays. */
  readonly impliedVols?: readonly string[] | undefined;
  /** Ascending by date, without gaps that matter: a row is a day. */
  readonly rows: readonly Closes[];
  /** Rows from the first to the last close of a move. Moves overlap. */
  readonly horizon: number;
  /** Null keeps the moves as they were. */
  readonly ewma: Ewma | null;
}

/** ln 100: no listed event may multiply by more either. */
const MOST = fromScaled(4_605_170_186n, 9);

/**
 * One scenario for every window of `horizon` rows, in order, named by its last date: multiplier exp(ln(x_t/x_{t−h})·σ_now/σ_t), to
 * the nearest 1e-9, with σ_t the volatility known when the window began. Prices and implied volatilities alike; each is rescaled by its own σ.
 * Under EWMA, windows that begin before the seed ends are left out.
 *
 * @throws InvalidPolicy with `path.rows[t]` for rows out of order, prices or volatilities that are not positive, too few rows, or a move by more
 *   than 100 times
 */
export function historicalScenarios(history: History, path: string): readonly SourcedScenario[] {
  const { underlyings, impliedVols = [], rows, horizon, ewma } = history;
  requireRows(history, path);
  const first = ewma === null ? 0 : ewma.seedReturns;
  const starts = Array.from({ length: rows.length - horizon - first }, (_, w) => first + w);
  const dates = rows.map(({ date }) => date);
  const moved = (series: Series): ((start: number) => Factor) => {
    const scales = ewma === null ? null : rescaling(series, ewma, starts, dates, path);
    return (start) => {
      const change = lnRatio(series.values[start + horizon]!, series.values[start]!);
      const scaled = scales === null ? change : mul(change, scales[start]!);
      if (scaled > MOST) throw tooLarge(series, dates[start + horizon]!, `${path}.rows[${start + horizon}].${series.place}`);
      return multiplier(exp(scaled));
    };
  };
  const spots = underlyings.map((name, k) =>
    moved({ name, place: `closes[${k}]`, values: rows.map(({ closes }) => fromPrice(closes[k]!)) }),
  );
  const vols = impliedVols.map((name, k) =>
    moved({ name: volFactorName(name), place: `vols[${k}]`, values: rows.map((row) => fromFactor(row.vols![k]!)) }),
  );
  return starts.map((start) => ({
    id: dates[start + horizon]!,
    moves: new Map(underlyings.map((name, k) => [name, spots[k]!(start)])),
    vols: new Map(impliedVols.map((name, k) => [name, vols[k]!(start)])),
  }));
}

function tooLarge({ name }: Series, date: string, path: string): MarginProofError {
  return new MarginProofError("InvalidPolicy", `the move of ${name} to ${date} is by more than 100 times`, {
    path,
    hint: "look for a wrong value or a split; or leave out the calm time that a rescaled move starts from",
  });
}

function requireRows({ underlyings, impliedVols = [], rows, horizon, ewma }: History, path: string): void {
  const refuse = (at: string, message: string, hint: string): never => {
    throw new MarginProofError("InvalidPolicy", message, { path: at, hint });
  };
  impliedVols.forEach((name, k) => {
    if (!underlyings.includes(name)) refuse(`${path}.impliedVols[${k}]`, `${name} has no closes`, "list it among the underlyings as well");
    if (impliedVols.indexOf(name) !== k) refuse(`${path}.impliedVols[${k}]`, `${name} occurs twice`, "list each once");
  });
  const needed = horizon + 1 + (ewma?.seedReturns ?? 0);
  if (rows.length < needed) refuse(`${path}.rows`, `${rows.length} rows, ${needed} needed for a first scenario`, "give a longer history");
  rows.forEach(({ date, closes, vols = [] }, t) => {
    if (closes.length !== underlyings.length) {
      refuse(
        `${path}.rows[${t}]`,
        `${closes.length} closes for ${underlyings.length} underlyings`,
        `give one close for each of ${underlyings.join(", ")}`,
      );
    }
    if (vols.length !== impliedVols.length) {
      refuse(
        `${path}.rows[${t}].vols`,
        `${vols.length} volatilities for ${impliedVols.length} names`,
        impliedVols.length === 0 ? "say in impliedVols whose they are" : `give one for each of ${impliedVols.join(", ")}`,
      );
    }
    closes.forEach((close, k) => {
      if (close <= 0n) refuse(`${path}.rows[${t}].closes[${k}]`, `${underlyings[k]} closes at or below 0`, "a close is a positive price");
    });
    vols.forEach((vol, k) => {
      if (vol <= 0n) refuse(`${path}.rows[${t}].vols[${k}]`, `the volatility of ${impliedVols[k]} is at or below 0`, "an implied volatility is positive");
    });
    if (t > 0 && date <= rows[t - 1]!.date)
      refuse(`${path}.rows[${t}].date`, `${date} does not follow ${rows[t - 1]!.date}`, "order the rows by date, each once");
  });
}
