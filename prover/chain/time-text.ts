/** Times as people read them, next to which the seconds of a chain say little. */

/** Last second that a date can be written for. */
export const LAST_DATE = 8_640_000_000_000;
const UNITS = [["d", 86_400], ["h", 3_600], ["min", 60], ["s", 1]] as const;

/** `2026-11-20T10:30:00Z` */
export const formatTime = (seconds: number): string => new Date(1000 * seconds).toISOString().replace(".000Z", "Z");

/** `6 d 23 h`: the two largest units, rounded down; `0 s` for none and for what is past. */
export function formatSpan(seconds: number): string {
  let rest = Math.max(0, Math.floor(seconds));
  const parts = UNITS.map(([unit, size]) => {
    const count = Math.floor(rest / size);
    rest -= count * size;
    return { count, text: `${count} ${unit}` };
  });
  const first = parts.findIndex(({ count }) => count > 0);
  return first < 0 ? "0 s" : parts.slice(first, first + 2).filter(({ count }) => count > 0).map(({ text }) => text).join(" ");
}

/** As `formatTime`; what lies beyond any date has no end. */
export const formatDate = (time: bigint): string => (time > BigInt(LAST_DATE) ? "no date that is set" : formatTime(Number(time)));

/** `2026-11-20T10:30:00Z, in 6 d 23 h` */
export const formatWait = (until: bigint, now: number): string => (until > BigInt(LAST_DATE) ? formatDate(until) : `${formatDate(until)}, in ${formatSpan(Number(until) - now)}`);
