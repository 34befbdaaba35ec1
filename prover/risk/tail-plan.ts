/** The tail scenarios of a policy, from whichever source it names. */
import { MarginProofError } from "../errors.ts";
import type { TailRule } from "./margin-rules.ts";
import type { Policy } from "./policy.ts";
import type { CorrelationSet } from "./sources/correlation.ts";
import { historicalScenarios } from "./sources/historical.ts";
import { simulate, type MonteCarlo } from "./sources/monte-carlo.ts";
import type { SourcedScenario } from "./sources/scenario-set.ts";
import { stressScenarios } from "./sources/stress.ts";

const PATH = "tail.source";

/** What a tail is measured in: its correlation sets (the correlation-breakdown switch), or its one source. Nothing without a tail. */
export function tailSetNames({ tail }: Policy): readonly string[] {
  if (tail === undefined) return [];
  return tail.source.kind === "monteCarlo" ? tail.source.sets : [tail.source.kind];
}

/**
 * In the source's order. Correlation sets take turns: with M of them, scenario t is number ⌊t/M⌋ of set t mod M, so that circuits find a
 * set's scenarios whatever their number. Every set is measured by itself, at the policy's size, and the worst of the sets counts.
 *
 * @throws InvalidPolicy, see the sources; `tail.size` when a set has fewer scenarios than it
 */
export function tailScenarios(policy: Policy): readonly SourcedScenario[] {
  const { tail, nettingSets } = policy;
  if (tail === undefined) return [];
  const { source } = tail;
  const refuse = (path: string, message: string, hint: string): never => {
    throw new MarginProofError("InvalidPolicy", message, { path, hint });
  };
  const known = nettingSets.flatMap(({ underlyings }) => underlyings);
  if (source.kind !== "stress") {
    const missing = known.find((name) => !source.underlyings.includes(name));
    const twice = source.underlyings.findIndex((name, i) => source.underlyings.indexOf(name) !== i);
    if (twice >= 0)
      refuse(
        `${PATH}.underlyings[${twice}]`,
        `${source.underlyings[twice]} occurs twice`,
        "list each underlying once: one of its columns would count for nothing",
      );
    if (missing !== undefined)
      refuse(
        `${PATH}.underlyings`,
        `${missing} is in a netting set but has no scenarios`,
        `add ${missing} to the source, or its moves would not count`,
      );
  }
  if (source.kind === "monteCarlo") requireFactors(source, refuse);
  const scenarios =
    source.kind === "stress"
      ? stressScenarios(source.events, known, `${PATH}.events`)
      : source.kind === "historical"
        ? historicalScenarios(source, PATH)
        : inTurn(source.sets.map((set) => simulate(source, PATH, set)));
  const each = scenarios.length / tailSetNames(policy).length;
  if (tail.size > each)
    refuse(
      "tail.size",
      `${tail.size} of ${each} scenarios`,
      "a tail is a part of the scenarios of each set: lower the size, or add scenarios",
    );
  return scenarios;
}

/** The first of every list, then the second: the lists are of one length. */
const inTurn = <T>(lists: readonly (readonly T[])[]): T[] => (lists[0] ?? []).flatMap((_, i) => lists.map((list) => list[i]!));

/** Of every set. twin: the tail of `evaluateRules` */
export function tailRule({ tail }: Policy, scenarios: number): TailRule {
  if (tail === undefined || scenarios === 0) return { size: 1, flags: 0 };
  return tail.measure === "es" ? { size: tail.size, flags: 0 } : { size: 1, flags: tail.size - 1 };
}

/** One number per factor, every volatility that of an underlying. */
function requireFactors(
  { underlyings, volatility, volFactors, sets }: MonteCarlo & { readonly sets: readonly CorrelationSet[] },
  refuse: (path: string, message: string, hint: string) => never,
): void {
  if (volatility.length !== underlyings.length)
    refuse(`${PATH}.volatility`, `${volatility.length} volatilities for ${underlyings.length} underlyings`, "give one per underlying");
  if (volFactors === undefined) return;
  const path = `${PATH}.volFactors`;
  volFactors.underlyings.forEach((name, i) => {
    if (!underlyings.includes(name)) refuse(`${path}.underlyings[${i}]`, `${name} has no price among the factors`, "add it to the source's underlyings");
    if (volFactors.underlyings.indexOf(name) !== i) refuse(`${path}.underlyings[${i}]`, `${name} occurs twice`, "list each once");
  });
  if (volFactors.volOfVol.length !== volFactors.underlyings.length)
    refuse(`${path}.volOfVol`, `${volFactors.volOfVol.length} volatilities for ${volFactors.underlyings.length} names`, "give one per name");
  if (!sets.includes("medium"))
    refuse(`${PATH}.sets`, "the correlations as given are not among the sets", 'add "medium": a stressed link of price and volatility may be a relief');
}
