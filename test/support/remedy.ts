import { MarginProofError } from "../../prover/errors.ts";

/** The refusal an action ends in, with what it tells the user to do. */
export function remedy(action: () => unknown): { code: string; path: string | undefined; hint: string | undefined; reason: string } {
  try {
    action();
  } catch (error) {
    if (!(error instanceof MarginProofError)) throw error;
    return { code: error.code, path: error.path, hint: error.hint, reason: error.reason };
  }
  throw new Error("nothing was refused");
}
