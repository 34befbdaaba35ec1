/** Shorts covered by longs of the same bottom node, as the circuit counts them. */
import type { InstrumentOpening } from "../commitment/instrument-tree.ts";
import { pairedMagnitudes } from "../risk/pairing.ts";
import type { Level } from "../units.ts";

/** A signed quantity of an opened instrument. */
export interface Pairable {
  readonly quantity: bigint;
  readonly opening: Pick<InstrumentOpening, "nodeIndex" | "entries">;
}

const RATE_BITS = 64n;

/** What pairing in a node spares a short, per unit at 1e-8: the node's last entry, rateMM·2^64 + rateIM. */
export function pairRate({ opening }: Pick<Pairable, "opening">, level: Level): bigint {
  const rates = opening.entries.at(-1)!;
  return level === "MM" ? rates >> RATE_BITS : BigInt.asUintN(Number(RATE_BITS), rates);
}

/** The most of each position that can be paired in its node. */
export function pairedInNodes(positions: readonly Pairable[]): readonly bigint[] {
  return pairedMagnitudes(positions.map(({ quantity, opening }) => ({ key: String(opening.nodeIndex), quantity })));
}

/** Σ over shorts of paired·rate, at 1e-16. twin: circuits PairCredit */
export function pairCredit(positions: readonly Pairable[], level: Level): bigint {
  const paired = pairedInNodes(positions);
  return positions.reduce((sum, position, i) => (position.quantity < 0n ? sum + paired[i]! * pairRate(position, level) : sum), 0n);
}
