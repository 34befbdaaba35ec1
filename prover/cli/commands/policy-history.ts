import { Option, type Command } from "commander";
import { policyHash } from "../../commitment/snapshot.ts";
import { MarginProofError } from "../../errors.ts";
import { importHistory } from "../../import/history-csv.ts";
import { readSource } from "../../import/source-text.ts";
import { parseDecimal } from "../../numeric/decimal.ts";
import { readTiers } from "../../proof/tiers.ts";
import { policyJson } from "../../risk/policy.ts";
import { policyWithHistory, type HistoricalTail } from "../../risk/policy-history.ts";
import { factorField, factorText, nameField, readJson } from "../../risk/schema.ts";
import { tailScenarios } from "../../risk/tail-plan.ts";
import { BITS, SCALE, type Factor } from "../../units.ts";
import { makeCommand } from "../command.ts";
import { readPolicyOption, rethrowIn } from "../documents.ts";
import { forceOption, outOption, parsedOption, policyOption } from "../options.ts";
import { outputFile } from "../output-file.ts";
import { jsonText, outcomeOf } from "../summaries.ts";
import type { Terminal } from "../terminal.ts";

interface Options {
  readonly policy: string;
  readonly tail: Pick<HistoricalTail, "measure" | "size">;
  readonly horizon: number;
  readonly ewma?: Factor;
  readonly ewmaSeed?: number;
  readonly ewmaFloor?: Factor;
  readonly maxGapDays: number;
  readonly policyName?: string;
  readonly policyVersion?: number;
  readonly description?: string;
  readonly out: string;
  readonly force?: boolean;
}

const SEED_RETURNS = 30;

export function policyHistory(terminal: Terminal): Command {
  return makeCommand(terminal, {
    usage: "history <file>",
    summary: "put a history of closes, as CSV, into a policy as its tail",
    example: "policy history closes.csv --policy grid-33 --tail es:6 --horizon 2 --ewma 0.97 --out policy.json",
    options: [
      policyOption().makeOptionMandatory(),
      parsedOption("--tail <measure>", "es:6 for the mean of the 6 worst moves, var:6 for the sixth worst", parseTail).makeOptionMandatory(),
      countOption("--horizon <rows>", "rows from the first to the last close of a move").default(1),
      parsedOption("--ewma <lambda>", "rescale to today's volatility, and so much of yesterday's variance is kept: 0.97", between(1n, SCALE.factor - 1n)),
      countOption("--ewma-seed <returns>", `the first so many returns give the first variance (default: ${SEED_RETURNS})`),
      parsedOption("--ewma-floor <factor>", "the least rescaling; 1 never shrinks a move (default: 0)", between(0n, 10n * SCALE.factor)),
      countOption("--max-gap-days <days>", "the most days between two lines; 5 for a market that closes at weekends").default(1),
      parsedOption("--policy-name <name>", "of the new policy (default: as it was)", (text, path) => readJson(nameField(), text, path)),
      countOption("--policy-version <n>", "of the new policy (default: the next)"),
      new Option("--description <text>", "of the new policy; where its tail is from is added (default: as it was)"),
      outOption("write the policy here"),
      forceOption(),
    ],
    notes: "The first line is date and one column per underlying, such as date,BTC,ETH; implied volatilities go under BTC vol. See prover/import/README.md.",
  }).action(terminal.action(run));
}

function run(file: string, options: Options) {
  const { tail, horizon, maxGapDays, policyName: name, policyVersion: version, description, out } = options;
  const output = outputFile(out, options);
  const ewma = ewmaOf(options);
  const base = readPolicyOption(options.policy);
  const history = importHistory(readSource(file), { maxGapDays });
  const made = withFile(file, () => policyWithHistory(base, history, { ...tail, horizon, ewma }, { name, version, description }));
  const scenarios = tailScenarios(made).length;
  output.write(jsonText(policyJson(made)));
  const { underlyings, impliedVols = [] } = made.tail!.source as { underlyings: readonly string[]; impliedVols?: readonly string[] };
  return outcomeOf(
    {
      out, name: made.name, version: made.version, policyHash: policyHash(made).toString(),
      tail: { ...tail, scenarios, horizon }, rows: history.rows.length, from: history.rows[0]!.date, to: history.rows.at(-1)!.date,
      underlyings, impliedVols, leftOut: history.underlyings.filter((name) => !underlyings.includes(name)),
    },
    warningsOf(base.tail !== undefined && base.tail.source.kind !== "historical" && description === undefined, scenarios),
  );
}

/** Nothing to say is nothing at all, not an empty list. */
function warningsOf(isStale: boolean, scenarios: number): { readonly warnings?: readonly string[] } {
  const most = Math.max(...Object.values(readTiers()).map(({ tails }) => tails));
  const warnings = [
    ...(isStale ? ["the tail that the policy had is replaced, but its description may still speak of it: give --description"] : []),
    ...(scenarios > most ? [`no circuit takes ${scenarios} tail scenarios, the largest takes ${most}: the policy can be checked, not proved`] : []),
  ];
  return warnings.length === 0 ? {} : { warnings };
}

function ewmaOf({ ewma, ewmaSeed, ewmaFloor }: Options): HistoricalTail["ewma"] {
  if (ewma !== undefined) return { lambda: ewma, seedReturns: ewmaSeed ?? SEED_RETURNS, floor: ewmaFloor ?? (0n as Factor) };
  if (ewmaSeed === undefined && ewmaFloor === undefined) return null;
  throw new MarginProofError("UsageError", "a seed or floor of a rescaling that there is not", { path: "--ewma", hint: "add --ewma, such as --ewma 0.97" });
}

function withFile<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    return rethrowIn(file)(error);
  }
}

function parseTail(text: string, path: string): Options["tail"] {
  const [, measure, size] = /^(es|var):([1-9][0-9]{0,4})$/.exec(text) ?? [];
  if (measure !== undefined) return { measure: measure as "es" | "var", size: Number(size) };
  throw new MarginProofError("UsageError", `${JSON.stringify(text.slice(0, 40))} is no measure`, { path, hint: "write es:6 or var:6" });
}

function between(min: bigint, max: bigint): (text: string, path: string) => Factor {
  const remedy = `write a number from ${factorText(min as Factor)} to ${factorText(max as Factor)}`;
  return (text, path) => readJson(factorField("OutOfRange", { min, max, remedy }), text, path);
}

/** A whole number from 1. */
function countOption(flags: string, description: string): Option {
  return parsedOption(flags, description, (text, path) => {
    const count = parseDecimal(text, 0, path);
    if (count >= 1n && count < 2n ** BigInt(BITS.time)) return Number(count);
    throw new MarginProofError("OutOfRange", `${text} is out of range`, { path, hint: "write a whole number from 1" });
  });
}
