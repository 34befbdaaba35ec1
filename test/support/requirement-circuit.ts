/**
 * Part 4 of the statement alone: the margin program, pairs and the margin inequality, over totals that are taken as they are. What
 * commitments and statements cost is left out, so that any rules meet any totals at any boundary, health and breach alike.
 */
import { shapeNumbers } from "../../prover/commitment/padded-rules.ts";
import { pairedInNodes, pairCredit, type Pairable } from "../../prover/proof/pairing.ts";
import { programInputs } from "../../prover/proof/program-input.ts";
import { evaluateRules, type MarginWorking } from "../../prover/risk/margin-program.ts";
import type { ColumnTotals, MarginRules, RiskShape } from "../../prover/risk/margin-rules.ts";
import type { Level, Value } from "../../prover/units.ts";
import { compileCircuit, type TestCircuit } from "./circuit.ts";
import { templatesOf, type Inputs } from "./template.ts";

/** Positions that may pair. */
export const PLACES = 4;

const PROGRAM = ["weight", "cellRule", "groupRule", "exposureRule", "piece", "correlation", "sensitivity", "tailRule", "total", "sign", "loss", "tiered", "requirement", "aggregate", "root", "leftOut", "chosen", "measure", "worst"] as const;

/** The sizes of each input, of a shape that has everything. */
const source = (shape: RiskShape, breach: 0 | 1): string => `pragma circom 2.2.0;
include "margin.circom";
include "margin-program.circom";
include "pairing.circom";
template Requirement(SHAPE, BREACH) {
    var E = EXPOSURES(SHAPE);
    signal input level; signal input minRatioBps; signal input onChainCollateral; signal input lossFactor[2];
    signal input weight[WEIGHTS(SHAPE)]; signal input cellRule[CELLS(SHAPE)][4]; signal input groupRule[GROUPS(SHAPE)][3];
    signal input exposureRule[E][5]; signal input piece[E][TIERS(SHAPE)][3]; signal input correlation[CORRELATIONS(SHAPE)][STRICT(SETS(SHAPE))];
    signal input sensitivity[SENSITIVITIES(SHAPE)][TRIANGLE(E)]; signal input tailRule[TAIL_RULE(SHAPE)];
    signal input total[COLUMNS(SHAPE)]; signal input sign[COLUMNS(SHAPE)]; signal input loss[SETS(SHAPE)]; signal input tiered[E];
    signal input requirement[SETS(SHAPE)]; signal input aggregate; signal input root[1]; signal input leftOut[TAILS(SHAPE)];
    signal input chosen[BREACH * TAILS(SHAPE)]; signal input measure[1]; signal input worst[1];
    signal input magnitude[${PLACES}]; signal input paired[${PLACES}]; signal input node[${PLACES}]; signal input side[${PLACES}]; signal input rates[${PLACES}];
    signal stress; signal outside;
    (stress, outside) <== MarginProgram(SHAPE, BREACH)(level, ${PROGRAM.join(", ")});
    signal credit <== PairCredit(${PLACES})(level, magnitude, paired, node, side, rates);
    if (BREACH == 1) { PairedInFull(${PLACES})(magnitude, paired, node, side); }
    signal exposure[E * BREACH]; signal low[E * BREACH]; signal high[E * BREACH];
    for (var k = 0; k < E * BREACH; k++) { (exposure[k], low[k], high[k]) <== (total[EXPOSURE_AT(SHAPE) + k], exposureRule[k][2], exposureRule[k][3]); }
    var V = VALUE_AT(SHAPE);
    Margin(E, BREACH)(total[V], total[V + 1], total[V + 2], credit, outside, stress, onChainCollateral, lossFactor, level, minRatioBps, exposure, low, high);
}
component main = Requirement([${shapeNumbers(shape).join(", ")}], ${breach});
`;

/** A book at work: rules, totals and pairs at one level, under one claim. */
export interface Case {
  readonly rules: MarginRules;
  readonly totals: ColumnTotals;
  readonly positions: readonly Pairable[];
  readonly level: Level;
  readonly minRatioBps: bigint;
  readonly onChainCollateral: bigint;
}

/** The engine's working, pairs included. */
export function workingOf({ rules, totals, positions, level }: Omit<Case, "minRatioBps" | "onChainCollateral">): MarginWorking {
  return evaluateRules(rules, withCredit(totals, positions), level);
}

const withCredit = (totals: ColumnTotals, positions: readonly Pairable[]): ColumnTotals =>
  ({ ...totals, pairCredit: { MM: pairCredit(positions, "MM") as Value, IM: pairCredit(positions, "IM") as Value } });

function inputs({ rules, totals, positions, level, minRatioBps, onChainCollateral }: Case, shape: RiskShape, breach: boolean): Inputs {
  const program = programInputs(rules, shape, totals, level, breach);
  const size = (x: bigint) => (x < 0n ? -x : x);
  return {
    ...program, level: level === "IM" ? 1n : 0n, minRatioBps, onChainCollateral, sign: program.total.map((y) => (y >= 0n ? 1n : -1n)),
    magnitude: positions.map(({ quantity }) => size(quantity)), paired: pairedInNodes(positions), node: positions.map(({ opening }) => BigInt(opening.nodeIndex)),
    side: positions.map(({ quantity }) => (quantity < 0n ? 1n : 0n)), rates: positions.map(({ opening }) => opening.entries.at(-1)!),
  };
}

export interface RequirementCircuits {
  /** `accepted`, or which template refused. `change` replaces inputs. */
  health(given: Case, change?: Inputs): Promise<string>;
  breach(given: Case, change?: Inputs): Promise<string>;
}

export async function requirementCircuits(shape: RiskShape): Promise<RequirementCircuits> {
  const [health, breach] = await Promise.all(([0, 1] as const).map((isBreach) => compileCircuit("Requirement", source(shape, isBreach))));
  const ask = (circuit: TestCircuit, isBreach: boolean) => (given: Case, change: Inputs = {}) =>
    circuit.witness({ ...inputs(given, shape, isBreach), ...change }).then(() => "accepted", templatesOf);
  return { health: ask(health!, false), breach: ask(breach!, true) };
}

