/** The scenarios of a policy for people and for other programs. Quantiles are shown to the hundredth of a percent, rounded down; JSON is exact. */
import { formatDecimal } from "../numeric/decimal.ts";
import { DECIMALS, type Factor } from "../units.ts";
import { amountTable, moveText } from "./amount-table.ts";
import { moveOf } from "./policy.ts";
import { QUANTILES, type ScenarioSummary, type TailSetSummary } from "./scenario-summary.ts";
import { factorText, type Json } from "./schema.ts";
import { volShockJson } from "./vol-shock-schema.ts";

const ABSENT = "–";
const BARS = "▁▂▃▄▅▆▇█";

/** The grid, the volatility shocks at 30 days, the tail factor by factor, and the correlations it has against those it was asked for. */
export function scenarioTable(summary: ScenarioSummary): string {
  return [`${summary.policy.name} ${summary.policy.version}`, gridTable(summary), shocksTable(summary), ...tailTables(summary)].join("\n");
}

/** Decimal strings, exact; every scenario of the tail is in it. */
export function scenarioSummaryJson({ policy, underlyings, grid, volShocks, tail }: ScenarioSummary): Json {
  return {
    policy: { ...policy },
    underlyings,
    grid: grid.map((scenario, index) => ({
      index,
      moves: Object.fromEntries(underlyings.map((name) => [name, factorText(moveOf(scenario, name))])),
      vol: scenario.vol,
      weight: factorText(scenario.weight),
      ...(scenario.less === undefined ? {} : { less: scenario.less }),
    })),
    volShocks: Object.fromEntries(volShocks.map(({ underlying, shock }) => [underlying, volShockJson({ kind: "relative", ...shock })])),
    tail: tail === null ? null : { ...tail, sets: tail.sets.map(setJson) },
  };
}

function setJson({ set, scenarios, factors, realised, given }: TailSetSummary): Json {
  const numbers = (moves: ReadonlyMap<string, Factor>): Json => Object.fromEntries([...moves].map(([name, move]) => [name, factorText(move)]));
  const optional = (value: Factor | null): Json => (value === null ? null : factorText(value));
  return {
    set,
    factors: factors.map(({ factor, lowest, highest, quantiles, histogram }) => ({
      factor,
      lowest: { move: factorText(lowest.move), id: lowest.id },
      highest: { move: factorText(highest.move), id: highest.id },
      quantiles: Object.fromEntries(QUANTILES.map((percent, i) => [`${percent}%`, factorText(quantiles[i]!)])),
      histogram,
    })),
    correlation: { realised: realised.map((row) => row.map(optional)), given: given === null ? null : given.map((row) => row.map(optional)) },
    scenarios: scenarios.map(({ id, moves, vols }) => ({ id, moves: numbers(moves), vols: numbers(vols) })),
  };
}

/** A column for all that move by the same multiplier, and one for each underlying that somewhere does not. */
function gridTable({ grid, underlyings }: ScenarioSummary): string {
  const apart = underlyings.filter((name) => grid.some(({ moves = {} }) => Object.hasOwn(moves, name)));
  return amountTable(
    ["#", ...(apart.length === 0 ? ["spot"] : ["others", ...apart]), "vol", "weight"],
    grid.map((scenario, index) => {
      const moved = apart.map((name) => moveText(moveOf(scenario, name)));
      return [String(index), moveText(scenario.spot), ...moved, `${scenario.vol}${scenario.less === undefined ? "" : `, less ${scenario.less}`}`, factorText(scenario.weight)];
    }),
    0,
  );
}

/** The volatility shocks of every underlying. */
export function shocksTable({ volShocks }: ScenarioSummary): string {
  return amountTable(
    ["vol shock at 30 days", "up", "down", "floor when up", "power to 30 days", "and beyond", "days at least"],
    volShocks.map(({ underlying, shock }) => {
      const unit = shock.kind === "additive" ? "points" : "%";
      const share = (value: Factor, mark: string): string => `${formatDecimal(value, DECIMALS.factor - 2, { trim: true })} ${mark}`;
      return [
        underlying,
        `+${share(shock.up, unit)}`,
        `−${share(shock.down, unit)}`,
        share(shock.minShockedVol, "%"),
        factorText(shock.shortPower),
        factorText(shock.longPower),
        factorText(shock.dteFloorDays),
      ];
    }),
    1,
  );
}

/** The tail's measure, its moves factor by factor, and their correlations. */
export function tailTables({ tail }: ScenarioSummary): string[] {
  if (tail === null) return ["no tail"];
  const { kind, measure, size, count, sets, volTerm } = tail;
  const source = { stress: "listed events", historical: "history", monteCarlo: "simulated" }[kind];
  const of = `${count / sets.length}${sets.length > 1 ? " in each set, the largest of them" : ""}`;
  const title = measure === "es" ? `the mean of the ${size} worst of ${of}` : `number ${size} of ${of}, counted from the worst`;
  return [`tail: ${title}, ${source}${volTerm === undefined ? "" : ", volatilities scaled by time to expiry"}`, movesTable(sets), ...(kind === "stress" ? [] : correlationTable(sets))];
}

function movesTable(sets: readonly TailSetSummary[]): string {
  const head = ["set", "factor", "lowest", ...QUANTILES.map((percent) => (percent === 50 ? "median" : `${percent} %`)), "highest", "from lowest to highest"];
  const rows = sets.flatMap(({ set, factors }) =>
    factors.map(({ factor, lowest, highest, quantiles, histogram }) => [
      set ?? ABSENT,
      factor,
      `${moveText(lowest.move, 2)} (${lowest.id})`,
      ...quantiles.map((move) => moveText(move, 2)),
      `${moveText(highest.move, 2)} (${highest.id})`,
      bars(histogram),
    ]),
  );
  return amountTable(head, rows, 2);
}

/** Heights in eighths of the most frequent bin, rounded up: a bin that holds anything shows. */
function bars(histogram: readonly number[]): string {
  const most = Math.max(...histogram);
  return histogram.map((count) => (count === 0 ? "·" : BARS[Math.ceil((count * BARS.length) / most) - 1])).join("");
}

/** Nothing when there is but one factor. */
function correlationTable(sets: readonly TailSetSummary[]): string[] {
  const rows = sets.flatMap(({ set, factors, realised, given }) =>
    factors.flatMap(({ factor }, i) =>
      factors.slice(0, i).map((other, j) => {
        const found = realised[i]![j] ?? null;
        return [
          set ?? ABSENT,
          `${other.factor}, ${factor}`,
          given === null ? ABSENT : factorText(given[i]![j]!),
          found === null ? ABSENT : formatDecimal(found, DECIMALS.factor, { digits: 3, round: "down" }),
        ];
      }),
    ),
  );
  return rows.length === 0 ? [] : [amountTable(["set", "correlation of", "given", "realised"], rows, 2)];
}
