/** The tail scenarios of a policy, from whichever source it names. */
import { MarginProofError } from "../errors.ts";
import type { TailRule } from "./margin-rules.ts";
import type { Policy } from "./policy.ts";
import { historicalScenarios } from "./sources/historical.ts";
import { simulate } from "./sources/monte-carlo.ts";
import type { SourcedScenario } from "./sources/scenario-set.ts";
import { stressScenarios } from "./sources/stress.ts";

const PATH = "tail.source";

/**
 * In the source's order. With several correlation sets (the correlation-breakdown switch) their scenarios stand one after the other under one
 * tail size: the mean of the worst of all of them is at least the mean of the worst of each.
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
  if (source.kind === "monteCarlo" && source.volatility.length !== source.underlyings.length) {
    refuse(
      `${PATH}.volatility`,
      `${source.volatility.length} volatilities for ${source.underlyings.length} underlyings`,
      "give one per underlying",
    );
  }
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
