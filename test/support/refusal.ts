import { MarginProofError } from "../../prover/errors.ts";

/** The refusal an action ends in, without its prose. Anything but a coded refusal is rethrown; none at all is an error. */
export function refusal(action: () => unknown): { code: string; path: string | undefined } {
  try {
    action();
  } catch (error) {
    if (!(error instanceof MarginProofError)) throw error;
    return { code: error.code, path: error.path };
  }
  throw new Error("nothing was refused");
}
