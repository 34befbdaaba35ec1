/**
 * Runs long work that stops well when the process is asked to: at the first SIGINT or SIGTERM the signal aborts, and the work
 * finishes what it has in hand; a second one ends the process at once.
 */
export async function withStopSignal<T>(work: (signal: AbortSignal) => Promise<T>, onStop: () => void): Promise<T> {
  const controller = new AbortController();
  const names = ["SIGINT", "SIGTERM"] as const;
  const forget = () => names.forEach((name) => process.removeListener(name, first));
  const first = () => {
    forget();
    onStop();
    controller.abort();
  };
  names.forEach((name) => process.on(name, first));
  try {
    return await work(controller.signal);
  } finally {
    forget();
  }
}
