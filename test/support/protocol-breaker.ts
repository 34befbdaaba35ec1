/** What a policy's circuit breaker should do, told from the causes it was given. */
import { DEFAULT_BREAKER } from "../../prover/chain/snapshot-terms.ts";

const { moveBps, calmEpochs, calmPeriod, grace, graceWindow } = DEFAULT_BREAKER;

export interface Spot {
  readonly asset: bigint;
  readonly price: bigint;
}

export interface BreakerModel {
  isTripped: boolean;
  /** First second of every cause, in the order in which they became known. */
  readonly causes: number[];
  /** When the latest of them became known. */
  latestAt: number;
  /** Publications without a new cause since then. */
  calm: number;
  readonly spots: Map<bigint, bigint>;
}

export const newBreaker = (): BreakerModel => ({ isTripped: false, causes: [], latestAt: 0, calm: 0, spots: new Map() });

/** First second of the last grace: a cause begins one unless it comes within the window of one before. */
function graceBeginning(causes: readonly number[]): number | undefined {
  return causes.reduce<number | undefined>((begun, cause) => (begun === undefined || cause >= begun + graceWindow ? cause : begun), undefined);
}

/** The causes with staleness among them, if the last snapshot has expired. */
const causesAt = ({ causes }: BreakerModel, expiry: number | undefined, time: number): readonly number[] => (expiry !== undefined && time > expiry ? [...causes, expiry + 1] : causes);

/** Whether new credit is open and until when accounts are spared, zero for no grace. */
export function standing(breaker: BreakerModel, expiry: number | undefined, time: number): { opens: boolean; graceUntil: number } {
  const isStale = expiry === undefined || time > expiry;
  const begun = graceBeginning(causesAt(breaker, expiry, time));
  const isTripped = breaker.isTripped || (isStale && expiry !== undefined);
  return { opens: !breaker.isTripped && !isStale, graceUntil: isTripped && begun !== undefined ? begun + grace - 1 : 0 };
}

/** A cause that becomes known now. */
export function trip(breaker: BreakerModel, expiry: number | undefined, since: number, time: number): void {
  breaker.causes.splice(0, breaker.causes.length, ...causesAt(breaker, expiry, time), since);
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
  if (breaker.calm >= calmEpochs && time >= breaker.latestAt + calmPeriod) rearm(breaker);
}

/** Why the guardian cannot arm it again before its time. */
export const rearmRefusal = ({ isTripped, calm }: BreakerModel, expiry: number | undefined, time: number): string | undefined =>
  !isTripped || calm === 0 || expiry === undefined || time > expiry ? "NotCalm" : undefined;

export function rearm(breaker: BreakerModel): void {
  Object.assign(breaker, { isTripped: false, calm: 0 } satisfies Partial<BreakerModel>);
}
