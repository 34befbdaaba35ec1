/** What commands say about the objects they make: the same facts as JSON and as aligned lines. */
import type { Snapshot } from "../commitment/snapshot.ts";
import type { Book } from "../risk/book.ts";
import type { Market } from "../risk/market.ts";
import type { Json } from "../risk/schema.ts";
import { formatTime } from "../chain/time-text.ts";
import type { Outcome } from "./terminal.ts";

export type Facts = { readonly [key: string]: Json };

export const marketSummary = ({ asOf, quote, listings, underlyings }: Market, out: string): Facts => ({
  out, asOf, quote, underlyings: underlyings.map(({ name }) => name), instruments: listings.length,
});

export const bookSummary = ({ accounts }: Book, out: string): Facts => ({
  out, accounts: accounts.map(({ venue, account, asOf, positions }) => ({ venue, account, asOf, positions: positions.length })),
});

export const snapshotSummary = ({ root, asOf, policyHash, marketHash, tree, rows }: Snapshot): Facts => ({
  root: root.toString(), asOf, policyHash: policyHash.toString(), marketHash: marketHash.toString(), instruments: rows.length, treeParents: tree.treeParents,
});

/** Facts as an outcome. */
export function outcomeOf(facts: Facts, extra: Omit<Outcome, "json" | "text"> = {}): Outcome {
  const json = extra.warnings === undefined ? facts : { ...facts, warnings: extra.warnings };
  return { json, text: factLines(facts).join("\n"), ...extra };
}

/** One line a fact, `name  value`; what is nested stands indented below its name, item by item. */
export function factLines(facts: Facts, indent = ""): string[] {
  const width = Math.max(...Object.keys(facts).map((name) => name.length));
  return Object.entries(facts).flatMap(([name, value]) => {
    const below = linesBelow(value, indent);
    return below === undefined ? [`${indent}${name.padEnd(width)}  ${plain(name, value)}`] : [`${indent}${name}`, ...below];
  });
}

/** Lines of an object, of a list of objects, or of a list of sentences; undefined for what fits behind its name. */
function linesBelow(value: Json, indent: string): string[] | undefined {
  if (!Array.isArray(value)) return isFacts(value) ? factLines(value, `${indent}  `) : undefined;
  if (value.length > 0 && value.every(isFacts)) return value.flatMap((each) => bulleted(factLines(each, `${indent}    `)));
  return value.some((each) => typeof each === "string" && each.includes(" ")) ? value.map((each) => `${indent}  - ${each}`) : undefined;
}

const isFacts = (value: Json): value is Facts => typeof value === "object" && value !== null && !Array.isArray(value);

const bulleted = ([first = "", ...rest]: string[]): string[] => [first.replace(/  (?=\S)/, "- "), ...rest];

const TIMES = new Set(["asOf", "healthyUntil", "validFrom", "validUntil", "statementsAfter", "executableFrom", "since", "from", "until", "pausedSince", "graceUntil", "breachedAt"]);

function plain(name: string, value: Json): string {
  if (typeof value === "number" && TIMES.has(name)) return formatTime(value);
  return Array.isArray(value) ? value.join(", ") : String(value);
}

/** JSON for files that people read too. */
export const jsonText = (json: Json): string => `${JSON.stringify(json, null, 1)}\n`;
