/** Two policies side by side, as tables for people. */
import type { Level, Value } from "../units.ts";
import { amountDown, amountTable, amountUp, ratioText } from "./amount-table.ts";
import type { MarginComparison, PolicyMargin } from "./margin-comparison.ts";
import type { MarginReport } from "./margin-report.ts";
import { CHARGE_NAMES } from "./margin-table.ts";

const ABSENT = "–";

/** Netting sets with what binds them under each policy; then charges and the summary, with a column for the change. */
export function comparisonTable(compared: MarginComparison): string {
  return [nettingSetsTable(compared), figuresTable(compared)].join("\n");
}

const title = ({ policy: { name, version } }: PolicyMargin): string => `${name} ${version}`;

/** Netting sets are matched by id; one that a policy does not have is shown as absent, not as 0. */
function nettingSetsTable({ base, other }: MarginComparison): string {
  const ids = [...new Set([base, other].flatMap(({ report }) => report.nettingSets.map(({ id }) => id)))];
  const cells = ({ report }: PolicyMargin, id: string): string[] => {
    const set = report.nettingSets.find((known) => known.id === id);
    if (set === undefined) return [ABSENT, ABSENT];
    return [set.bindingText, amountUp(set.loss)];
  };
  const head = ["netting set", ...[base, other].flatMap((side) => [`binds under ${title(side)}`, "loss"])];
  return amountTable(
    head,
    ids.map((id) => [id, ...cells(base, id), ...cells(other, id)]),
    head.length,
  );
}

function figuresTable({ base, other }: MarginComparison): string {
  const { level, minRatioBps } = base.report.terms;
  const row = (label: string, figure: (report: MarginReport) => Value, show: (value: Value) => string): string[] => {
    const [before, after] = [figure(base.report), figure(other.report)];
    return [label, show(before), show(after), show((after - before) as Value)];
  };
  const kinds = [...new Set([base, other].flatMap(({ report }) => report.charges.map(({ kind }) => kind)))];
  const rules = [...new Set([base, other].flatMap(({ report }) => report.ruleEffects.map(({ rule }) => rule)))];
  const words = (label: string, show: (report: MarginReport) => string): string[] => [label, show(base.report), show(other.report), ""];
  return amountTable(
    [base.policy.quote, title(base), title(other), "change"],
    [
      row("equity", ({ equity }) => equity, amountDown),
      row("worst losses, aggregated", ({ aggregate }) => aggregate, amountUp),
      ...(base.report.tail === 0n && other.report.tail === 0n ? [] : [row("tail measure", ({ tail }) => tail, amountUp)]),
      ...kinds.map((kind) => row(`charge ${level}, ${CHARGE_NAMES[kind]}`, (report) => chargeOf(report, kind, level), amountUp)),
      row("requirement MM", ({ requirement }) => requirement.MM, amountUp),
      row("requirement IM", ({ requirement }) => requirement.IM, amountUp),
      row(`requirement ${level}, position by position`, ({ isolatedRequirement }) => isolatedRequirement, amountUp),
      row("saved by netting", ({ nettingSaving }) => nettingSaving, amountDown),
      row(`excess at ${ratioText(minRatioBps)} of ${level}`, ({ excess }) => excess, amountDown),
      ...rules.map((rule) => row(`adds to ${level}: ${rule}`, (report) => effectOf(report, rule), amountUp)),
      words(`equity / requirement ${level}`, ({ ratioBps }) => ratioText(ratioBps)),
      words("healthy", ({ isHealthy }) => (isHealthy ? "yes" : "no")),
    ],
    1,
  );
}

function chargeOf({ charges }: MarginReport, kind: MarginReport["charges"][number]["kind"], level: Level): Value {
  return charges.find((charge) => charge.kind === kind)?.[level] ?? (0n as Value);
}

/** Nothing for a rule that a policy does not have. */
function effectOf({ ruleEffects }: MarginReport, rule: string): Value {
  return ruleEffects.find((known) => known.rule === rule)?.effect ?? (0n as Value);
}
