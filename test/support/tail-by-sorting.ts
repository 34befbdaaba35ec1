/** Tail measures as a textbook has them: sort each set, average the worst that are not left out, round up, and take the worst of the sets. */
import type { TailRule } from "../../prover/risk/margin-rules.ts";

/** Of P&L, set by set; nothing below 0 is required. */
export function measureBySorting(sets: readonly (readonly bigint[])[], { size, flags }: TailRule): bigint {
  return sets.map((pnl) => ofSet(pnl, size, flags)).reduce((most, next) => (next > most ? next : most), 0n);
}

function ofSet(pnl: readonly bigint[], size: number, flags: number): bigint {
  const losses = pnl.map((each) => -each).sort((a, b) => (a > b ? -1 : a < b ? 1 : 0)).slice(flags, flags + size);
  const total = losses.reduce((sum, loss) => sum + loss, 0n);
  return total > 0n ? (total + BigInt(size) - 1n) / BigInt(size) : 0n;
}
