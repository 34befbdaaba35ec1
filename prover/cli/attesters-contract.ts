import type { Contract, ContractRunner } from "ethers";
import { contractAt } from "../chain/contracts.ts";
import { ask } from "../chain/refusals.ts";

/** The AttesterRegistry that a MarginHealthRegistry stands on. @throws ChainError when there is no registry at the address */
export async function attestersOf(registry: string, runner: ContractRunner): Promise<Contract> {
  return contractAt("AttesterRegistry", await ask(contractAt("MarginHealthRegistry", registry, runner), "attesters"), runner);
}
