import { shapeOf } from "../../prover/commitment/padded-rules.ts";
import { tierParameters } from "../../prover/proof/tiers.ts";
import type { ColumnTotals, MarginRules, Matrix, RiskShape } from "../../prover/risk/margin-rules.ts";
import { SCALE, type Factor, type Value } from "../../prover/units.ts";

export const ONE = SCALE.factor;
export const factor = (x: bigint): Factor => x as Factor;
export const value = (x: bigint): Value => x as Value;
const level = (x: bigint): { MM: Factor; IM: Factor } => ({ MM: factor(x), IM: factor(x) });

/** Tier `rules` with fewer exposures, which are all alike: circuits of it have every rule, and compile and solve in less time. */
export const EVERY_RULE: RiskShape = { ...shapeOf(tierParameters("rules")), exposures: 4 };

/** A matrix with ones on the diagonal and `rho` elsewhere. */
export const uniform = (size: number, rho: bigint): Matrix =>
  Array.from({ length: size }, (_, i) => Array.from({ length: size }, (_, j) => factor(i === j ? ONE : rho)));

/** One cell per netting set, losses added up, nothing else: the plainest program of that many cells and scenarios. */
export function plainRules(cells: number, scenarios: number): MarginRules {
  return {
    shape: { cells, groups: 0, nettingSets: cells, scenarios, skews: 0, bases: 0, tails: 0, tailSets: 0, exposures: 0, tiers: 0, correlations: 1, sensitivities: 0, cellValues: false, floors: false, pairing: false },
    weights: Array.from({ length: scenarios }, () => factor(ONE)),
    cells: Array.from({ length: cells }, (_, u) => ({ id: `cell ${u}`, gain: factor(ONE), drag: factor(ONE), group: 0, nettingSet: u })),
    groups: [],
    nettingSets: Array.from({ length: cells }, (_, n) => `set ${n}`),
    exposures: [],
    correlations: [uniform(cells, ONE)],
    sensitivities: [],
    tail: { size: 1, flags: 0 },
    lossFactor: level(ONE),
  };
}

/** Totals that are 0 where nothing is said. */
export function zeroTotals({ shape }: MarginRules): ColumnTotals {
  const zeros = (count: number): Value[] => Array.from({ length: count }, () => value(0n));
  return {
    scenario: Array.from({ length: shape.cells }, () => zeros(shape.scenarios)),
    skew: Array.from({ length: shape.cells }, () => zeros(shape.skews)),
    basis: Array.from({ length: shape.cells }, () => Array.from({ length: shape.bases }, (): [Value, Value] => [value(0n), value(0n)])),
    cellValue: zeros(shape.cells),
    tail: zeros(shape.tails),
    exposure: zeros(shape.exposures),
    floor: zeros(shape.nettingSets),
    value: value(0n),
    charge: { MM: value(0n), IM: value(0n) },
    pairCredit: { MM: value(0n), IM: value(0n) },
  };
}
