import type { Contract, ContractTransactionReceipt, ContractTransactionResponse } from "ethers";
import { MarginProofError } from "../errors.ts";
import { namingRefusals } from "./refusals.ts";

/** A call of a contract that can be asked, sent, and refused by name. Sent by whom the contract is connected to. */
export interface Call {
  readonly contract: Contract;
  readonly method: string;
  readonly args: readonly unknown[];
}

export interface Submission {
  readonly transactionHash: string;
  readonly blockNumber: number;
  readonly gasUsed: bigint;
}

/** Sends a transaction and waits for it. @throws ContractRefused with the contract's own error, ChainError */
export async function send(contract: Contract, method: string, args: readonly unknown[]): Promise<ContractTransactionReceipt> {
  return namingRefusals(contract, async () => {
    await requireAccepted({ contract, method, args });
    const response = (await contract.getFunction(method).send(...args)) as ContractTransactionResponse;
    const receipt = await response.wait();
    if (receipt === null) throw new MarginProofError("ChainError", "the transaction was dropped", { hint: "send it again" });
    return receipt;
  });
}

/** Sends a call and waits for it. Asked without sending first, so a refusal costs nothing. @throws ContractRefused, ChainError */
export async function sendCall({ contract, method, args }: Call): Promise<Submission> {
  const { hash, blockNumber, gasUsed } = await send(contract, method, args);
  return { transactionHash: hash, blockNumber, gasUsed };
}

/** What the contract says to a call, and the gas it would take; nothing is sent. @throws ContractRefused, ChainError */
export async function previewCall(call: Call): Promise<bigint> {
  return namingRefusals(call.contract, async () => {
    await requireAccepted(call);
    return call.contract.getFunction(call.method).estimateGas(...call.args);
  });
}

/** Asked first without sending: a refusal costs no gas and comes back with its data on every node. */
async function requireAccepted({ contract, method, args }: Call): Promise<void> {
  // At an address without code every call that returns nothing would succeed.
  if ((await contract.getDeployedCode()) === null) throw new MarginProofError("ChainError", "there is no contract at this address", { hint: "check the address and the network" });
  await contract.getFunction(method).staticCall(...args);
}
