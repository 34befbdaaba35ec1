import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
import { MarginProofError } from "../errors.ts";

/** Sizes of one circuit; the only list of them is circuits/sizes.json. */
const TierParametersSchema = z.strictObject({
  /** Position slots, over all statements. */
  positions: z.int().min(1),
  /** Statements, at most. */
  venues: z.int().min(1),
  /** Parents of the instrument tree: 32 instruments each. */
  treeParents: z.int().min(1).max(24),
  // The shape of the margin program, see `RiskShape`
  cells: z.int().min(1).max(64),
  groups: z.int().min(0).max(16),
  nettingSets: z.int().min(1).max(16),
  scenarios: z.int().min(1),
  skews: z.int().min(0),
  bases: z.int().min(0),
  tails: z.int().min(0).max(4096),
  exposures: z.int().min(0).max(16),
  tiers: z.int().min(0),
  correlations: z.int().min(1),
  sensitivities: z.int().min(0),
  cellValues: z.boolean(),
  floors: z.boolean(),
  pairing: z.boolean(),
});

/** Sizes, and what the circuit states: that the margin covers the requirement, or the complement: that it does not. */
export type TierParameters = z.infer<typeof TierParametersSchema> & { readonly breach: boolean };

/** A tier's twin of the same sizes, which states the complement. */
export const breachTier = (tier: string): string => `${tier}-breach`;

/** Files of one tier. */
export interface ArtifactPaths {
  readonly folder: string;
  /** Generated main and generators. */
  readonly main: string;
  readonly generators: string;
  readonly r1cs: string;
  readonly wasm: string;
  readonly sym: string;
  readonly zkey: string;
  readonly vkey: string;
  /** Digests of the others. */
  readonly lock: string;
}

export interface ArtifactOptions {
  /** Folder with one subfolder per tier; else environment variable MARGIN_HEALTH_ARTIFACTS, else `circuits/build` of this package. */
  directory?: string | undefined;
}

/** The folder of this package, wherever it is installed and whether compiled or not. */
export function packageRoot(): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, "circuits/sizes.json"))) {
    if (dirname(folder) === folder) throw new MarginProofError("ArtifactMissing", "circuits/sizes.json is not there", { hint: "install the package again" });
    folder = dirname(folder);
  }
  return folder;
}

/** Every tier by name, and its twin that states a breach. @throws ArtifactMismatch when the table is not of the expected shape */
export function readTiers(): Readonly<Record<string, TierParameters>> {
  const parsed = z.record(z.string().regex(/^[a-z][a-z0-9-]*$/), TierParametersSchema).safeParse(JSON.parse(readFileSync(join(packageRoot(), "circuits/sizes.json"), "utf8")));
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw new MarginProofError("ArtifactMismatch", issue.message, { path: ["circuits/sizes.json", ...issue.path].join("."), hint: "restore the file" });
  }
  return Object.fromEntries(Object.entries(parsed.data).flatMap(([tier, sizes]): [string, TierParameters][] => [
    [tier, { ...sizes, breach: false }],
    [breachTier(tier), { ...sizes, breach: true }],
  ]));
}

/** @throws ArtifactMissing for a name that is not in circuits/sizes.json */
export function tierParameters(tier: string): TierParameters {
  const tiers = readTiers();
  const parameters = Object.hasOwn(tiers, tier) ? tiers[tier] : undefined;
  if (parameters === undefined) throw new MarginProofError("ArtifactMissing", "there is no such tier", { path: tier, hint: `choose one of ${Object.keys(tiers).join(", ")}` });
  return parameters;
}

/** Where the files of a tier are, whether they exist or not. @throws ArtifactMissing for an unknown tier */
export function artifactPaths(tier: string, { directory }: ArtifactOptions = {}): ArtifactPaths {
  tierParameters(tier);
  const folder = join(directory ?? process.env.MARGIN_HEALTH_ARTIFACTS ?? join(packageRoot(), "circuits/build"), tier);
  const file = (name: string) => join(folder, name);
  return {
    folder,
    main: file("margin-health.circom"),
    generators: file("generators.circom"),
    r1cs: file("margin-health.r1cs"),
    wasm: file("margin-health.wasm"),
    sym: file("margin-health.sym"),
    zkey: file("margin-health.zkey"),
    vkey: file("vkey.json"),
    lock: file("artifacts.json"),
  };
}
