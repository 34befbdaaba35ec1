import type { Signer } from "ethers";
import { contractAt, send } from "./contracts.ts";

export interface RegisterOptions {
  /** Address of the MarginHealthRegistry. */
  readonly registry: string;
  /** The subject itself: it registers for nobody else. */
  readonly signer: Signer;
}

/**
 * Fixes the accounts that every proof of the signer must cover, once.
 * @returns the transaction's hash
 * @throws ContractRefused, e.g. `AlreadyRegistered(…)`; ChainError
 */
export async function registerAccountSet(accountSet: bigint, { registry, signer }: RegisterOptions): Promise<string> {
  const { hash } = await send(contractAt("MarginHealthRegistry", registry, signer), "registerAccountSet", [accountSet]);
  return hash;
}
