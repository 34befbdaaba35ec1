/** The protocol as one Ignition module: the same plan gives the same steps, and what was interrupted goes on where it stopped. */
import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";
import { contractArtifact, type ContractName } from "../../prover/chain/contracts.ts";
import { policyId, solidityKey, tierId } from "../../prover/chain/calldata.ts";
import { snapshotTerms } from "../../prover/chain/snapshot-terms.ts";
import { levelBit } from "../../prover/proof/claim.ts";
import { assuranceLevel } from "../../prover/statement/attester-registry.ts";
import { SETUP_KINDS } from "../../prover/chain/deployment.ts";
import { STATEMENT_KINDS, statementKind } from "../../prover/proof/tiers.ts";
import type { DeploymentPlan } from "./plan.ts";

/** Seconds: the least that networks take which are not local. */
const DEFAULT_ATTESTER_NOTICE = 86_400;

/** Contracts that the account which deploys administers at first. The oracle has its admin and guardian from the start. */
const ADMINISTERED = ["MarginHealthVerifier", "AttesterRegistry", "MarginHealthRegistry"] as const satisfies readonly ContractName[];

/** Getters of a contract's roles, the administrator's own last. */
export function rolesOf(name: ContractName): readonly string[] {
  const { abi } = contractArtifact(name) as { abi: readonly { type: string; name?: string }[] };
  const roles = abi.flatMap(({ type, name: getter = "" }) => (type === "function" && getter.endsWith("_ROLE") ? [getter] : []));
  return roles.toSorted((a, b) => Number(a === "DEFAULT_ADMIN_ROLE") - Number(b === "DEFAULT_ADMIN_ROLE"));
}

/** Guardians stop things, and end the notice of an attester root that they have checked: where the plan names one, that is not who administers. */
export const holderOf = (getter: string, { admin, guardian }: Pick<DeploymentPlan, "admin" | "guardian">): string => (getter === "GUARDIAN_ROLE" ? (guardian ?? admin) : admin);

/**
 * Contracts, keys, policies, and last the roles: whoever deploys holds them only until everything stands, and gives each away
 * before it lays it down.
 */
export function protocolModule(plan: DeploymentPlan, deployer: string) {
  return buildModule("MarginHealth", (m) => {
    const attesters = m.contract("AttesterRegistry", [deployer, plan.attesterGrace, plan.attesterNotice ?? DEFAULT_ATTESTER_NOTICE]);
    const oracle = m.contract("SnapshotOracle", [snapshotTerms(plan, plan.admin)]);
    const verifier = m.contract("MarginHealthVerifier", [deployer, plan.tierActivationDelay, plan.tierNoticePeriod]);
    const token = plan.collateralToken === "demo" ? m.contract("DemoDollar") : plan.collateralToken;
    const registry = m.contract("MarginHealthRegistry", [deployer, verifier, oracle, attesters, token]);
    const escrow = m.contractAt("CollateralEscrow", m.staticCall(registry, "escrow"));
    const keys = plan.tiers.map(({ tier, vkey, lock, parameters }) => {
      const kinds = [SETUP_KINDS.indexOf(lock.setup.kind), STATEMENT_KINDS.indexOf(statementKind(parameters))];
      return m.call(verifier, "addTier", [tierId(tier), { ...solidityKey(vkey) }, ...kinds], { id: tierModuleId(tier) });
    });
    const policies = plan.policies.map(({ policyHash, level, minRatioBps, minAssurance, maxStatementAge }, p) =>
      m.call(registry, "addPolicy", [policyId(policyHash), levelBit(level), minRatioBps, assuranceLevel(minAssurance), maxStatementAge], { id: `Policy_${p}` }),
    );
    const contracts = { MarginHealthVerifier: verifier, AttesterRegistry: attesters, MarginHealthRegistry: registry };
    for (const name of ADMINISTERED) {
      let before: NonNullable<NonNullable<Parameters<typeof m.call>[3]>["after"]> = [...keys, ...policies];
      for (const getter of rolesOf(name)) {
        const holder = holderOf(getter, plan);
        if (holder === deployer) continue;
        const role = m.staticCall(contracts[name], getter, [], 0, { id: `${name}_${getter}` });
        const granted = m.call(contracts[name], "grantRole", [role, holder], { id: `${name}_grant_${getter}`, after: before });
        before = [m.call(contracts[name], "renounceRole", [role, deployer], { id: `${name}_renounce_${getter}`, after: [granted] })];
      }
    }
    return { verifier, oracle, attesters, registry, escrow };
  });
}

/** Ignition's names have letters, digits and underscores only. */
const tierModuleId = (tier: string): string => `Tier_${tier.replaceAll("-", "_")}`;
