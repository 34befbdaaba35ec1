import { shapeOf } from "../../prover/commitment/padded-rules.ts";
import { tierParameters } from "../../prover/proof/tiers.ts";

/** What a tier fixes of a snapshot. */
export function snapshotSizes(tier = "test") {
  const parameters = tierParameters(tier);
  return { treeParents: parameters.treeParents, shape: shapeOf(parameters) };
}
