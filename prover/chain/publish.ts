import type { Contract, ContractTransactionReceipt } from "ethers";
import type { Snapshot } from "../commitment/snapshot.ts";
import { identifier } from "../commitment/domain.ts";
import { MarginProofError } from "../errors.ts";
import { assuranceLevel } from "../statement/attester-registry.ts";
import type { AttesterRegistry } from "../statement/attester-registry.ts";
import { policyId } from "./calldata.ts";
import { send } from "./contracts.ts";

/** Votes for a snapshot as the publisher that `oracle` is connected to. @throws ContractRefused, ChainError */
export async function voteForSnapshot(oracle: Contract, snapshot: Pick<Snapshot, "root" | "asOf" | "policyHash">, epoch: bigint): Promise<ContractTransactionReceipt> {
  return send(oracle, "submit", [policyId(snapshot.policyHash), epoch, snapshot.root, snapshot.asOf]);
}

/**
 * Publishes an attester registry: root and leaves, so that anyone recomputes the root.
 * @throws OutOfRange for a registry with empty places, which the contract does not take; ContractRefused, ChainError
 */
export async function publishAttesters(attesters: Contract, registry: AttesterRegistry): Promise<ContractTransactionReceipt> {
  const leaves = registry.attesters.map((attester, i) => {
    if (attester === null) throw new MarginProofError("OutOfRange", "an empty place", { path: `attesters[${i}]`, hint: "close the gap: move the last attester there" });
    const { key, venue, assurance, validFrom, validUntil } = attester;
    return { x: key.x, y: key.y, venueId: identifier(venue), assurance: assuranceLevel(assurance), validFrom, validUntil };
  });
  return send(attesters, "publish", [registry.root, leaves]);
}
