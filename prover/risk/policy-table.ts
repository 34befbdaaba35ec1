/** A policy as tables for people: everything it says, in the order in which a requirement is made. */
import { amountTable, wrappedText } from "./amount-table.ts";
import type { Matrix } from "./margin-rules.ts";
import { chargeLines } from "./policy-charges.ts";
import { ruleLines } from "./policy-rules-text.ts";
import type { Policy } from "./policy.ts";
import { scenarioGrid } from "./scenario-grid.ts";
import { scenarioSummary } from "./scenario-summary.ts";
import { shocksTable, tailTables } from "./scenario-table.ts";
import { factorText } from "./schema.ts";

const WIDTH = 110;

/** Needs no market. @throws InvalidPolicy for a tail that cannot be drawn */
export function policyTable(policy: Policy): string {
  const { name, version, quote, description, aggregation, sensitivities } = policy;
  const summary = scenarioSummary(policy);
  return [
    `${name} ${version}, in ${quote}`,
    ...wrappedText(description, WIDTH),
    amountTable(["rule", "says"], ruleLines(policy), 2),
    ...(aggregation === undefined ? [] : [correlations("netting sets", policy.nettingSets.map(({ id }) => id), aggregation.correlation)]),
    ...(sensitivities === undefined ? [] : [correlations("sensitivities", sensitivities.factors.map(({ id }) => id), sensitivities.correlation)]),
    scenarioGrid(policy),
    shocksTable(summary),
    ...(summary.tail === null ? [] : tailTables(summary)),
    amountTable(["charge", "of", "MM", "IM"], chargeLines(policy), 2),
  ].join("\n");
}

function correlations(of: string, names: readonly string[], matrix: Matrix): string {
  return amountTable([`correlation of ${of}`, ...names], matrix.map((row, i) => [names[i]!, ...row.map(factorText)]), 1);
}
