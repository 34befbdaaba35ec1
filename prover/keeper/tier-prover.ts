import { silent, type Progress } from "../progress.ts";
import { loadArtifacts, type Artifacts } from "../proof/artifacts.ts";
import { proveMargin } from "../proof/prove-margin.ts";
import { tierFor } from "../proof/tier-fit.ts";
import type { ProverPort } from "./ports.ts";

export interface TierProverOptions {
  /** Left out: the smallest tier that takes the book. */
  readonly tier?: string | undefined;
  /** See `loadArtifacts`. */
  readonly directory?: string | undefined;
  readonly progress?: Progress;
}

/** Proves with the artefacts on this machine. A tier's key is read once, and another tier's takes its place. */
export function tierProver({ tier, directory, progress = silent }: TierProverOptions = {}): ProverPort {
  let loaded: Artifacts | null = null;
  return {
    prove: async (request) => {
      const wanted = tier ?? tierFor(request);
      if (loaded?.tier !== wanted) loaded = await loadArtifacts(wanted, { directory });
      return (await proveMargin(request, loaded, progress)).bundle;
    },
  };
}
