/** What a policy does besides scenarios and charges, a sentence a rule. */
import { moveText, percentText } from "./amount-table.ts";
import { addedText, dayOf, exactAmount } from "./policy-charges.ts";
import type { Policy } from "./policy.ts";
import { factorText } from "./schema.ts";

/** Name and sentence. */
export type RuleLine = readonly [rule: string, says: string];

/** Of every rule that the policy has, in the order of the requirement. */
export function ruleLines(policy: Policy): readonly RuleLine[] {
  return [...nettingLines(policy), ...optionLines(policy), ...curveLines(policy), ...otherLines(policy)];
}

function nettingLines({ nettingSets, cells, offsets, aggregation }: Policy): RuleLine[] {
  return [
    ...nettingSets.map(({ id, underlyings }): RuleLine => [`netting set ${id}`, `${underlyings.join(", ")}${cells === "expiry" ? ", expiry by expiry" : ""}`]),
    ...(offsets?.classes ?? []).map(({ underlying, gain }): RuleLine => [`class ${underlying}`, `${percentText(gain)} of its gains count`]),
    ...(offsets?.groups ?? []).map(({ id, underlyings, gain, cap }): RuleLine => [
      `group ${id}`,
      `${percentText(gain)} of the gains of ${underlyings.join(", ")} count for others${cap === null ? "" : `, at most ${exactAmount(cap)}`}`,
    ]),
    ...(aggregation === undefined ? [] : [["netting sets together", `root of correlated losses, the largest of ${aggregation.sets.join(", ")}`] as const]),
  ];
}

function optionLines({ staticDiscount, skew, basis, settlementWindowSeconds, optionNaked }: Policy): RuleLine[] {
  const side = (base: string, { rateMultiplier, rateAdd }: NonNullable<Policy["staticDiscount"]>["long"], sign: string): string =>
    `${base}·e^(${sign}τ·(${factorText(rateMultiplier)}·rate${addedText(rateAdd)}))`;
  return [
    ...(staticDiscount === undefined
      ? []
      : [["static discount", `values count at ${side(factorText(staticDiscount.long.base), staticDiscount.long, "−")}, debts at ${side(factorText(staticDiscount.short.base), staticDiscount.short, "")}`] as const]),
    ...(skew === undefined
      ? []
      : ([
          ["skew rotated", `by at most ${factorText(skew.linear.cap)}${addedText(skew.linear.base)}·√τ of volatility; the worse sign in every cell`],
          ["smile steepened", `by at most ${factorText(skew.absolute.cap)}${addedText(skew.absolute.base)}·√τ of volatility; the worse sign in every cell`],
          ["", `at ln(strike/forward) = √τ·${factorText(skew.widthScale)}·(${factorText(skew.volStatic)}${addedText(skew.volScale)}·√τ), at least ${factorText(skew.minWidth)}, and beyond`],
        ] as const)),
    ...(basis === undefined
      ? []
      : [["forwards against spot", `${moveText(basis.up)} or ${moveText(basis.down)} in each expiry, whichever is worse, counted at ${factorText(basis.add)} + ${factorText(basis.perYear)}·τ`] as const]),
    ...(settlementWindowSeconds === 0 ? [] : [["settlement", `over the last ${settlementWindowSeconds} s before expiry`] as const]),
    ...(optionNaked === undefined ? [] : [["covered options", "those bought at the same expiry, strike and multiplier cover those sold"] as const]),
  ];
}

function curveLines({ deltaMinimum, spreadCredits }: Policy): RuleLine[] {
  return [
    ...deltaMinimum.map(({ underlying, unhedged, hedged }): RuleLine => [`least loss ${underlying}`, `${percentText(unhedged)} of the net delta and ${percentText(hedged)} of the hedged one`]),
    ...spreadCredits.map(({ legs, rate }): RuleLine => [
      "spread credit",
      `${percentText(rate)} of what both legs lose at the end of the scan: ${legs.map(({ underlying, ratio }) => `${factorText(ratio)} ${underlying}`).join(" against ")}`,
    ]),
  ];
}

function otherLines({ sensitivities, tracking, exposures }: Policy): RuleLine[] {
  const within = (expiries: readonly number[] | null): string => (expiries === null ? "" : `, expiries ${expiries.map(dayOf).join(", ")}`);
  return [
    ...(sensitivities?.factors ?? []).flatMap(({ id, measure, underlyings, expiries, riskWeight, concentration }): RuleLine[] => [
      [`sensitivity ${id}`, `${percentText(riskWeight)} of the ${measure} of ${underlyings.join(", ")}${within(expiries)}`],
      ...(concentration === undefined
        ? []
        : [[`concentration ${id}`, `√(size/${exactAmount(concentration.threshold)}) times beyond it, exactly at ${concentration.corners.map(exactAmount).join("; ")}, and no more than the last`] as const]),
    ]),
    ...(sensitivities === undefined ? [] : [["sensitivities together", `root of the correlated sum, the largest of ${sensitivities.sets.join(", ")}, beside the loss of the scenarios${sensitivities.fading ? "; correlations fade between factors that are concentrated differently" : ""}`] as const]),
    ...tracking.map(({ asset, underlying }): RuleLine => [`${asset} moves with ${underlying}`, "at its own price and haircut"]),
    ...exposures.map(({ id, measure, underlyings, expiries, kinds, limit }): RuleLine => {
      const of = `${measure} of ${underlyings.join(", ")}${kinds === null ? "" : `, only ${kinds.join(", ")}`}${within(expiries)}`;
      return [`exposure ${id}`, limit === null ? of : `${of}; within ±${exactAmount(limit)}`];
    }),
  ];
}
