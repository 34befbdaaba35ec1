import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
import { tailClasses } from "../commitment/padded-rules.ts";
import { MarginProofError } from "../errors.ts";

/** Sizes of a circuit about margin; the only list of them is circuits/sizes.json. */
const MarginSizesSchema = z.strictObject({
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
  tailSets: z.int().min(0).max(4),
  exposures: z.int().min(0).max(24),
  tiers: z.int().min(0),
  correlations: z.int().min(1),
  sensitivities: z.int().min(0),
  cellValues: z.boolean(),
  floors: z.boolean(),
  pairing: z.boolean(),
}).refine(({ tails, tailSets }) => tails === 0 ? tailSets === 0 : tailSets > 0 && tailClasses({ tails, tailSets }) <= tails, {
  path: ["tailSets"], message: "tails have a set or more, and a scenario for each of their classes",
}).refine(({ exposures, sensitivities }) => sensitivities === 0 || exposures <= 16, {
  path: ["exposures"], message: "at most 16 where exposures are correlated",
});

/** Sizes of a circuit about the growth of account sets. */
const GrowthSizesSchema = z.strictObject({
  /** Accounts of the grown set, at most. */
  accounts: z.int().min(1).max(16),
});

/** Sizes, and what the circuit states: that the margin covers the requirement, or the complement: that it does not. */
export type TierParameters = z.infer<typeof MarginSizesSchema> & { readonly breach: boolean };
export type GrowthParameters = z.infer<typeof GrowthSizesSchema>;
export type AnyParameters = TierParameters | GrowthParameters;

/** What a tier's proofs state. twin: StatementKind of ITierTable.sol */
export const STATEMENT_KINDS = ["health", "breach", "account-set-growth"] as const;
export type StatementKind = (typeof STATEMENT_KINDS)[number];

const isGrowth = (parameters: AnyParameters): parameters is GrowthParameters => "accounts" in parameters;

/** What a circuit of these parameters states. */
export function statementKind(parameters: AnyParameters): StatementKind {
  if (isGrowth(parameters)) return "account-set-growth";
  return parameters.breach ? "breach" : "health";
}

/** A tier's twin of the same sizes, which states the complement. */
export const breachTier = (tier: string): string => `${tier}-breach`;

const LOCK = "circuits/artifacts.lock.json";
/** What of the lock says what a proof costs. */
const CostsSchema = z.record(z.string(), z.object({ parameters: z.record(z.string(), z.union([z.int(), z.boolean()])), constraints: z.int().min(1) }));

/** Undefined where it is not JSON: of no shape at all. */
function readLock(): unknown {
  const path = join(packageRoot(), LOCK);
  if (!existsSync(path)) throw new MarginProofError("ArtifactMissing", `${LOCK} is not there`, { path: LOCK, hint: "install the package again" });
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return undefined;
  }
}

/**
 * Constraints of every tier by name, as the committed lock has them: time and memory of a proof grow with them. A tier that is not in the
 * lock, or has other sizes there, has no count: nobody has published what it compiles to.
 *
 * @throws ArtifactMissing, ArtifactMismatch for a lock that is not there or not of the expected shape
 */
export function publishedConstraints(lock = readLock()): ReadonlyMap<string, number> {
  const parsed = CostsSchema.safeParse(lock);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw new MarginProofError("ArtifactMismatch", issue.message, { path: [LOCK, ...issue.path].join("."), hint: "restore the file" });
  }
  const isOfSizes = (tier: string, sizes: AnyParameters): boolean => Object.entries(sizes).every(([size, value]) => parsed.data[tier]?.parameters[size] === value);
  return new Map(Object.entries(allTiers()).filter(([tier, sizes]) => isOfSizes(tier, sizes)).map(([tier]) => [tier, parsed.data[tier]!.constraints]));
}

/** Files of one tier. */
export interface ArtifactPaths {
  readonly folder: string;
  /** Generated main. */
  readonly main: string;
  /** Generated points; a tier that commits to nothing has none. */
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

const SizesSchema = z.record(z.string().regex(/^[a-z][a-z0-9-]*$/), z.union([MarginSizesSchema, GrowthSizesSchema]));

/** Every tier by name, of every kind; one about margin has a twin that states a breach. @throws ArtifactMismatch when the table is not of the expected shape */
export function allTiers(): Readonly<Record<string, AnyParameters>> {
  const parsed = SizesSchema.safeParse(JSON.parse(readFileSync(join(packageRoot(), "circuits/sizes.json"), "utf8")));
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw new MarginProofError("ArtifactMismatch", issue.message, { path: ["circuits/sizes.json", ...issue.path].join("."), hint: "restore the file" });
  }
  return Object.fromEntries(Object.entries(parsed.data).flatMap(([tier, sizes]): [string, AnyParameters][] => "accounts" in sizes ? [[tier, sizes]] : [
    [tier, { ...sizes, breach: false }],
    [breachTier(tier), { ...sizes, breach: true }],
  ]));
}

/** Every tier about margin, health and breach, by name. @throws as `allTiers` */
export function readTiers(): Readonly<Record<string, TierParameters>> {
  return Object.fromEntries(Object.entries(allTiers()).filter((entry): entry is [string, TierParameters] => !isGrowth(entry[1])));
}

function lookUp<T>(tiers: Readonly<Record<string, T>>, tier: string, what: string): T {
  const parameters = Object.hasOwn(tiers, tier) ? tiers[tier] : undefined;
  if (parameters === undefined) throw new MarginProofError("ArtifactMissing", `there is no such tier${what}`, { path: tier, hint: `choose one of ${Object.keys(tiers).join(", ")}` });
  return parameters;
}

/** A tier of any kind. @throws ArtifactMissing for a name that is not in circuits/sizes.json */
export const anyParameters = (tier: string): AnyParameters => lookUp(allTiers(), tier, "");

/** A tier about margin. @throws ArtifactMissing for any other name */
export const tierParameters = (tier: string): TierParameters => lookUp(readTiers(), tier, " about margin");

/** A tier about the growth of account sets. @throws ArtifactMissing for any other name */
export function growthParameters(tier: string): GrowthParameters {
  const tiers = Object.entries(allTiers()).filter((entry): entry is [string, GrowthParameters] => isGrowth(entry[1]));
  return lookUp(Object.fromEntries(tiers), tier, " about the growth of account sets");
}

/** Where the files of a tier are, whether they exist or not. @throws ArtifactMissing for an unknown tier */
export function artifactPaths(tier: string, { directory }: ArtifactOptions = {}): ArtifactPaths {
  const name = isGrowth(anyParameters(tier)) ? "account-set-growth" : "margin-health";
  const folder = join(directory ?? process.env.MARGIN_HEALTH_ARTIFACTS ?? join(packageRoot(), "circuits/build"), tier);
  const file = (part: string) => join(folder, part);
  return {
    folder,
    main: file(`${name}.circom`),
    generators: file("generators.circom"),
    r1cs: file(`${name}.r1cs`),
    wasm: file(`${name}.wasm`),
    sym: file(`${name}.sym`),
    zkey: file(`${name}.zkey`),
    vkey: file("vkey.json"),
    lock: file("artifacts.json"),
  };
}
