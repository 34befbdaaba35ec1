import { setTimeout as delay } from "node:timers/promises";

/** Time as the keeper sees it, so that tests can bend it. */
export interface Clock {
  /** Unix seconds. */
  now(): number;
  /** Returns after so many seconds, or at once when `signal` aborts. */
  sleep(seconds: number, signal?: AbortSignal): Promise<void>;
}

/** The machine's. */
export const systemClock: Clock = {
  now: () => Math.floor(Date.now() / 1000),
  sleep: (seconds, signal) => delay(1000 * seconds, undefined, { signal }).catch(() => {}),
};
