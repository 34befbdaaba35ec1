import { curves } from "snarkjs";
import type { Curve } from "ffjavascript";
import { MarginProofError } from "../errors.ts";

/** snarkjs's BN254 engine: one per process, with a thread per processor. */
interface Engine {
  /** Rejects when a thread ends before its time; snarkjs itself would wait for ever. */
  readonly failure: Promise<never>;
  /** Ends the threads, without which Node never exits. */
  end(): void;
}

interface Session {
  users: number;
  readonly engine: Promise<Engine>;
}

let current: Session | undefined;
let ended: Promise<void> = Promise.resolve();

/**
 * Runs `work` while snarkjs's threads are up. They start with the first user and end with the last, so that calls may overlap
 * and the process still exits. Wrap several calls in one `withCurve` to keep the threads between them.
 * @throws ProvingFailed when a thread dies; whatever `work` throws
 */
export async function withCurve<T>(work: () => Promise<T>): Promise<T> {
  const session = (current ??= { users: 0, engine: start() });
  // Counted before anything is awaited: nobody may end the session in between.
  session.users++;
  try {
    const { failure } = await session.engine;
    return await Promise.race([work(), failure]);
  } catch (error) {
    if (error instanceof ThreadLost) close(session);
    throw error;
  } finally {
    session.users--;
    if (session.users === 0) close(session);
  }
}

/** Takes no new users; those it has either finish before or fail with it. */
function close(session: Session): void {
  if (current === session) current = undefined;
  ended = session.engine.then((engine) => engine.end(), () => {});
}

async function start(): Promise<Engine> {
  await ended;
  // An engine that someone else started is used, but theirs to end.
  let running = (globalThis as { curve_bn128?: Curve | null }).curve_bn128 == null;
  const curve = await curves.getCurveFromName("bn128");
  const { promise: failure, reject } = Promise.withResolvers<never>();
  failure.catch(() => {});
  for (const worker of curve.tm.workers) {
    worker.addEventListener("error", (event) => reject(new ThreadLost(event)));
    worker.addEventListener("close", () => reject(new ThreadLost()));
  }
  return {
    failure,
    end: () => {
      if (running) void curve.terminate();
      running = false;
    },
  };
}

class ThreadLost extends MarginProofError {
  constructor(cause?: unknown) {
    super("ProvingFailed", "a thread of the prover ended early", { cause, hint: "most often memory ran out: free some and run it again" });
  }
}
