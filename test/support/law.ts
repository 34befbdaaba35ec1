import fc from "fast-check";
import { it } from "vitest";

/** A test that is a property over generated inputs. The seed is fixed so that a failure repeats; fast-check prints it. */
export function law<T>(title: string, property: fc.IRawProperty<T, boolean>, numRuns = 300): void {
  it(title, () => fc.assert(property, { seed: 20_260_801, numRuns }));
}
