/** What the scenarios of a policy are, so that people can compare two policies without a book: the grid, and the tail by its quantiles. */
import { SCALE, type Factor } from "../units.ts";
import type { Matrix } from "./margin-rules.ts";
import type { Policy, Scenario, VolShock } from "./policy.ts";
import type { CorrelationSet } from "./sources/correlation.ts";
import { simulatedCorrelation } from "./sources/monte-carlo.ts";
import { realisedCorrelation } from "./sources/realised-correlation.ts";
import { volFactorName, type SourcedScenario } from "./sources/scenario-set.ts";
import { tailScenarios } from "./tail-plan.ts";
import { volShockOf } from "./vol-shock.ts";

const ONE = SCALE.factor as Factor;

/** Shares of the scenarios, in percent, whose largest move is shown. */
export const QUANTILES = [1, 5, 50, 95, 99] as const;
/** Bars of a histogram. */
const BINS = 20;

/** The moves of one factor over a list of scenarios. */
export interface FactorSummary {
  /** `BTC`, or `BTC vol` for its implied volatility. */
  readonly factor: string;
  /** The first scenario of the least multiplier, and of the largest. */
  readonly lowest: { readonly move: Factor; readonly id: string };
  readonly highest: { readonly move: Factor; readonly id: string };
  /** Per share q in `QUANTILES`: the ⌈q·n⌉-th smallest multiplier. */
  readonly quantiles: readonly Factor[];
  /** Numbers of scenarios in bins of one width from the lowest to the highest. */
  readonly histogram: readonly number[];
}

/** Scenarios that were drawn under the same correlations. */
export interface TailSetSummary {
  /** Null unless simulated. */
  readonly set: CorrelationSet | null;
  readonly scenarios: readonly SourcedScenario[];
  readonly factors: readonly FactorSummary[];
  /** Between factors, in their order; null where one does not move. */
  readonly realised: readonly (readonly (Factor | null)[])[];
  /** What the simulation was asked for. */
  readonly given: Matrix | null;
}

export interface ScenarioSummary {
  readonly policy: { readonly name: string; readonly version: number };
  readonly underlyings: readonly string[];
  /** In the policy's order, which is how reports count them. */
  readonly grid: readonly Scenario[];
  readonly volShocks: readonly { readonly underlying: string; readonly shock: VolShock }[];
  readonly tail: {
    readonly kind: "stress" | "historical" | "monteCarlo";
    readonly measure: "es" | "var";
    /** Of every set. */
    readonly size: number;
    /** Of all sets together. */
    readonly count: number;
    readonly sets: readonly TailSetSummary[];
    /** Where volatilities move by the time to expiry. */
    readonly volTerm?: "scaled";
  } | null;
}

/** Needs no market and no book. @throws InvalidPolicy, see `tailScenarios` */
export function scenarioSummary(policy: Policy): ScenarioSummary {
  const underlyings = policy.nettingSets.flatMap((set) => set.underlyings);
  return {
    policy: { name: policy.name, version: policy.version },
    underlyings,
    grid: policy.scenarios,
    volShocks: underlyings.map((underlying) => ({ underlying, shock: volShockOf(policy.volShock, underlying) })),
    tail: tailSummary(policy, underlyings),
  };
}

function tailSummary(policy: Policy, underlyings: readonly string[]): ScenarioSummary["tail"] {
  if (policy.tail === undefined) return null;
  const { measure, size, source } = policy.tail;
  const scenarios = tailScenarios(policy);
  const names = source.kind === "stress" ? underlyings : source.underlyings;
  const sets =
    source.kind === "monteCarlo"
      ? source.sets.map((set, s) => {
          const drawn = scenarios.filter((_, t) => t % source.sets.length === s);
          return setSummary(drawn, names, set, simulatedCorrelation(source, set));
        })
      : [setSummary(scenarios, names, null, null)];
  return { kind: source.kind, measure, size, count: scenarios.length, sets, ...(policy.tail.volTerm === "scaled" ? { volTerm: "scaled" as const } : {}) };
}

function setSummary(scenarios: readonly SourcedScenario[], names: readonly string[], set: CorrelationSet | null, given: Matrix | null): TailSetSummary {
  const vols = names.filter((name) => scenarios.some((scenario) => scenario.vols.has(name)));
  const columns = [
    ...names.map((name) => ({ factor: name, moves: scenarios.map(({ moves }) => moves.get(name) ?? ONE) })),
    ...vols.map((name) => ({ factor: volFactorName(name), moves: scenarios.map((scenario) => scenario.vols.get(name) ?? ONE) })),
  ];
  const ids = scenarios.map(({ id }) => id);
  const multipliers = columns.map(({ moves }) => moves);
  // A stress event may put a volatility at 0, which has no logarithm.
  const hasLogs = multipliers.every((moves) => moves.every((move) => move > 0n));
  return {
    set,
    scenarios,
    factors: columns.map(({ factor, moves }) => factorSummary(factor, moves, ids)),
    realised: hasLogs ? realisedCorrelation(multipliers) : columns.map(() => columns.map(() => null)),
    given,
  };
}

function factorSummary(factor: string, moves: readonly Factor[], ids: readonly string[]): FactorSummary {
  const order = [...moves].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const [low, high] = [order[0]!, order.at(-1)!];
  const width = high - low + 1n;
  const bins = moves.map((move) => Number(((move - low) * BigInt(BINS)) / width));
  const of = (move: Factor) => ({ move, id: ids[moves.indexOf(move)]! });
  return {
    factor,
    lowest: of(low),
    highest: of(high),
    quantiles: QUANTILES.map((percent) => order[Math.ceil((percent * order.length) / 100) - 1]!),
    histogram: Array.from({ length: BINS }, (_, bin) => bins.filter((each) => each === bin).length),
  };
}
