/** What exposures, spreads and credits of a policy must say about its other parts. */
import type { Policy } from "./policy.ts";
import { refuse, repeats, type Checking, type RequireKnown } from "./policy-refusals.ts";
import { factorText } from "./schema.ts";
import { scanRange } from "./spread-credit.ts";

export function checkExposures(
  { exposures, spreads, rollShock, nettingSets, haircuts }: Policy,
  requireKnown: RequireKnown,
  check: Checking,
): void {
  repeats(
    exposures.map(({ id }) => id),
    "exposures",
    "id",
    check,
  );
  check.each(exposures, ({ underlyings, measure, nettingSet }, k) => {
    const byAsset = measure === "value" || measure === "notional";
    const isAsset = (name: string): boolean => byAsset && haircuts.some(({ asset }) => asset === name);
    check.each(underlyings, (name, i) => (isAsset(name) ? undefined : requireKnown(name, `exposures[${k}].underlyings[${i}]`)));
    if (nettingSet !== null && !nettingSets.some(({ id }) => id === nettingSet))
      refuse(`exposures[${k}].nettingSet`, `there is no netting set ${nettingSet}`, "correct the name");
  });
  check.each(spreads, ({ underlying, expiries }, k) => {
    requireKnown(underlying, `spreads[${k}].underlying`);
    if (expiries !== "all" && new Set(expiries).size !== expiries.length)
      refuse(`spreads[${k}].expiries`, "an expiry occurs twice", "list each once");
  });
  repeats(
    rollShock.map(({ underlying }) => underlying),
    "rollShock",
    "underlying",
    check,
  );
  check.each(rollShock, ({ underlying }, k) => requireKnown(underlying, `rollShock[${k}].underlying`));
}

/**
 * A delta is credited once: what already nets in its own set earns nothing more, and no two spreads share a leg. Which of two spreads takes a
 * shared leg first depends on what the first leaves, which is not a sum of sizes: such priorities are refused, not approximated.
 */
export function checkSpreadCredits(
  { spreadCredits, nettingSets, scenarios, aggregation }: Policy,
  requireKnown: RequireKnown,
  check: Checking,
): void {
  if (spreadCredits.length === 0) return;
  check.one(() => {
    if (aggregation !== undefined)
      refuse("spreadCredits", "netting sets are correlated already", 'a hedge is credited once: remove "aggregation", or the credits');
  });
  const taken = new Set<string>();
  check.each(spreadCredits, ({ legs }, c) =>
    check.each(legs, ({ underlying }, i) => {
      const path = `spreadCredits[${c}].legs[${i}].underlying`;
      requireKnown(underlying, path);
      if (taken.has(underlying))
        refuse(path, `${underlying} is a leg already`, "give each underlying one spread: deltas are credited once");
      taken.add(underlying);
      const own = nettingSets.find(({ underlyings }) => underlyings.includes(underlying))!;
      if (own.underlyings.length > 1)
        refuse(
          path,
          `${underlying} nets with ${own.underlyings.filter((other) => other !== underlying).join(", ")} already`,
          "give it a netting set of its own",
        );
      if (scanRange(scenarios, underlying) === 0n)
        refuse(
          path,
          `no scenarios move ${underlying} both ways`,
          "a credit is a share of what a leg loses: add the scenarios, or remove the credit",
        );
    }),
  );
}

export function checkDeltaMinimum({ deltaMinimum, cells, basis }: Policy, requireKnown: RequireKnown, check: Checking): void {
  if (deltaMinimum.length === 0) return;
  check.one(() => {
    if (cells !== "underlying") refuse("deltaMinimum", "deltas net over all expiries, but cells are expiries", 'set "cells" to "underlying"');
  });
  check.one(() => {
    if (basis !== undefined) refuse("deltaMinimum", "the policy has basis moves, whose place it takes", "keep one of them");
  });
  repeats(
    deltaMinimum.map(({ underlying }) => underlying),
    "deltaMinimum",
    "underlying",
    check,
  );
  check.each(deltaMinimum, ({ underlying, unhedged, hedged }, k) => {
    requireKnown(underlying, `deltaMinimum[${k}].underlying`);
    if (hedged > 2n * unhedged)
      refuse(
        `deltaMinimum[${k}].hedged`,
        `${factorText(hedged)} is more than twice ${factorText(unhedged)}`,
        "a pair of opposite deltas must not cost more than both apart: lower hedged",
      );
  });
}
