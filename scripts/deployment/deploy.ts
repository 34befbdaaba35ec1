/** Deploys the protocol as a plan says, and looks at the result before calling it done. */
import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { keccak256, type Contract } from "ethers";
import hre from "hardhat";
import { contractAt } from "../../prover/chain/contracts.ts";
import { checkDeployment, DEPLOYMENT_FORMAT, verificationKeyHash, type DeploymentRecord } from "../../prover/chain/deployment.ts";
import { policyId, tierId } from "../../prover/chain/calldata.ts";
import { MarginProofError } from "../../prover/errors.ts";
import { statementKind } from "../../prover/proof/tiers.ts";
import { parseAddress, type Address } from "../../prover/statement/address.ts";
import { scopeOf } from "../../prover/statement/scope.ts";
import { protocolModule } from "./module.ts";
import type { DeploymentPlan } from "./plan.ts";

export type Connection = Awaited<ReturnType<typeof hre.network.create>>;

export interface Deployment {
  readonly verifier: Contract;
  readonly oracle: Contract;
  readonly attesters: Contract;
  readonly registry: Contract;
  readonly escrow: Contract;
  readonly record: DeploymentRecord;
}

export interface DeploymentOptions {
  /** Name of the journal to go on with; without it nothing is kept, as on chains that forget. */
  readonly deploymentId?: string;
}

/** Chain ids of Hardhat's and Ganache's networks, which forget. twin: LocalNetwork.isLocal */
export const LOCAL_CHAINS = [31337n, 1337n];

/**
 * Deploys contracts, keys, policies and hands over the roles. Contracts are connected to the account that deployed them, the connection's first.
 * @throws LocalKeyOnPublicNetwork before anything is sent; ChainError when what stands afterwards is not what was planned
 */
export async function deployProtocol(chain: Connection, plan: DeploymentPlan, options: DeploymentOptions = {}): Promise<Deployment> {
  const { chainId } = await chain.ethers.provider.getNetwork();
  refuseOffLocal(chainId, plan);
  const [deployer] = await chain.ethers.getSigners();
  if (deployer === undefined) throw new MarginProofError("ChainError", "no account to deploy from", { path: "accounts", hint: "give the network an account" });
  const module = protocolModule(plan, await deployer.getAddress());
  const { deploymentId = `once-${randomUUID()}` } = options;
  const contracts = await chain.ignition.deploy(module, { deploymentId, defaultSender: await deployer.getAddress() })
    .catch((cause: Error) => {
      throw new MarginProofError("ChainError", cause.message, { hint: "mend what is named and run the same plan again: what was deployed is kept", cause });
    })
    .finally(() => (options.deploymentId === undefined ? rm(join(hre.config.paths.ignition, "deployments", deploymentId), { recursive: true, force: true }) : undefined));
  const record = await recordOf(chain, plan, contracts, chainId);
  const wrong = (await checkDeployment(record, chain.ethers.provider, plan.tiers)).find(({ agrees }) => !agrees);
  if (wrong !== undefined) throw new MarginProofError("ChainError", `${wrong.what} is ${wrong.found}`, { hint: `expected ${wrong.expected}: deploy again` });
  const names = { verifier: "MarginHealthVerifier", oracle: "SnapshotOracle", attesters: "AttesterRegistry", registry: "MarginHealthRegistry", escrow: "CollateralEscrow" } as const;
  const connected = (Object.entries(names) as [keyof typeof names, (typeof names)[keyof typeof names]][]).map(([key, name]) => [key, contractAt(name, record.contracts[name].address, deployer)]);
  return { ...(Object.fromEntries(connected) as Record<keyof typeof names, Contract>), record };
}

async function recordOf(chain: Connection, plan: DeploymentPlan, contracts: Readonly<Record<"verifier" | "oracle" | "attesters" | "registry" | "escrow", Contract>>, chainId: bigint): Promise<DeploymentRecord> {
  const { provider } = chain.ethers;
  const placed = async (contract: Contract) => {
    const address = await addressOf(contract);
    return { address, codeHash: keccak256(await provider.getCode(address)) };
  };
  const tiers = await Promise.all(plan.tiers.map(async ({ tier, parameters, lock, vkey, digests }) => {
    const { verifier } = await contracts.verifier.getFunction("tierOf").staticCall(tierId(tier));
    return { tier, kind: statementKind(parameters), setup: lock.setup.kind, address: parseAddress(verifier), verificationKeyHash: verificationKeyHash(vkey), r1cs: digests.r1cs, vkey: digests.vkey };
  }));
  const registry = await addressOf(contracts.registry);
  return {
    format: DEPLOYMENT_FORMAT,
    chainId: chainId.toString(),
    admin: parseAddress(plan.admin),
    contracts: {
      MarginHealthVerifier: await placed(contracts.verifier), SnapshotOracle: await placed(contracts.oracle), AttesterRegistry: await placed(contracts.attesters),
      MarginHealthRegistry: await placed(contracts.registry), CollateralEscrow: await placed(contracts.escrow),
    },
    tiers,
    policies: plan.policies.map(({ policyHash }) => ({ policyId: policyId(policyHash), scope: scopeOf({ chainId, registry, policyHash }).toString() })),
  };
}

const addressOf = async (contract: Contract): Promise<Address> => parseAddress(await contract.getAddress());

function refuseOffLocal(chainId: bigint, { tiers, collateralToken, publishers, quorum }: DeploymentPlan): void {
  if (LOCAL_CHAINS.includes(chainId)) return;
  const path = `chain ${chainId}`;
  const local = tiers.find(({ lock }) => lock.setup.kind === "local");
  if (local !== undefined) {
    throw new MarginProofError("LocalKeyOnPublicNetwork", `the key of tier ${local.tier} comes from a local set-up: its maker can forge proofs`, { path, hint: "use keys of a ceremony, or a local chain" });
  }
  if (collateralToken === "demo") throw new MarginProofError("ChainError", "a demo dollar is worth nothing: anyone may mint it", { path, hint: "name a token in collateralToken, or use a local chain" });
  if (quorum === publishers.length) throw new MarginProofError("OutOfRange", `all ${quorum} publishers must agree: each could stop publication alone`, { path: "quorum", hint: "name a publisher more, or use a local chain" });
}
