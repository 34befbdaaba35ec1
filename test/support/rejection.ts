import { MarginProofError } from "../../prover/errors.ts";

/** The coded refusal a promise ends in. Anything but one is rethrown; none at all is an error. */
export async function rejection(promise: Promise<unknown>): Promise<MarginProofError> {
  const error = await promise.then(
    () => new Error("nothing was refused"),
    (reason: unknown) => reason,
  );
  if (error instanceof MarginProofError) return error;
  throw error;
}
