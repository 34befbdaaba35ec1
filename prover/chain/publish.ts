import { TypedDataEncoder, type Contract, type ContractTransactionReceipt } from "ethers";
import { MarginProofError } from "../errors.ts";
import type { AttesterRegistry } from "../statement/attester-registry.ts";
import { attestersCall } from "./attester-control.ts";
import { send } from "./calls.ts";
import { publicationArguments, typedDomain, type Publication } from "./publication.ts";
import type { GatheredPublication } from "./publication-signature.ts";
import { ask } from "./refusals.ts";

/** Votes for a publication as the publisher that `oracle` is connected to. @throws ContractRefused, ChainError */
export async function voteForSnapshot(oracle: Contract, publication: Publication): Promise<ContractTransactionReceipt> {
  return send(oracle, "submit", [publicationArguments(publication)]);
}

/**
 * Hands in publishers' signatures, in one transaction that anyone may send: to the oracle they were made for, or to a relay of it on another chain.
 * @throws ChainError when the contract is neither; ContractRefused with the contract's own error, e.g. `NotAPublisher(…)`
 */
export async function publishSigned(contract: Contract, { publication, domain, signatures }: GatheredPublication): Promise<ContractTransactionReceipt> {
  const taken = await ask<string>(contract, "domainSeparator");
  if (taken !== TypedDataEncoder.hashDomain(typedDomain(domain))) {
    throw new MarginProofError("ChainError", "takes signatures for another oracle", { path: String(contract.target), hint: "give the oracle that publishers signed for, or a relay of it" });
  }
  return send(contract, "publish", [publicationArguments(publication), signatures]);
}

/**
 * Publishes an attester registry: root and leaves, so that anyone recomputes the root.
 * @throws OutOfRange for a registry with empty places, which the contract does not take; ContractRefused, ChainError
 */
export async function publishAttesters(attesters: Contract, registry: AttesterRegistry): Promise<ContractTransactionReceipt> {
  const { contract, method, args } = attestersCall(attesters, registry);
  return send(contract, method, args);
}
