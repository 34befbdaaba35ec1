/** How checks of a policy refuse: reading stops at the first refusal, whoever mends a policy wants them all. */
import { MarginProofError } from "../errors.ts";

/** Throws InvalidPolicy. */
export type Refuse = (path: string, message: string, hint: string) => never;
/** Refuses a name that is in no netting set. */
export type RequireKnown = (name: string, path: string) => void;

export const refuse: Refuse = (path, message, hint) => {
  throw new MarginProofError("InvalidPolicy", message, { path, hint });
};

/** Runs checks that do not depend on each other. */
export interface Checking {
  one(check: () => void): void;
  each<T>(items: readonly T[], check: (item: T, index: number) => void): void;
}

/** The first refusal ends it. */
export const strictly: Checking = {
  one: (check) => check(),
  each: (items, check) => items.forEach((item, i) => check(item, i)),
};

/** What is refused is added to `found`, and the next check runs. */
export function listing(found: MarginProofError[]): Checking {
  const one = (check: () => void): void => {
    try {
      check();
    } catch (error) {
      if (!(error instanceof MarginProofError)) throw error;
      found.push(error);
    }
  };
  return { one, each: (items, check) => items.forEach((item, i) => one(() => check(item, i))) };
}

/** Refuses the second of two equal keys of the list at `path`. */
export function repeats(keys: readonly string[], path: string, field: string, check: Checking): void {
  check.each(keys, (key, i) => {
    if (keys.indexOf(key) !== i) refuse(`${path}[${i}].${field}`, `${key} occurs twice`, "list each once");
  });
}
