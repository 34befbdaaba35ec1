/** Bundles of all kinds of statements, told apart by what they say they are. */
import { parseBundle, type ProofBundle } from "./bundle.ts";
import { GROWTH_FORMAT, parseGrowthBundle, type GrowthBundle } from "./growth-bundle.ts";
import { growthSignals } from "./growth-signals.ts";
import { orderedSignals } from "./public-signals.ts";

export type AnyBundle = ProofBundle | GrowthBundle;

/** Whether it is about the growth of an account set, not about margin. */
export const isGrowthBundle = (bundle: AnyBundle): bundle is GrowthBundle => !("snapshot" in bundle);

/** A bundle by its format. @throws as `parseBundle`, `parseGrowthBundle` */
export function parseAnyBundle(json: unknown): AnyBundle {
  const isGrowth = typeof json === "object" && json !== null && (json as Readonly<Record<string, unknown>>)["format"] === GROWTH_FORMAT;
  return isGrowth ? parseGrowthBundle(json) : parseBundle(json);
}

/** The public signals in the order of the tier's key. */
export function orderedBundleSignals(bundle: AnyBundle): string[] {
  return isGrowthBundle(bundle) ? growthSignals.ordered(bundle.publicSignals) : orderedSignals(bundle.publicSignals);
}
