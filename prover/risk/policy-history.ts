/** A policy with a tail drawn from history: the closes become part of the document, so that its hash fixes every scenario. */
import { MarginProofError } from "../errors.ts";
import { parsePolicy, policyJson, type Policy } from "./policy.ts";
import type { Ewma } from "./sources/ewma.ts";
import type { History } from "./sources/historical.ts";
import { factorText, priceText, type Json } from "./schema.ts";
import { tailScenarios } from "./tail-plan.ts";

export interface HistoricalTail {
  /** Mean of the `size` worst, or the `size`-th worst. */
  readonly measure: "es" | "var";
  readonly size: number;
  /** Rows from the first to the last close of a move. */
  readonly horizon: number;
  /** Null keeps the moves as they were. */
  readonly ewma: Ewma | null;
}

/** What the new document says of itself, where that is not to be made of the old one. */
export interface PolicyTitle {
  readonly name?: string | undefined;
  readonly version?: number | undefined;
  readonly description?: string | undefined;
}

/** The sentence that `policyWithHistory` ends a description with. */
const SOURCE = / ?Tail: moves over \d+ of \d+ rows of history from \S+ to \S+\.$/;

/**
 * The policy with this tail in place of the one it had. Of the history it takes the underlyings of its netting sets; what else the history holds is
 * left out. Unless told otherwise it is the next version under the same name, described as the old one. Where the tail is from is added to the
 * description in any case, in place of what was added before: a policy can be made of yesterday's.
 *
 * @throws InvalidPolicy, see `tailScenarios`: an underlying without closes, too few rows, a volatility that has died out
 */
export function policyWithHistory(
  policy: Policy,
  history: Pick<History, "underlyings" | "impliedVols" | "rows">,
  { measure, size, horizon, ewma }: HistoricalTail,
  { name = policy.name, version = policy.version + 1, description = policy.description }: PolicyTitle = {},
): Policy {
  const known = policy.nettingSets.flatMap(({ underlyings }) => underlyings);
  const missing = known.find((each) => !history.underlyings.includes(each));
  if (missing !== undefined) {
    throw new MarginProofError("InvalidPolicy", `the history has no closes of ${missing}, which is in a netting set`, {
      path: "tail.source.underlyings",
      hint: `add ${missing} to the history, or its moves would not count`,
    });
  }
  const impliedVols = history.impliedVols ?? [];
  const [underlyings, vols] = [history.underlyings, impliedVols].map((names) => names.filter((each) => known.includes(each)));
  const first = history.rows[0];
  const last = history.rows.at(-1);
  if (first === undefined || last === undefined) {
    throw new MarginProofError("InvalidPolicy", "a history without rows", { path: "tail.source.rows", hint: "give a longer history" });
  }
  const said = description.replace(SOURCE, "");
  const source = `Tail: moves over ${horizon} of ${history.rows.length} rows of history from ${first.date} to ${last.date}.`;
  const made = parsePolicy({
    ...(policyJson(policy) as { readonly [part: string]: Json }),
    name,
    version,
    description: said === "" ? source : `${said} ${source}`,
    tail: {
      measure,
      size,
      ...(policy.tail?.volTerm === "scaled" ? { volTerm: "scaled" } : {}),
      source: {
        kind: "historical",
        underlyings: underlyings!,
        horizon,
        ...(ewma === null ? {} : { ewma: { lambda: factorText(ewma.lambda), seedReturns: ewma.seedReturns, floor: factorText(ewma.floor) } }),
        ...(vols!.length === 0 ? {} : { impliedVols: vols! }),
        rows: history.rows.map((row) => ({
          date: row.date,
          closes: underlyings!.map((each) => priceText(row.closes[history.underlyings.indexOf(each)]!)),
          ...(vols!.length === 0 ? {} : { vols: vols!.map((each) => factorText(row.vols![impliedVols.indexOf(each)]!)) }),
        })),
      },
    },
  });
  tailScenarios(made);
  return made;
}
