/** What a policy charges at either level, line by line, as a risk officer reads it. */
import { formatDecimal } from "../numeric/decimal.ts";
import { DECIMALS, SCALE, type Factor, type Price, type Value } from "../units.ts";
import { percentText } from "./amount-table.ts";
import type { PerLevel, Policy } from "./policy.ts";
import { factorText } from "./schema.ts";

/** A charge: its name, what it is a share of, and both levels. */
export type ChargeLine = readonly [name: string, of: string, MM: string, IM: string];

const NONE = "–";

/** An amount of the quote, exact and grouped. */
export const exactAmount = (value: Value): string => formatDecimal(value, DECIMALS.value, { trim: true, group: true });
const exactPrice = (price: Price): string => exactAmount((price * (SCALE.value / SCALE.price)) as Value);

/** Every charge that is not 0 at both levels, in the order in which a requirement adds them up. */
export function chargeLines(policy: Policy): readonly ChargeLine[] {
  const { charges, optionNaked, minimums, confidence, depeg, lossFactor } = policy;
  const share = (name: string, of: string, { MM, IM }: PerLevel): ChargeLine => [name, of, percentText(MM), percentText(IM)];
  const some = (name: string, of: string, level: PerLevel | undefined): ChargeLine[] =>
    level === undefined || (level.MM === 0n && level.IM === 0n) ? [] : [share(name, of, level)];
  return [
    ["loss factor", "stress", factorText(lossFactor.MM), factorText(lossFactor.IM)],
    ...(depeg === undefined ? [] : [[`${depeg.asset} below ${factorText(depeg.threshold)}`, "what is missing, onto the loss factor", NONE, `${factorText(depeg.factor)} times`] as const]),
    ...some("perpetuals", "notional", charges.perpetual),
    ...some("futures", "notional", charges.future),
    ...some("options sold", "spot notional", charges.optionShort),
    ...some("options sold and not covered", "spot notional", optionNaked),
    ...(confidence === undefined ? [] : [[`feeds with confidence c below ${factorText(confidence.threshold)}`, "notional, times 1 − c", NONE, percentText(confidence.margin)] as const]),
    ...policy.haircuts.map(({ asset, rate }) => share(`haircut ${asset}`, "value", rate)),
    ...tierLines(policy),
    ...policy.spreads.map(({ underlying, expiries, rate }) => share(`${underlying} expiries against each other`, expiries === "all" ? "delta that offsets" : `delta that offsets, of ${expiries.map(dayOf).join(", ")}`, rate)),
    ...policy.rollShock.map(({ underlying, annualMove, minMove }): ChargeLine => {
      const rate = `${percentText(annualMove)} a year, at least ${percentText(minMove)}`;
      return [`${underlying} curve rolls`, "net delta of each expiry", rate, rate];
    }),
    ...(minimums === undefined || minimums.perContract === 0n ? [] : [["at least, per contract", "", exactPrice(minimums.perContract), exactPrice(minimums.perContract)] as const]),
    ...(minimums === undefined || minimums.perUnit === 0n ? [] : [["at least, per unit of the underlying", "", exactPrice(minimums.perUnit), exactPrice(minimums.perUnit)] as const]),
    ...(minimums === undefined ? [] : some("at least, per option sold", "spot notional", { MM: minimums.optionShort, IM: minimums.optionShort })),
  ];
}

function tierLines({ exposures }: Policy): ChargeLine[] {
  return exposures.flatMap(({ id, measure, nettingSet, tiers }) =>
    tiers.map(({ above, rate }, j): ChargeLine => {
      const end = tiers[j + 1];
      const part = `${measure} ${above === 0n ? "" : `above ${exactPrice(above)}`}${end === undefined ? "" : `${above === 0n ? "" : " "}up to ${exactPrice(end.above)}`}`.trim();
      return [`${id}${nettingSet === null ? "" : ` in the loss of ${nettingSet}`}`, part, percentText(rate.MM), percentText(rate.IM)];
    }),
  );
}

/** ` + 0.12` or ` − 0.1`, after another term. */
export const addedText = (term: Factor): string => (term < 0n ? ` − ${factorText(-term as Factor)}` : ` + ${factorText(term)}`);
/** `2026-12-25` */
export const dayOf = (time: number): string => new Date(1000 * time).toISOString().slice(0, 10);
