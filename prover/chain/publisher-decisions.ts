/** What a quorum of publishers decides besides publishing, by signatures that anyone hands in. twin: PublicationHash of verifier-contracts/Publication.sol */
import type { Contract, ContractTransactionReceipt, Signer, TypedDataField } from "ethers";
import { parseAddress } from "../statement/address.ts";
import { policyId } from "./calldata.ts";
import { send } from "./calls.ts";
import { typedDomain, type OracleDomain } from "./publication.ts";
import type { PublisherSignature } from "./publication-signature.ts";

/** A relay is to revoke a snapshot. */
export interface Revocation {
  readonly policyHash: bigint;
  readonly root: bigint;
}

/** A relay is to announce the set that succeeds the one in use. */
export interface Rotation {
  /** The version it is to have there: one more than the version in use. */
  readonly version: bigint;
  /** Strictly ascending. */
  readonly publishers: readonly string[];
  readonly quorum: number;
}

/** An oracle or relay is to cancel the announced set. */
export interface Veto {
  /** `announcedRotation` of the contract. */
  readonly rotation: string;
}

export const REVOCATION: Record<string, TypedDataField[]> = { Revocation: [{ name: "policyId", type: "bytes32" }, { name: "root", type: "uint256" }] };
export const ROTATION: Record<string, TypedDataField[]> = { Rotation: [{ name: "version", type: "uint64" }, { name: "publishers", type: "address[]" }, { name: "quorum", type: "uint256" }] };
export const VETO: Record<string, TypedDataField[]> = { Veto: [{ name: "rotation", type: "bytes32" }] };

async function sign(types: Record<string, TypedDataField[]>, message: object, domain: OracleDomain, signer: Signer): Promise<PublisherSignature> {
  return { publisher: parseAddress(await signer.getAddress()), signature: await signer.signTypedData(typedDomain(domain), types, message) };
}

/** A publisher's signature that a snapshot is to be revoked. The domain is the source's. */
export const signRevocation = ({ policyHash, root }: Revocation, domain: OracleDomain, signer: Signer): Promise<PublisherSignature> =>
  sign(REVOCATION, { policyId: policyId(policyHash), root }, domain, signer);

/** A publisher's signature that a set is to succeed the one in use. The domain is the source's. */
export const signRotation = (rotation: Rotation, domain: OracleDomain, signer: Signer): Promise<PublisherSignature> => sign(ROTATION, rotation, domain, signer);

/** A publisher's signature against the announced set. The domain is the source's, also at a relay. */
export const signVeto = ({ rotation }: Veto, domain: OracleDomain, signer: Signer): Promise<PublisherSignature> => sign(VETO, { rotation }, domain, signer);

/** As contracts take signatures: ascending by publisher. */
export const inOrder = (signatures: readonly PublisherSignature[]): PublisherSignature[] => signatures.toSorted((a, b) => (BigInt(a.publisher) < BigInt(b.publisher) ? -1 : 1));

/** Hands a revocation in to a relay. @throws ContractRefused, e.g. `QuorumNotReached(…)`; ChainError */
export const relayRevocation = (relay: Contract, { policyHash, root }: Revocation, signatures: readonly PublisherSignature[]): Promise<ContractTransactionReceipt> =>
  send(relay, "relayRevocation", [policyId(policyHash), root, inOrder(signatures)]);

/** Announces a set at a relay. @throws as `relayRevocation` */
export const relayRotation = (relay: Contract, { publishers, quorum }: Rotation, signatures: readonly PublisherSignature[]): Promise<ContractTransactionReceipt> =>
  send(relay, "relayRotation", [publishers, quorum, inOrder(signatures)]);

/** Cancels the announced set of an oracle or relay. @throws as `relayRevocation` */
export const vetoRotation = (contract: Contract, signatures: readonly PublisherSignature[]): Promise<ContractTransactionReceipt> =>
  send(contract, "vetoRotation", [inOrder(signatures)]);
