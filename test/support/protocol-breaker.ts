/** What a policy's circuit breaker should do, told from the causes it was given. */
import { DEFAULT_BREAKER } from "../../prover/chain/snapshot-terms.ts";
import { latestGrace, type Turn } from "./protocol-grace.ts";

const { moveBps, calmEpochs, calmPeriod, grace, graceWindow } = DEFAULT_BREAKER;

export interface Spot {
  readonly asset: bigint;
  readonly price: bigint;
}

export interface BreakerModel {
  isTripped: boolean;
  /** Every cause by its first second, and every time it was armed again. */
  readonly turns: Turn[];
  /** When the latest cause became known. */
  latestAt: number;
  /** Publications without a new cause since then. */
  calm: number;
  readonly spots: Map<bigint, bigint>;
}

export const newBreaker = (): BreakerModel => ({ isTripped: false, turns: [], latestAt: 0, calm: 0, spots: new Map() });

/** With staleness among them, if the last snapshot has expired. */
const turnsAt = ({ turns }: BreakerModel, expiry: number | undefined, time: number): readonly Turn[] =>
  expiry !== undefined && time > expiry ? [...turns, { isCause: true, at: expiry + 1 }] : turns;

/** Whether new credit is open, and the last second of the latest grace: zero if there never was one, past or not. */
export function standing(breaker: BreakerModel, expiry: number | undefined, time: number): { opens: boolean; graceUntil: number } {
  const isStale = expiry === undefined || time > expiry;
  const latest = latestGrace(turnsAt(breaker, expiry, time), { length: grace, window: graceWindow });
  return { opens: !breaker.isTripped && !isStale, graceUntil: latest?.to ?? 0 };
}

/** A cause that becomes known now. */
export function trip(breaker: BreakerModel, expiry: number | undefined, since: number, time: number): void {
  breaker.turns.splice(0, breaker.turns.length, ...turnsAt(breaker, expiry, time), { isCause: true, at: since });
  Object.assign(breaker, { isTripped: true, latestAt: time, calm: 0 } satisfies Partial<BreakerModel>);
}

const hasMoved = (before: bigint | undefined, price: bigint): boolean => {
  if (before === undefined) return false;
  const [low, high] = before < price ? [before, price] : [price, before];
  return (high - low) * 10_000n > low * BigInt(moveBps);
};

/** A publication accepted at a time, `expiry` being that of the one before. */
export function observe(breaker: BreakerModel, expiry: number | undefined, spots: readonly Spot[], time: number): void {
  if (expiry !== undefined && time > expiry) trip(breaker, undefined, expiry + 1, time);
  const moved = spots.filter(({ asset, price }) => hasMoved(breaker.spots.get(asset), price));
  for (const { asset, price } of spots) breaker.spots.set(asset, price);
  if (moved.length > 0) return trip(breaker, undefined, time, time);
  if (!breaker.isTripped) return;
  breaker.calm += 1;
  if (breaker.calm >= calmEpochs && time >= breaker.latestAt + calmPeriod) rearm(breaker, time);
}

/** Why the guardian cannot arm it again before its time. */
export const rearmRefusal = ({ isTripped, calm }: BreakerModel, expiry: number | undefined, time: number): string | undefined =>
  !isTripped || calm === 0 || expiry === undefined || time > expiry ? "NotCalm" : undefined;

/** What grace still ran ends with this second. */
export function rearm(breaker: BreakerModel, time: number): void {
  breaker.turns.push({ isCause: false, at: time });
  Object.assign(breaker, { isTripped: false, calm: 0 } satisfies Partial<BreakerModel>);
}
