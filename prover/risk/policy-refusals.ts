/** How checks of a policy refuse. */

/** Throws InvalidPolicy. */
export type Refuse = (path: string, message: string, hint: string) => never;
/** Refuses a name that is in no netting set. */
export type RequireKnown = (name: string, path: string) => void;

/** Refuses the second of two equal keys of the list at `path`. */
export function repeats(keys: readonly string[], path: string, field: string, refuse: Refuse): void {
  keys.forEach((key, i) => {
    if (keys.indexOf(key) !== i) refuse(`${path}[${i}].${field}`, `${key} occurs twice`, "list each once");
  });
}
