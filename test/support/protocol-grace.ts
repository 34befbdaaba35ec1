/** How long accounts are spared, told from all that ever happened. The contracts keep no more of it than the latest span. */

/** A cause of a grace began, or was over: in the order in which either became known. */
export interface Turn {
  readonly isCause: boolean;
  readonly at: number;
}

export interface GraceTerms {
  readonly length: number;
  /** Seconds from the beginning of one grace to the earliest beginning of the next. */
  readonly window: number;
}

/** First and last second of the latest grace, however long ago it was. A cause begins one unless one began within the window before. */
export function latestGrace(turns: readonly Turn[], { length, window }: GraceTerms): { from: number; to: number } | undefined {
  const from = turns.reduce<number | undefined>((begun, { isCause, at }) => (isCause && (begun === undefined || at >= begun + window) ? at : begun), undefined);
  if (from === undefined) return undefined;
  // Cut short where its last cause was over; what is a cause after its time adds nothing to it.
  const lastCause = turns.findLastIndex(({ isCause, at }) => isCause && at < from + length);
  const over = turns.find(({ isCause }, i) => i > lastCause && !isCause);
  return { from, to: Math.min(from + length - 1, over?.at ?? Infinity) };
}
