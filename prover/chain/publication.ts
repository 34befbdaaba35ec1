/** What publishers vote on: a snapshot's root, and the spots of the market it was computed from. twin: verifier-contracts/Publication.sol */
import { TypedDataEncoder, type TypedDataField } from "ethers";
import { identifier } from "../commitment/domain.ts";
import { requireUnsigned } from "../commitment/ranges.ts";
import { marketHash, type Snapshot } from "../commitment/snapshot.ts";
import { MarginProofError } from "../errors.ts";
import type { Market } from "../risk/market.ts";
import type { Address } from "../statement/address.ts";
import type { Price } from "../units.ts";
import { policyId } from "./calldata.ts";

/** A published price; the contracts' breaker compares it with the next. */
export interface PublishedSpot {
  /** Name of an underlying or currency of the market. */
  readonly asset: string;
  readonly price: Price;
}

export interface Publication {
  readonly policyHash: bigint;
  /** Counts the policy's publications. */
  readonly epoch: bigint;
  readonly root: bigint;
  /** Unix seconds. */
  readonly asOf: number;
  /** Ascending by the assets' identifiers. */
  readonly spots: readonly PublishedSpot[];
}

/** The oracle that publishers sign for, on its chain: also when the snapshot is then relayed to another. */
export interface OracleDomain {
  readonly chainId: bigint;
  readonly oracle: Address;
}

/** As the contract orders them: by identifier, which no two names share. */
export const byAsset = (a: PublishedSpot, b: PublishedSpot): number => (identifier(a.asset) < identifier(b.asset) ? -1 : 1);

const MAX_SPOTS = 64;
const EPOCH_BITS = 64;
const PRICE_BITS = 128;

/**
 * The publication of a snapshot: spots of all underlyings and prices of all currencies of its market, which trip the breaker when they jump.
 * @throws SnapshotMismatch when the snapshot is of another market; OutOfRange for an epoch without meaning, or spots that no contract takes
 */
export function publicationOf(snapshot: Pick<Snapshot, "policyHash" | "root" | "asOf" | "marketHash">, market: Market, epoch: bigint): Publication {
  const { policyHash, root, asOf, marketHash: committed } = snapshot;
  if (marketHash(market) !== committed) {
    throw new MarginProofError("SnapshotMismatch", "the snapshot is of another market", { path: "marketHash", hint: "give the market that the snapshot was made from" });
  }
  if (requireUnsigned(epoch, EPOCH_BITS, "epoch") === 0n) {
    throw new MarginProofError("OutOfRange", "epochs count from one", { path: "epoch", hint: "use a number above the oracle's latest epoch" });
  }
  const spots = [...market.underlyings.map(({ name, spot }) => ({ asset: name, price: spot })), ...market.currencies.map(({ name, price }) => ({ asset: name, price }))];
  if (spots.length === 0 || spots.length > MAX_SPOTS) {
    throw new MarginProofError("OutOfRange", `${spots.length} spots`, { path: "market", hint: `publish a market of 1 to ${MAX_SPOTS} underlyings and currencies` });
  }
  for (const { asset, price } of spots) requireUnsigned(price, PRICE_BITS, asset);
  return { policyHash, epoch, root, asOf, spots: spots.sort(byAsset) };
}

/** `Publication` of verifier-contracts/Publication.sol. */
export function publicationArguments({ policyHash, epoch, root, asOf, spots }: Publication) {
  return { policyId: policyId(policyHash), epoch, root, asOf, spots: spots.map(({ asset, price }) => ({ asset: identifier(asset), price })) };
}

/** The EIP-712 types of a publication. twin: PublicationHash.PUBLICATION_TYPEHASH */
export const PUBLICATION_TYPES: Record<string, TypedDataField[]> = {
  Publication: [
    { name: "policyId", type: "bytes32" }, { name: "epoch", type: "uint64" }, { name: "root", type: "uint256" }, { name: "asOf", type: "uint32" },
    { name: "spots", type: "Spot[]" },
  ],
  Spot: [{ name: "asset", type: "uint256" }, { name: "price", type: "uint128" }],
};

/** The EIP-712 domain. twin: PublicationSignatures.DOMAIN_NAME */
export function typedDomain({ chainId, oracle }: OracleDomain) {
  return { name: "Margin health snapshots", version: "1", chainId, verifyingContract: oracle };
}

/** EIP-712 struct hash: what contracts know a publication by. */
export function publicationHash(publication: Publication): string {
  return TypedDataEncoder.hashStruct("Publication", PUBLICATION_TYPES, publicationArguments(publication));
}
