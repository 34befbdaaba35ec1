import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Contract, ContractFactory, type ContractRunner, type InterfaceAbi, type Signer } from "ethers";
import { MarginProofError } from "../errors.ts";
import { packageRoot } from "../proof/tiers.ts";
import { namingRefusals } from "./refusals.ts";

export { send } from "./calls.ts";
export { namingRefusals } from "./refusals.ts";

/** Contracts whose ABI and bytecode ship with the package (verifier-contracts/abi). */
export const CONTRACTS = [
  "Groth16Verifier", "MarginHealthVerifier", "SnapshotOracle", "RelayedSnapshots", "AttesterRegistry", "MarginHealthRegistry", "CollateralEscrow", "IMarginHealth",
  "ILiquidationAuction", "PrivateCreditLine", "DemoDollar",
] as const;
export type ContractName = (typeof CONTRACTS)[number];

export interface ContractArtifact {
  readonly contractName: string;
  readonly abi: InterfaceAbi;
  readonly bytecode: string;
}

/** @throws ArtifactMissing when the contracts have not been compiled */
export function contractArtifact(name: ContractName): ContractArtifact {
  const path = join(packageRoot(), "verifier-contracts/abi", `${name}.json`);
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    throw new MarginProofError("ArtifactMissing", "cannot be read", { path, hint: "compile the contracts: npm run build", cause });
  }
}

/** A contract at an address, with the ABI that ships with the package. @throws ArtifactMissing */
export function contractAt(name: ContractName, address: string, runner: ContractRunner): Contract {
  return new Contract(address, contractArtifact(name).abi, runner);
}

/** Deploys and waits for the code to be there. @throws ContractRefused with the contract's own error, ChainError */
export async function deploy(name: ContractName, signer: Signer, args: readonly unknown[]): Promise<Contract> {
  const { abi, bytecode } = contractArtifact(name);
  const factory = new ContractFactory(abi, bytecode, signer);
  return namingRefusals(contractAt(name, "0x0000000000000000000000000000000000000000", signer), async () => {
    const contract = await factory.deploy(...args);
    await contract.waitForDeployment();
    return contractAt(name, await contract.getAddress(), signer);
  });
}
