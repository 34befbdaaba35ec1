/** Stress events that a policy lists by name: what happened, or what might. */
import { MarginProofError } from "../../errors.ts";
import type { Factor } from "../../units.ts";
import type { SourcedScenario } from "./scenario-set.ts";

export interface StressEvent {
  /** Unique: "2020-03-12". */
  readonly id: string;
  readonly moves: Readonly<Record<string, Factor>>;
  /** For underlyings without a move of their own; null when every one must be listed. */
  readonly otherwise: Factor | null;
  readonly vols: Readonly<Record<string, Factor>>;
}

/**
 * The events as joint moves of `underlyings`.
 * @throws InvalidPolicy with `path[i]…` for a repeated id, an underlying nobody knows, or one without a move
 */
export function stressScenarios(events: readonly StressEvent[], underlyings: readonly string[], path: string): readonly SourcedScenario[] {
  const refuse = (at: string, message: string, hint: string): never => {
    throw new MarginProofError("InvalidPolicy", message, { path: at, hint });
  };
  const seen = new Set<string>();
  return events.map(({ id, moves, otherwise, vols }, i) => {
    if (seen.has(id)) refuse(`${path}[${i}].id`, `${id} occurs twice`, "give every event its own id");
    seen.add(id);
    for (const [part, named] of [
      ["moves", moves],
      ["vols", vols],
    ] as const) {
      for (const name of Object.keys(named)) {
        if (!underlyings.includes(name))
          refuse(`${path}[${i}].${part}.${name}`, `${name} is in no netting set`, "remove it, or correct the name");
      }
    }
    const all = underlyings.map((name): [string, Factor] => [
      name,
      (Object.hasOwn(moves, name) ? moves[name] : otherwise) ??
        refuse(`${path}[${i}].moves`, `${id} does not say how ${name} moves`, `add ${name}, or an "otherwise" for all that is not listed`),
    ]);
    return { id, moves: new Map(all), vols: new Map(Object.entries(vols)) };
  });
}
