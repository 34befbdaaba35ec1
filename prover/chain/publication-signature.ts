import { verifyTypedData, type Signer } from "ethers";
import { MarginProofError } from "../errors.ts";
import { parseAddress, type Address } from "../statement/address.ts";
import { PUBLICATION_TYPES, publicationArguments, publicationHash, typedDomain, type OracleDomain, type Publication } from "./publication.ts";

/** One publisher's signature, with all that it is about. */
export interface SignedPublication {
  readonly publication: Publication;
  readonly domain: OracleDomain;
  readonly publisher: Address;
  /** 65 bytes. */
  readonly signature: string;
}

/** `PublisherSignature` of verifier-contracts/Publication.sol. */
export interface PublisherSignature {
  readonly publisher: Address;
  readonly signature: string;
}

/** Signatures of one publication, ascending by publisher as the contracts take them. */
export interface GatheredPublication {
  readonly publication: Publication;
  readonly domain: OracleDomain;
  readonly signatures: readonly PublisherSignature[];
}

/**
 * Signs a publication for one oracle. It asserts that the signer has recomputed the snapshot from policy and market (`verifySnapshot`), and taken
 * the publication from them (`publicationOf`): a quorum of publishers who sign what others hand them is no quorum. To be signed once an epoch:
 * of two publications it is whoever holds the signatures that chooses which one counts as the publisher's vote.
 */
export async function signPublication(publication: Publication, domain: OracleDomain, signer: Signer): Promise<SignedPublication> {
  const signature = await signer.signTypedData(typedDomain(domain), PUBLICATION_TYPES, publicationArguments(publication));
  return { publication, domain, publisher: parseAddress(await signer.getAddress()), signature };
}

/** @throws InvalidSignature naming `path` when the publisher did not sign this publication for this oracle */
export function verifyPublicationSignature({ publication, domain, publisher, signature }: SignedPublication, path = "signature"): void {
  if (signerOf(publication, domain, signature) === publisher) return;
  throw new MarginProofError("InvalidSignature", `not ${publisher}'s signature of this publication`, { path, hint: "ask the publisher for the file again" });
}

function signerOf(publication: Publication, domain: OracleDomain, signature: string): Address | undefined {
  try {
    return parseAddress(verifyTypedData(typedDomain(domain), PUBLICATION_TYPES, publicationArguments(publication), signature));
  } catch {
    return undefined;
  }
}

/**
 * Signatures of one publication for one oracle, each publisher's once.
 * @throws SnapshotMismatch when one is of another publication or for another oracle; InvalidSignature for one that is not its publisher's, or a second one
 */
export function gatherSignatures(signed: readonly SignedPublication[]): GatheredPublication {
  const [first] = signed;
  if (first === undefined) throw new MarginProofError("SnapshotMismatch", "there is no signature", { path: "signatures", hint: "gather a quorum of them" });
  signed.forEach((each, i) => {
    const difference = differenceOf(first, each);
    if (difference !== undefined) {
      throw new MarginProofError("SnapshotMismatch", "the signatures are not of one publication", {
        path: `signatures[${i}].${difference}`,
        hint: "have every publisher sign the same snapshot and epoch for the same oracle",
      });
    }
    verifyPublicationSignature(each, `signatures[${i}].signature`);
    if (signed.findIndex(({ publisher }) => publisher === each.publisher) !== i) {
      throw new MarginProofError("InvalidSignature", `${each.publisher} signed already`, { path: `signatures[${i}].publisher`, hint: "give each publisher's signature once" });
    }
  });
  const signatures = signed.map(({ publisher, signature }) => ({ publisher, signature }));
  return { publication: first.publication, domain: first.domain, signatures: signatures.sort((a, b) => (BigInt(a.publisher) < BigInt(b.publisher) ? -1 : 1)) };
}

function differenceOf(a: SignedPublication, b: SignedPublication): string | undefined {
  if (a.domain.chainId !== b.domain.chainId) return "chainId";
  if (a.domain.oracle !== b.domain.oracle) return "oracle";
  const differing = (["policyHash", "epoch", "root", "asOf"] as const).find((part) => a.publication[part] !== b.publication[part]);
  return differing ?? (publicationHash(a.publication) === publicationHash(b.publication) ? undefined : "spots");
}
