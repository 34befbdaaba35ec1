/** Shorts covered by longs of the same bottom node, as the circuit counts them. */
import type { InstrumentOpening } from "../commitment/instrument-tree.ts";
import type { Level } from "../units.ts";

/** A signed quantity of an opened instrument. */
export interface Pairable {
  readonly quantity: bigint;
  readonly opening: Pick<InstrumentOpening, "nodeIndex" | "entries">;
}

const RATE_BITS = 64n;
const magnitude = (quantity: bigint): bigint => (quantity < 0n ? -quantity : quantity);

/** What pairing in a node spares a short, per unit at 1e-8: the node's last entry, rateMM·2^64 + rateIM. */
export function pairRate({ opening }: Pick<Pairable, "opening">, level: Level): bigint {
  const rates = opening.entries.at(-1)!;
  return level === "MM" ? rates >> RATE_BITS : BigInt.asUintN(Number(RATE_BITS), rates);
}

/** How much of each position is paired: in every node as much long as short, the most there can be, taken in order. */
export function pairedMagnitudes(positions: readonly Pairable[]): bigint[] {
  const of = (node: number, isShort: boolean): bigint =>
    positions.reduce((sum, { quantity, opening }) => (opening.nodeIndex === node && quantity < 0n === isShort ? sum + magnitude(quantity) : sum), 0n);
  const left = new Map<string, bigint>();
  return positions.map(({ quantity, opening: { nodeIndex } }) => {
    const side = `${nodeIndex} ${quantity < 0n}`;
    const [long, short] = [of(nodeIndex, false), of(nodeIndex, true)];
    const room = left.get(side) ?? (long < short ? long : short);
    const taken = magnitude(quantity) < room ? magnitude(quantity) : room;
    left.set(side, room - taken);
    return taken;
  });
}

/** Σ over shorts of paired·rate, at 1e-16. twin: circuits PairCredit */
export function pairCredit(positions: readonly Pairable[], level: Level): bigint {
  const paired = pairedMagnitudes(positions);
  return positions.reduce((sum, position, i) => (position.quantity < 0n ? sum + paired[i]! * pairRate(position, level) : sum), 0n);
}
