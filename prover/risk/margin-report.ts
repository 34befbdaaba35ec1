/**
 * The margin of a book, with its working. Pure and exact: everything after the risk vectors is integer arithmetic without
 * rounding, except where a figure is only shown (requirements up, excess and ratio down).
 */
import { MarginProofError } from "../errors.ts";
import { divDown, mulDivDown } from "../numeric/rounding.ts";
import { SCALE, type Bps, type Level, type Usd, type Value } from "../units.ts";
import type { Account } from "./book.ts";
import {
  addCharges,
  bindingScenario,
  requirement,
  shownRequirement,
  totalsOf,
  type ChargeTotal,
  type MarginTotals,
} from "./margin-totals.ts";
import type { Policy } from "./policy.ts";
import { positionReport, type PositionReport } from "./position-report.ts";
import type { InstrumentRisk } from "./unit-risk.ts";

export type { ChargeTotal, MarginTotals, PositionReport };

/** What is claimed about the book. */
export interface MarginTerms {
  readonly level: Level;
  /** 10000 = 100 %. */
  readonly minRatioBps: Bps;
  /** Counted as equity besides the book, without haircut. */
  readonly onChainCollateral: Usd;
}

export interface NettingSetReport {
  readonly id: string;
  readonly scenarioPnl: readonly Value[];
  /** The first scenario with the lowest P&L; null when no scenario loses. */
  readonly bindingScenario: number | null;
  /** M_u, the loss in it; 0 when no scenario loses. */
  readonly loss: Value;
}

export interface MarginReport {
  readonly terms: MarginTerms;
  /** Account by account, in each ascending by instrument name. */
  readonly positions: readonly PositionReport[];
  readonly nettingSets: readonly NettingSetReport[];
  /** One entry per kind that occurs. */
  readonly charges: readonly ChargeTotal[];
  /** What circuits see: all numbers before level, ratio and collateral. */
  readonly totals: MarginTotals;
  /** Book value plus on-chain collateral. */
  readonly equity: Value;
  /** lossFactor·Σ M_u + charges at each level, rounded up. */
  readonly requirement: { readonly MM: Value; readonly IM: Value };
  /** Equity over the requirement of the terms' level, rounded down; null when nothing is required. */
  readonly ratioBps: bigint | null;
  /** Equity minus minRatio times the requirement, rounded down: what could be withdrawn, or what is missing. */
  readonly excess: Value;
  /** equity ≥ minRatio·requirement, decided on exact integers: the same as excess ≥ 0. */
  readonly isHealthy: boolean;
  /** Sum of the positions' isolated requirements. */
  readonly isolatedRequirement: Value;
  /** What offsetting saves at this level; never negative. */
  readonly nettingSaving: Value;
}

/**
 * Margins `accounts` as one book under `policy` with the vectors of `risks` (from marketRisk with the same policy).
 * Throws UnknownInstrument with the path in the book when a position has no vector.
 */
export function marginReport(
  accounts: readonly Account[],
  risks: readonly InstrumentRisk[],
  policy: Policy,
  terms: MarginTerms,
): MarginReport {
  const byInstrument = new Map(risks.map((risk) => [risk.instrument.name, risk]));
  const positions = accounts.flatMap((account, a) =>
    account.positions.map(({ instrument, quantity }, p) => {
      const risk = byInstrument.get(instrument) ?? unknown(instrument, `accounts[${a}].positions[${p}].instrument`);
      return positionReport(account, quantity, risk, policy, terms.level);
    }),
  );
  const totals = totalsOf(positions, policy);
  const needed = { MM: shownRequirement(totals, policy, "MM"), IM: shownRequirement(totals, policy, "IM") };
  const isolatedRequirement = positions.reduce((sum, position) => sum + position.isolatedRequirement, 0n) as Value;
  return {
    terms,
    positions,
    nettingSets: policy.nettingSets.map(({ id }, u) => ({
      id,
      scenarioPnl: totals.scenarioPnl[u]!,
      bindingScenario: bindingScenario(totals.scenarioPnl[u]!),
      loss: totals.loss[u]!,
    })),
    charges: addCharges(positions.flatMap(({ charges }) => charges)),
    totals,
    requirement: needed,
    ...health(totals, policy, terms),
    isolatedRequirement,
    nettingSaving: (isolatedRequirement - needed[terms.level]) as Value,
  };
}

function unknown(instrument: string, path: string): never {
  throw new MarginProofError("UnknownInstrument", `${instrument} is not in the market`, {
    path,
    hint: "use a market that lists it, or correct the name",
  });
}

/** (value + collateral)·1e4·1e9 ≥ minRatioBps·(lossFactor·ΣM + 1e9·charge): the inequality the circuit proves. */
function health(
  totals: MarginTotals,
  policy: Policy,
  { level, minRatioBps, onChainCollateral }: MarginTerms,
): Pick<MarginReport, "equity" | "ratioBps" | "excess" | "isHealthy"> {
  const equity = (totals.value + onChainCollateral * (SCALE.value / SCALE.usd)) as Value;
  const needed = requirement(totals, policy, level);
  const slack = equity * SCALE.bps * SCALE.factor - minRatioBps * needed;
  return {
    equity,
    ratioBps: needed === 0n ? null : mulDivDown(equity, SCALE.bps * SCALE.factor, needed),
    excess: divDown(slack, SCALE.bps * SCALE.factor) as Value,
    isHealthy: slack >= 0n,
  };
}
