/** Shorts that longs of the same netting key cover. */

/** A signed quantity, with what it may be paired by; null for what pairs with nothing. */
export interface Pairable {
  readonly key: string | null;
  readonly quantity: bigint;
}

/** How much of each is paired: per key as much long as short, the most there can be, taken in order. */
export function pairedMagnitudes(items: readonly Pairable[]): readonly bigint[] {
  const left = new Map<string, { long: bigint; short: bigint }>();
  for (const { key, quantity } of items) {
    if (key === null) continue;
    const sums = left.get(key) ?? { long: 0n, short: 0n };
    sums[sideOf(quantity)] += magnitude(quantity);
    left.set(key, sums);
  }
  for (const sums of left.values()) sums.long = sums.short = least(sums.long, sums.short);
  return items.map(({ key, quantity }) => {
    const sums = key === null ? undefined : left.get(key);
    if (sums === undefined) return 0n;
    const taken = least(magnitude(quantity), sums[sideOf(quantity)]);
    sums[sideOf(quantity)] -= taken;
    return taken;
  });
}

const sideOf = (quantity: bigint): "long" | "short" => (quantity < 0n ? "short" : "long");
const magnitude = (quantity: bigint): bigint => (quantity < 0n ? -quantity : quantity);
const least = (a: bigint, b: bigint): bigint => (a < b ? a : b);
