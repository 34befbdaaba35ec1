import { add, equals, IDENTITY, multiply } from "../commitment/curve.ts";
import type { Point } from "../commitment/curve.ts";
import { isPlain } from "../commitment/padded-rules.ts";
import { rulesHash } from "../commitment/rules-hash.ts";
import { policyHash } from "../commitment/snapshot.ts";
import { commitTotals } from "../commitment/vector-commitment.ts";
import { MarginProofError } from "../errors.ts";
import { formatDecimal } from "../numeric/decimal.ts";
import { marginReport } from "../risk/margin-report.ts";
import type { MarginReport } from "../risk/margin-report.ts";
import type { ColumnTotals } from "../risk/margin-rules.ts";
import { requireRules } from "../risk/rules-checks.ts";
import type { Policy } from "../risk/policy.ts";
import { BITS, DECIMALS } from "../units.ts";
import { paddedWorking } from "./program-input.ts";
import type { ProvingRequest } from "./proving-request.ts";

/**
 * The report of the statements' book under the claim's terms.
 *
 * @throws SnapshotMismatch when policy or risks are not those of the snapshot; InvalidRules for parameters no circuit could take; OutOfRange for totals beyond the circuit's
 *   widths; Unhealthy when the book does not cover what is claimed, Healthy when a tier
 *   that states breaches is asked about a book that does
 */
export function checkMargin(request: ProvingRequest, points: readonly Point[]): MarginReport {
  const { snapshot, policy, risks, statements, claim, onChainCollateral } = request;
  if (policyHash(policy) !== snapshot.policyHash) {
    throw new MarginProofError("SnapshotMismatch", "the snapshot was made under another policy", { path: "policy", hint: "use the policy file that the snapshot was built from" });
  }
  requireRules(risks.rules);
  if (rulesHash(risks.rules, request.tier) !== snapshot.rulesHash) {
    throw new MarginProofError("SnapshotMismatch", "the snapshot was made for another margin program or shape", { path: "snapshot.rulesHash", hint: "build the snapshot for this tier" });
  }
  const accounts = statements.map(({ statement }) => statement);
  const report = marginReport(accounts, risks, policy, { level: claim.level, minRatioBps: claim.minRatioBps, onChainCollateral });
  requireOpening(report, points);
  requireRanges(report.totals);
  requireWidths(request, report.totals);
  if (request.tier.breach) requireBreach(report);
  else if (!report.isHealthy) throw unhealthy(report, policy);
  return report;
}

/** Σ |q|·C must commit to the totals: otherwise the risks were computed from another market than the snapshot. */
function requireOpening({ positions, totals }: MarginReport, points: readonly Point[]): void {
  const committed = positions.reduce((sum, { quantity }, i) => add(sum, multiply(points[i]!, quantity < 0n ? -quantity : quantity)), IDENTITY);
  if (!equals(committed, commitTotals(totals))) {
    throw new MarginProofError("SnapshotMismatch", "the risks are not those the snapshot commits to", { path: "risks", hint: "use the market file that the snapshot was built from" });
  }
}

/** The circuit reads every total in [−2^89, 2^89). @throws OutOfRange naming the first that is not */
export function requireRanges(totals: ColumnTotals): void {
  const limit = 1n << BigInt(BITS.total - 1);
  const require = (value: unknown, path: string): void => {
    if (Array.isArray(value)) return value.forEach((each, i) => require(each, `${path}[${i}]`));
    if (typeof value === "object" && value !== null) return Object.entries(value).forEach(([name, each]) => require(each, `${path}.${name}`));
    if ((value as bigint) >= -limit && (value as bigint) < limit) return;
    throw tooLarge(path);
  };
  require(totals, "totals");
}

/** What the program makes of the totals has the circuit's widths, too; a set's gains count up to 2^121 at 1e-25, in a plain shape with its loss added as one total. */
function requireWidths({ risks: { rules }, tier, claim: { level } }: ProvingRequest, totals: ColumnTotals): void {
  const { nettingSets, exposures } = paddedWorking(rules, tier, totals, level);
  const limit = 1n << BigInt(BITS.total);
  const total = limit / 2n;
  nettingSets.forEach(({ loss, requirement, pnl }, n) => {
    const isTooWide = isPlain(tier) ? loss >= total || pnl.some((gain) => gain + loss >= total) : pnl.some((gain) => gain >= limit);
    if (loss >= limit || requirement >= limit || isTooWide) throw tooLarge(`nettingSets[${n}]`);
  });
  exposures.forEach(({ tiered }, k) => {
    if (tiered >= limit) throw tooLarge(`exposures[${k}]`);
  });
}

function tooLarge(path: string): MarginProofError {
  const about = formatDecimal(1n << BigInt(BITS.total - 1), DECIMALS.value, { digits: 0, round: "down", group: true });
  return new MarginProofError("OutOfRange", "the book is too large for the circuit's totals", { path, hint: `keep every total below ${about} quote units: prove parts of the book apart` });
}

function requireBreach({ isHealthy, excess, terms }: MarginReport): void {
  if (!isHealthy) return;
  throw new MarginProofError("Healthy", `there is no breach: the margin covers the claimed ratio of the ${terms.level} requirement`, {
    path: "claim", hint: `${formatDecimal(excess, DECIMALS.value, { digits: 2, round: "down", group: true })} are in excess: claim what is breached, or count the collateral that is held`,
  });
}

const amount = (value: bigint, round: "up" | "down"): string => formatDecimal(value, DECIMALS.value, { digits: 2, round, group: true });

/** The reason in margin terms: what is there, what is needed, what is missing, and which scenarios bind. */
function unhealthy({ equity, requirement, terms, excess, nettingSets }: MarginReport, policy: Policy): MarginProofError {
  const { level, minRatioBps } = terms;
  const ratio = formatDecimal(minRatioBps, DECIMALS.bps - 2, { trim: true });
  const binding = nettingSets.filter(({ binding: from }) => from !== null).map(({ bindingText }) => bindingText);
  const worst = binding.length === 0 ? "no scenario loses, the charges bind" : `the worst scenario is ${binding.join(", ")}`;
  return new MarginProofError(
    "Unhealthy",
    `equity ${amount(equity, "down")} ${policy.quote} is below ${ratio} % of the ${level} requirement ${amount(requirement[level], "up")} ${policy.quote}; ${amount(-excess, "up")} ${policy.quote} is missing; ${worst}`,
    { hint: "add collateral, reduce what loses in the worst scenario, or claim a lower ratio or level" },
  );
}
