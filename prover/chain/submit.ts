import type { Signer } from "ethers";
import type { ProofBundle } from "../proof/bundle.ts";
import { tierParameters } from "../proof/tiers.ts";
import { submitArguments } from "./calldata.ts";
import { contractAt, send } from "./contracts.ts";

export interface Submission {
  readonly transactionHash: string;
  readonly blockNumber: number;
  readonly gasUsed: bigint;
}

export interface SubmitOptions {
  /** Address of the MarginHealthRegistry. */
  readonly registry: string;
  /** Pays; need not be the subject. */
  readonly signer: Signer;
}

/**
 * Submits a proof bundle, of health or of a breach as its tier says, and waits for the transaction. Asked without sending first, so a refusal costs nothing.
 * @throws ContractRefused with the registry's own error, e.g. `StaleSnapshot(…)`; ChainError
 */
export async function submitBundle(bundle: ProofBundle, { registry, signer }: SubmitOptions): Promise<Submission> {
  const { hash, blockNumber, gasUsed } = await send(contractAt("MarginHealthRegistry", registry, signer), tierParameters(bundle.tier).breach ? "proveBreach" : "submit", submitArguments(bundle));
  return { transactionHash: hash, blockNumber, gasUsed };
}
