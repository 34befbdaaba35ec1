/** Netting cells of a policy on a market: what offsets fully, scenario by scenario. */
import { MarginProofError } from "../errors.ts";
import { BITS, SCALE, type Factor } from "../units.ts";
import type { CellRule } from "./margin-rules.ts";
import type { Market } from "./market.ts";
import type { Policy } from "./policy.ts";
import { discountFactors } from "./static-discount.ts";

/** A netting cell; options in a discounted one enter by their value, everything else by its P&L. */
export interface PlannedCell {
  readonly id: string;
  readonly nettingSet: number;
  readonly underlyings: readonly string[];
  /** Null: everything of the underlyings that is in no expiry's cell. */
  readonly expiry: number | null;
  /** What of the expiry is in it: under a static discount, which is for option values, futures have a cell of their own. */
  readonly holds: "all" | "options" | "futures";
  readonly discount: { readonly gain: Factor; readonly drag: Factor } | null;
}

const ONE = SCALE.factor as Factor;

/** Without rules on classes or expiries a netting set is one cell: everything in it offsets fully anyway, and cells cost. */
export function plannedCells(market: Market, policy: Policy): PlannedCell[] {
  return policy.nettingSets.flatMap(({ id, underlyings }, nettingSet): PlannedCell[] => {
    const plain = { nettingSet, expiry: null, holds: "all" as const, discount: null };
    if (policy.cells === "underlying") {
      return policy.offsets === undefined && policy.deltaMinimum.length === 0
        ? [{ ...plain, id, underlyings }]
        : underlyings.map((name) => ({ ...plain, id: name, underlyings: [name] }));
    }
    return underlyings.flatMap((name): PlannedCell[] => {
      return [{ ...plain, id: name, underlyings: [name] }, ...expiryCells(name, nettingSet, market, policy)];
    });
  });
}

/** One cell per expiry that something of the underlying has, ascending. */
function expiryCells(name: string, nettingSet: number, market: Market, { staticDiscount }: Policy): PlannedCell[] {
  const priced = market.underlyings.find((underlying) => underlying.name === name)?.expiries ?? [];
  const futures = market.listings.flatMap(({ instrument }) =>
    instrument.kind === "future" && instrument.underlying === name ? [instrument.expiry] : [],
  );
  const all = [...new Set([...priced.map(({ expiry }) => expiry), ...futures])].sort((a, b) => a - b);
  return all.flatMap((time): PlannedCell[] => {
    const cell = { nettingSet, id: `${name} ${time}`, underlyings: [name], expiry: time, holds: "all" as const, discount: null };
    if (staticDiscount === undefined) return [cell];
    const expiry = priced.find((known) => known.expiry === time);
    const ofFutures = futures.includes(time) ? [{ ...cell, id: `${cell.id} futures`, holds: "futures" as const }] : [];
    if (expiry === undefined) return ofFutures;
    const discount = discountFactors(expiry, market.asOf, staticDiscount);
    requireDiscount(discount, cell.id);
    return [{ ...cell, holds: "options", discount }, ...ofFutures];
  });
}

/** The rule of a cell: its discount, or what its class may share. */
export function cellRule({ id, nettingSet, underlyings, discount }: PlannedCell, { offsets }: Policy): CellRule {
  const shared = offsets?.classes.find(({ underlying }) => underlying === underlyings[0]);
  const group = offsets?.groups.findIndex((candidate) => candidate.underlyings.includes(underlyings[0]!)) ?? -1;
  return { id, gain: discount?.gain ?? shared?.gain ?? ONE, drag: discount?.drag ?? ONE, group: Math.max(0, group), nettingSet };
}

/**
 * gain ≤ 1 ≤ drag: values in a scenario may only be counted lower; and drag has the width that circuits assume.
 * @throws InvalidPolicy
 */
function requireDiscount({ gain, drag }: { readonly gain: Factor; readonly drag: Factor }, where: string): void {
  const refuse = (message: string, hint: string): never => {
    throw new MarginProofError("InvalidPolicy", message, { path: "staticDiscount", hint });
  };
  if (gain < 0n || gain > ONE || drag < ONE) {
    refuse(
      `the static discount of ${where} raises values: it multiplies gains or lowers debts`,
      "long.base is at most 1 and short.base at least 1; they may have been swapped",
    );
  }
  if (drag >= 1n << BigInt(BITS.lossFactor))
    refuse(`the static discount of ${where} multiplies debts by more than 17.18`, "lower the rate, or the short side's terms");
}
