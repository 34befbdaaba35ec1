/** What a deployment is to look like: `margin-deployment-plan/1`. */
import { z } from "zod";
import { MarginProofError } from "../../prover/errors.ts";
import { policyHash } from "../../prover/commitment/snapshot.ts";
import { DEFAULT_BREAKER, type SnapshotPlan } from "../../prover/chain/snapshot-terms.ts";
import { readPolicy } from "../../prover/import/shipped-policies.ts";
import { loadVerifyingArtifacts, type VerifyingArtifacts } from "../../prover/proof/artifacts.ts";
import { allTiers } from "../../prover/proof/tiers.ts";
import type { Policy } from "../../prover/risk/policy.ts";
import { nameField, readJson } from "../../prover/risk/schema.ts";
import { addressField, type Address } from "../../prover/statement/address.ts";
import { ASSURANCES, type Assurance } from "../../prover/statement/attester-registry.ts";
import type { Level } from "../../prover/units.ts";

export const PLAN_FORMAT = "margin-deployment-plan/1";

/** What a registry demands of proofs under one policy. */
export interface PolicyTerms {
  readonly policyHash: bigint;
  readonly level: Level;
  readonly minRatioBps: bigint;
  readonly minAssurance: Assurance;
  /** Seconds. */
  readonly maxStatementAge: number;
}

export interface DeploymentPlan extends SnapshotPlan {
  /** Holds every administrative role in the end; the account that deploys keeps none, unless it is the same. */
  readonly admin: string;
  /** One verification key per tier; a key serves one kind of statement. */
  readonly tiers: readonly VerifyingArtifacts[];
  /** Seconds from a tier's announcement to its first use, the first tiers included: a day or more on networks that are not local. */
  readonly tierActivationDelay: number;
  /** Seconds of notice before a tier ends, likewise. */
  readonly tierNoticePeriod: number;
  /** Seconds for which a superseded attester root may be used. */
  readonly attesterGrace: number;
  /** Seconds of notice before an attester root after the first counts: a day by default, or more on networks that are not local. */
  readonly attesterNotice?: number | undefined;
  /** A token whose unit is worth one of the quote; `demo` deploys one of no worth, on local networks only. */
  readonly collateralToken: Address | "demo";
  readonly policies: readonly PolicyTerms[];
}

const seconds = z.int().min(0).max(2 ** 32 - 1);
const bps = z.int().min(1).max(9_999);
const breakerSchema = z.strictObject({
  moveBps: bps.default(DEFAULT_BREAKER.moveBps),
  calmEpochs: z.int().min(1).max(65_535).default(DEFAULT_BREAKER.calmEpochs),
  calmPeriod: seconds.default(DEFAULT_BREAKER.calmPeriod),
  grace: seconds.default(DEFAULT_BREAKER.grace),
  graceWindow: seconds.default(DEFAULT_BREAKER.graceWindow),
  bounds: z.record(nameField(), bps).default({}),
}).refine(({ grace, graceWindow }) => grace < graceWindow, { path: ["grace"], error: "a grace is shorter than its window" });
const schema = z.strictObject({
  format: z.literal(PLAN_FORMAT),
  admin: addressField(),
  tiers: z.array(z.string()).min(1, "name at least one tier"),
  tierActivationDelay: seconds,
  tierNoticePeriod: seconds,
  guardian: addressField().optional(),
  rotationDelay: seconds.optional(),
  breaker: breakerSchema.prefault({}),
  publishers: z.array(addressField()).min(1),
  quorum: z.int().min(1),
  maxSnapshotAge: seconds,
  historyWindow: z.int().min(0).max(1_000),
  attesterGrace: seconds,
  attesterNotice: seconds.optional(),
  collateralToken: z.union([z.literal("demo"), addressField()]),
  policies: z.array(z.strictObject({
    policy: z.string(),
    level: z.enum(["MM", "IM"]),
    minRatioBps: z.int().min(10_000).max(2 ** 20 - 1),
    minAssurance: z.enum(ASSURANCES),
    maxStatementAge: seconds.min(1),
  })).min(1, "name at least one policy"),
});

/**
 * Reads a plan; keys come from the artefacts' folder, each compared with its digest.
 * @param policyFile reads a policy that does not come with the package
 * @throws InvalidSchema, OutOfRange with the place in the plan; ArtifactMissing, ArtifactMismatch, UnsafeKey
 */
export async function parsePlan(json: unknown, policyFile: (path: string) => Policy): Promise<DeploymentPlan> {
  const plan = readJson(schema, json);
  if (plan.quorum > plan.publishers.length || 2 * plan.quorum <= plan.publishers.length) {
    throw new MarginProofError("OutOfRange", `${plan.quorum} of ${plan.publishers.length} publishers`, { path: "quorum", hint: "a quorum is more than half of the publishers" });
  }
  const tiers = await Promise.all(plan.tiers.map((tier, t) => {
    if (!Object.hasOwn(allTiers(), tier)) {
      throw new MarginProofError("InvalidSchema", `no tier is called ${tier}`, { path: `tiers[${t}]`, hint: `choose among ${Object.keys(allTiers()).join(", ")}` });
    }
    return loadVerifyingArtifacts(tier);
  }));
  const policies = plan.policies.map(({ policy, minRatioBps, ...terms }) => ({
    ...terms, minRatioBps: BigInt(minRatioBps), policyHash: policyHash(readPolicy(policy) ?? policyFile(policy)),
  }));
  return { ...plan, tiers, policies };
}
