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

/**
 * In the source's order. With several correlation sets (the correlation-breakdown switch) their scenarios stand one after the other under one
 * tail size. What is required is then at least the largest of what each set alone would require: the k-th worst loss of the whole list is at
 * least the k-th worst of any part of it, for every k, so their mean is as well, and so is each quantile counted from the worst. It may be
 * more, up to what the size means in all scenarios together (5 of 400 instead of 5 of 200). A larger size for the longer list would be no
 * bound: if all of the worst came from one set, the mean would reach further into that set than the measure does.
 *
 * @throws InvalidPolicy, see the sources; `tail.size` when there are fewer scenarios than it
 */
export function tailScenarios({ tail, nettingSets }: Policy): readonly SourcedScenario[] {
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
        : source.sets.flatMap((set) => simulate(source, PATH, set));
  if (tail.size > scenarios.length)
    refuse(
      "tail.size",
      `${tail.size} of ${scenarios.length} scenarios`,
      "a tail is a part of the scenarios: lower the size, or add scenarios",
    );
  return scenarios;
}

/** twin: the tail of `evaluateRules` */
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
