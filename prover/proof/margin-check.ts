import { add, equals, IDENTITY, multiply } from "../commitment/curve.ts";
import type { Point } from "../commitment/curve.ts";
import { policyHash } from "../commitment/snapshot.ts";
import { commitTotals } from "../commitment/vector-commitment.ts";
import { MarginProofError } from "../errors.ts";
import { formatDecimal } from "../numeric/decimal.ts";
import { marginReport } from "../risk/margin-report.ts";
import type { MarginReport } from "../risk/margin-report.ts";
import { describeScenario } from "../risk/margin-table.ts";
import type { MarginTotals } from "../risk/margin-totals.ts";
import type { Policy } from "../risk/policy.ts";
import { BITS, DECIMALS } from "../units.ts";
import type { ProvingRequest } from "./proving-request.ts";

/** Slack of each scenario above its netting set's worst loss: P&L + M_u ≥ 0. twin: circuits CommittedRisk */
export function slackOf({ scenarioPnl, loss }: Pick<MarginTotals, "scenarioPnl" | "loss">): bigint[][] {
  return scenarioPnl.map((row, u) => row.map((pnl) => pnl + loss[u]!));
}

/**
 * The report of the statements' book under the claim's terms.
 *
 * @throws SnapshotMismatch when policy or risks are not those of the snapshot; OutOfRange for totals beyond the circuit's
 *   widths; Unhealthy when the book does not cover what is claimed
 */
export function checkMargin(request: ProvingRequest, points: readonly Point[]): MarginReport {
  const { snapshot, policy, risks, statements, claim, onChainCollateral } = request;
  if (policyHash(policy) !== snapshot.policyHash) {
    throw new MarginProofError("SnapshotMismatch", "the snapshot was made under another policy", { path: "policy", hint: "use the policy file that the snapshot was built from" });
  }
  const accounts = statements.map(({ statement }) => statement);
  const report = marginReport(accounts, risks, policy, { level: claim.level, minRatioBps: claim.minRatioBps, onChainCollateral });
  requireOpening(report, points);
  requireRanges(report.totals);
  if (!report.isHealthy) throw unhealthy(report, policy);
  return report;
}

/** Σ |q|·C must commit to the totals: otherwise the risks were computed from another market than the snapshot. */
function requireOpening({ positions, totals }: MarginReport, points: readonly Point[]): void {
  const committed = positions.reduce((sum, { quantity }, i) => add(sum, multiply(points[i]!, quantity < 0n ? -quantity : quantity)), IDENTITY);
  if (!equals(committed, commitTotals(totals))) {
    throw new MarginProofError("SnapshotMismatch", "the risks are not those the snapshot commits to", { path: "risks", hint: "use the market file that the snapshot was built from" });
  }
}

function requireRanges(totals: MarginTotals): void {
  const limit = 1n << BigInt(BITS.total);
  const require = (value: bigint, low: bigint, high: bigint, path: string): void => {
    if (value >= low && value < high) return;
    const about = formatDecimal(high, DECIMALS.value, { digits: 0, round: "down", group: true });
    throw new MarginProofError("OutOfRange", "the book is too large for the circuit's totals", { path, hint: `keep every total below ${about} quote units: prove parts of the book apart` });
  };
  require(totals.value, -limit / 2n, limit / 2n, "totals.value");
  require(totals.chargeMM, 0n, limit, "totals.chargeMM");
  require(totals.chargeIM, 0n, limit, "totals.chargeIM");
  totals.loss.forEach((loss, u) => require(loss, 0n, limit, `totals.loss[${u}]`));
  slackOf(totals).forEach((row, u) => row.forEach((slack, s) => require(slack, 0n, limit, `totals.scenarioPnl[${u}][${s}]`)));
}

const amount = (value: bigint, round: "up" | "down"): string => formatDecimal(value, DECIMALS.value, { digits: 2, round, group: true });

/** The reason in margin terms: what is there, what is needed, what is missing, and which scenarios bind. */
function unhealthy({ equity, requirement, terms, excess, nettingSets }: MarginReport, policy: Policy): MarginProofError {
  const { level, minRatioBps } = terms;
  const ratio = formatDecimal(minRatioBps, DECIMALS.bps - 2, { trim: true });
  const binding = nettingSets.filter(({ bindingScenario }) => bindingScenario !== null).map(({ id, bindingScenario }) => describeScenario(id, policy.scenarios[bindingScenario!]!));
  const worst = binding.length === 0 ? "no scenario loses, the charges bind" : `the worst scenario is ${binding.join(", ")}`;
  return new MarginProofError(
    "Unhealthy",
    `equity ${amount(equity, "down")} ${policy.quote} is below ${ratio} % of the ${level} requirement ${amount(requirement[level], "up")} ${policy.quote}; ${amount(-excess, "up")} ${policy.quote} is missing; ${worst}`,
    { hint: "add collateral, reduce what loses in the worst scenario, or claim a lower ratio or level" },
  );
}
