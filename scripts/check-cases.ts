/**
 * Checks the risk engine against published portfolios: maintenance and initial margin, the basis contingency and every scenario.
 *
 *     npm run cases -- <file or folder>… [--json]
 *
 * Folders are searched through. Exits with 0 when every figure of every case agrees, with 1 when one does not or a case cannot be computed,
 * with 2 when there is nothing to check.
 */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { MarginProofError } from "../prover/errors.ts";
import { amountTable } from "../prover/risk/amount-table.ts";
import { TOLERANCE, deviations, type Deviation } from "./cases/compare.ts";
import { engineFigures } from "./cases/engine-figures.ts";
import { parseCase, unreadFields } from "./cases/published-case.ts";

/** What became of one file. */
interface Result {
  readonly file: string;
  readonly agrees: boolean;
  /** Farthest first; empty when the case could not be computed. */
  readonly figures: readonly Deviation[];
  /** Fields that have no meaning here. */
  readonly ignored: readonly string[];
  readonly error?: { readonly code: string; readonly message: string };
}

function check(path: string, file: string): Result {
  let ignored: readonly string[] = [];
  try {
    const json: unknown = JSON.parse(readFileSync(path, "utf8"));
    const published = parseCase(json);
    ignored = unreadFields(json, published);
    const figures = deviations(published, engineFigures(published));
    if (figures.length === 0) throw new MarginProofError("InvalidSchema", "no figure to compare with", { path: "expected" });
    return { file, agrees: figures.every(({ agrees }) => agrees), figures, ignored };
  } catch (error) {
    const code = error instanceof MarginProofError ? error.code : error instanceof SyntaxError ? "UnreadableFile" : "Defect";
    return { file, agrees: false, figures: [], ignored, error: { code, message: error instanceof Error ? error.message : String(error) } };
  }
}

/** The JSON files below `path`, or `path` itself, with the names they are reported by. */
function casesIn(path: string): [path: string, file: string][] {
  if (!statSync(path).isDirectory()) return [[path, basename(path)]];
  return readdirSync(path, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".json"))
    .sort()
    .map((file) => [join(path, file), relative(path, join(path, file))]);
}

function stop(message: string): never {
  console.error(`${message}\nusage: npm run cases -- <file or folder>… [--json]`);
  process.exit(2);
}

const words = process.argv.slice(2);
const unknown = words.find((word) => word.startsWith("-") && word !== "--json");
if (unknown !== undefined) stop(`${unknown} is no option`);
const places = words.filter((word) => !word.startsWith("-"));
if (places.length === 0) stop("give the cases, one JSON file each");
const absent = places.find((place) => !existsSync(place));
if (absent !== undefined) stop(`${absent} is not there`);
const cases = places.flatMap(casesIn);
if (cases.length === 0) stop(`there are no JSON files in ${places.join(", ")}`);

const results = cases.map(([path, file], i) => {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${i + 1} of ${cases.length}  ${file}`);
  return check(path, file);
});
if (process.stderr.isTTY) process.stderr.write("\r\x1b[K");

const failed = results.filter(({ error }) => error !== undefined).length;
const agreeing = results.filter(({ agrees }) => agrees).length;
if (words.includes("--json")) {
  console.log(JSON.stringify({ tolerance: TOLERANCE, cases: results.length, agreeing, failed, results }, null, 2));
} else {
  const shown = (text: string): string => String(Number(text));
  const rows = results.map(({ file, figures, agrees, error, ignored }) => {
    if (error !== undefined) return [file, "", "", "", "", "", `cannot be expressed: ${error.code} ${error.message}`];
    const worst = figures[0]!;
    const note = ignored.length === 0 ? "" : ` (ignored: ${ignored.join(", ")})`;
    const answer = `${agrees ? "yes" : "NO"}${note}`;
    return [file, String(figures.length), worst.figure, shown(worst.published), shown(worst.found), worst.relative.toExponential(1), answer];
  });
  console.log(amountTable(["case", "figures", "farthest", "published", "found", "relative", "agrees"], rows, 1));
  const figures = results.flatMap((result) => result.figures);
  const apart = figures.filter((figure) => !figure.agrees).length;
  console.log(
    `${agreeing} of ${results.length} cases agree in every figure within ${TOLERANCE} of itself; ` +
      `${figures.length} figures compared, ${apart} apart, ${failed} cases not computed.`,
  );
}
process.exitCode = agreeing === results.length ? 0 : 1;
