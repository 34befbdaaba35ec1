import type { Contract, Signer } from "ethers";
import { MarginProofError } from "../errors.ts";
import type { VerifyingArtifacts } from "../proof/artifacts.ts";
import { levelBit } from "../proof/claim.ts";
import { STATEMENT_KINDS, statementKind } from "../proof/tiers.ts";
import { assuranceLevel } from "../statement/attester-registry.ts";
import type { Assurance } from "../statement/attester-registry.ts";
import type { Level } from "../units.ts";
import { policyId, solidityKey, tierId } from "./calldata.ts";
import { contractAt, deploy, send } from "./contracts.ts";

/** What a registry demands of proofs under one policy. */
export interface PolicyTerms {
  readonly policyHash: bigint;
  readonly level: Level;
  readonly minRatioBps: bigint;
  readonly minAssurance: Assurance;
  /** Seconds. */
  readonly maxStatementAge: number;
}

export interface DeploymentPlan {
  /** Holds every administrative role. */
  readonly admin: Signer;
  /** One verification key per tier; a tier of breaches serves breach proofs alone. */
  readonly tiers: readonly VerifyingArtifacts[];
  /** Seconds from a tier's announcement to its first use, the first tiers included: a day or more on networks that are not local. */
  readonly tierActivationDelay: number;
  /** Seconds of notice before a tier ends, likewise. */
  readonly tierNoticePeriod: number;
  readonly publishers: readonly string[];
  readonly quorum: number;
  /** Seconds. */
  readonly maxSnapshotAge: number;
  /** Epochs. */
  readonly historyWindow: number;
  /** Seconds for which a superseded attester root may be used. */
  readonly attesterGrace: number;
  readonly collateralToken: string;
  readonly policies: readonly PolicyTerms[];
}

export interface Deployment {
  readonly verifier: Contract;
  readonly oracle: Contract;
  readonly attesters: Contract;
  readonly registry: Contract;
  readonly escrow: Contract;
}

/** Chain ids of Hardhat's and Ganache's networks. twin: TierTable._isLocalNetwork */
const LOCAL_CHAINS = [31337n, 1337n];
const SETUP_KINDS = ["local", "ceremony"] as const;

/**
 * Deploys verifier, oracle, attester registry, margin health registry and its escrow, adds the tiers' keys and the policies.
 * @throws LocalKeyOnPublicNetwork before anything is sent; ContractRefused; ChainError
 */
export async function deployProtocol(plan: DeploymentPlan): Promise<Deployment> {
  const { admin, tiers, policies } = plan;
  await refuseLocalKeys(admin, tiers);
  const owner = await admin.getAddress();
  const verifier = await deploy("MarginHealthVerifier", admin, [owner, plan.tierActivationDelay, plan.tierNoticePeriod]);
  for (const { tier, vkey, lock, parameters } of tiers) {
    const key = await deploy("Groth16Verifier", admin, [solidityKey(vkey)]);
    await send(verifier, "addTier", [tierId(tier), await key.getAddress(), SETUP_KINDS.indexOf(lock.setup.kind), STATEMENT_KINDS.indexOf(statementKind(parameters))]);
  }
  const oracle = await deploy("SnapshotOracle", admin, [owner, plan.publishers, plan.quorum, plan.maxSnapshotAge, plan.historyWindow]);
  const attesters = await deploy("AttesterRegistry", admin, [owner, plan.attesterGrace]);
  const addresses = await Promise.all([verifier, oracle, attesters].map((contract) => contract.getAddress()));
  const registry = await deploy("MarginHealthRegistry", admin, [owner, ...addresses, plan.collateralToken]);
  for (const { policyHash, level, minRatioBps, minAssurance, maxStatementAge } of policies) {
    await send(registry, "addPolicy", [policyId(policyHash), levelBit(level), minRatioBps, assuranceLevel(minAssurance), maxStatementAge]);
  }
  const escrow = contractAt("CollateralEscrow", await registry.getFunction("escrow").staticCall(), admin);
  return { verifier, oracle, attesters, registry, escrow };
}

async function refuseLocalKeys(admin: Signer, tiers: readonly VerifyingArtifacts[]): Promise<void> {
  const network = await admin.provider?.getNetwork();
  if (network === undefined) throw new MarginProofError("ChainError", "the signer is not connected to a network", { path: "admin", hint: "connect it to a provider" });
  const local = tiers.find(({ lock }) => lock.setup.kind === "local");
  if (local !== undefined && !LOCAL_CHAINS.includes(network.chainId)) {
    throw new MarginProofError("LocalKeyOnPublicNetwork", `the key of tier ${local.tier} comes from a local set-up: its maker can forge proofs`, {
      path: `chain ${network.chainId}`,
      hint: "use keys of a ceremony, or a local chain",
    });
  }
}
