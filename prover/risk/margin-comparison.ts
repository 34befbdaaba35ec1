/** One book under two policies: what each of them sees in it, and what the change from one to the other would cost. */
import { formatDecimal } from "../numeric/decimal.ts";
import { DECIMALS, type Value } from "../units.ts";
import { marginReportJson } from "./margin-report-json.ts";
import type { MarginReport } from "./margin-report.ts";
import type { Policy } from "./policy.ts";
import type { Json } from "./schema.ts";

export const COMPARISON_FORMAT = "margin-comparison/1";

export interface PolicyMargin {
  readonly policy: Policy;
  readonly report: MarginReport;
}

/** The same accounts, market and terms under both. */
export interface MarginComparison {
  readonly base: PolicyMargin;
  readonly other: PolicyMargin;
  /** Other minus base; positive where the other policy asks for more, or leaves more. */
  readonly change: {
    readonly requirement: { readonly MM: Value; readonly IM: Value };
    readonly isolatedRequirement: Value;
    readonly nettingSaving: Value;
    readonly excess: Value;
  };
}

/** Sets two margins of the same book side by side. Whoever calls has margined the same accounts, market and terms twice. */
export function compareMargins(base: PolicyMargin, other: PolicyMargin): MarginComparison {
  const change = (figure: (report: MarginReport) => Value): Value => (figure(other.report) - figure(base.report)) as Value;
  return {
    base,
    other,
    change: {
      requirement: { MM: change(({ requirement }) => requirement.MM), IM: change(({ requirement }) => requirement.IM) },
      isolatedRequirement: change(({ isolatedRequirement }) => isolatedRequirement),
      nettingSaving: change(({ nettingSaving }) => nettingSaving),
      excess: change(({ excess }) => excess),
    },
  };
}

/** The `margin-comparison/1` document: both `margin-report/1` documents and the changes, exact. */
export function marginComparisonJson({ base, other, change }: MarginComparison): { readonly [key: string]: Json } {
  const side = ({ policy: { name, version }, report }: PolicyMargin): Json => ({
    policy: { name, version },
    report: marginReportJson(report),
  });
  const { requirement, isolatedRequirement, nettingSaving, excess } = change;
  return {
    format: COMPARISON_FORMAT,
    base: side(base),
    other: side(other),
    change: {
      requirement: { MM: text(requirement.MM), IM: text(requirement.IM) },
      isolatedRequirement: text(isolatedRequirement),
      nettingSaving: text(nettingSaving),
      excess: text(excess),
    },
  };
}

const text = (value: Value): string => formatDecimal(value, DECIMALS.value, { trim: true });
