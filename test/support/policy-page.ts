/** prover/risk/README.md as its tests read it: tables of fields, and examples with what they say of themselves. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../../prover/proof/tiers.ts";

export const PAGE = readFileSync(join(packageRoot(), "prover/risk/README.md"), "utf8");

/** A line of a table of fields. */
export interface DocumentedField {
  readonly path: string;
  readonly type: string;
  /** Empty for what is required. */
  readonly byDefault: string;
}

/** The fields of all sections whose heading begins so, in order. */
export function documentedFields(heading: string): readonly DocumentedField[] {
  const sections = PAGE.split("\n## ").filter((section) => section.startsWith(heading));
  const rows = sections.flatMap((section) => [...section.matchAll(/^\| `([^`]+)` \| (.+?) \| (.*?) ?\| .*\|$/gm)]);
  return rows.map(([, path, type, byDefault]) => ({ path: path!, type: type!.replaceAll("`", ""), byDefault: byDefault!.replaceAll("`", "") }));
}

export interface PageExample {
  readonly name: string;
  /** The page's policy with the example's fields in place of its own. */
  readonly policy: { readonly [part: string]: unknown };
  /** The section's book, or the page's. */
  readonly book: unknown;
  readonly MM: string;
  readonly IM: string;
  /** What it needs of a tier, as written: `cells 2, scenarios 4`. */
  readonly sizes: string;
  readonly tier: string;
  readonly outsideLimits: boolean;
  /** The last line of the working, `IM = 24,000 + 5,900`, as the numbers it adds up to; null where there is none. */
  readonly worked: { readonly MM: number; readonly IM: number } | null;
}

const WORKED = /IM = ([\d,.·+ ]+)\. {2}MM = ([\d,.·+ ]+)\.$/gm;
const RESULT = /\*\*MM ([\d,.]+), IM ([\d,.]+)\*\* · (.+) · tier `([^`]+)`(.*)/g;

/** Sums of products, in floating point: what a calculator shows. */
function workedOut(text: string): PageExample["worked"] {
  const lines = [...text.matchAll(WORKED)];
  if (lines.length > 1) throw new Error(`${lines.length} workings before one result`);
  const sum = (terms: string): number => terms.split(" + ").reduce((total, term) => total + term.split("·").reduce((product, each) => product * Number(each.replaceAll(",", "")), 1), 0);
  return lines[0] === undefined ? null : { IM: sum(lines[0][1]!), MM: sum(lines[0][2]!) };
}

/** Every policy of the page, with the result that follows it; and its only market. */
export function pageExamples(): { readonly market: unknown; readonly examples: readonly PageExample[] } {
  const blocks = [...PAGE.matchAll(/^```json (\w+)\n(.*?)^```$/gms)].map(({ index, 1: kind, 2: text }) => ({ index, kind: kind!, json: JSON.parse(text!) }));
  const of = (kind: string) => blocks.filter((block) => block.kind === kind);
  const [base, books] = [of("policy")[0]!, of("book")];
  const heading = (index: number): number => PAGE.lastIndexOf("\n## ", index);
  const examples = blocks.filter(({ kind }) => kind === "policy" || kind === "fields").map(({ index, json }, i, all): PageExample => {
    const found = [...PAGE.slice(index, all[i + 1]?.index).matchAll(RESULT)];
    if (found.length !== 1) throw new Error(`${json.name} has ${found.length} results`);
    const [, MM, IM, sizes, tier, more] = found[0]!;
    const own = books.find((book) => book.index < index && heading(book.index) === heading(index));
    return { name: json.name, policy: { ...base.json, ...json }, book: (own ?? books[0]!).json, MM: MM!, IM: IM!, sizes: sizes!, tier: tier!, outsideLimits: more!.includes("outside its limits"), worked: workedOut(PAGE.slice(index, all[i + 1]?.index)) };
  });
  const markets = of("market");
  if (markets.length !== 1) throw new Error(`${markets.length} markets`);
  return { market: markets[0]!.json, examples };
}
