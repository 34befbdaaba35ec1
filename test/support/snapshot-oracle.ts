/** A snapshot oracle on its own, with publishers whose votes and signatures tests may mix. */
import type { Contract, ContractTransactionResponse, Signer } from "ethers";
import { identifier } from "../../prover/commitment/domain.ts";
import { DEFAULT_BREAKER, snapshotTerms, type BreakerTerms } from "../../prover/chain/snapshot-terms.ts";
import { PUBLICATION_TYPES, typedDomain, type OracleDomain } from "../../prover/chain/publication.ts";
import { parseAddress } from "../../prover/statement/address.ts";
import { now, type Chain } from "./contracts.ts";
import { call, policyIdOf, type PublicationArguments } from "./margin-world.ts";

export const POLICY = policyIdOf(1n);
export const OTHER_POLICY = policyIdOf(2n);
export const MAX_AGE = 600;
export const WINDOW = 2;
export const ROOT = 77n;
export const DAY = 86_400;
export const BTC = identifier("BTC");
export const ETH = identifier("ETH");
export const dollars = (amount: number): bigint => BigInt(amount) * 10n ** 8n;
/** Strictly ascending by asset, as contracts take them. */
export const spots = (prices: Record<string, number>): PublicationArguments["spots"] =>
  Object.entries(prices).map(([asset, price]) => ({ asset: identifier(asset), price: dollars(price) })).sort((a, b) => (a.asset < b.asset ? -1 : 1));

export type Signature = { publisher: string; signature: string };

export interface OracleWorld {
  readonly chain: Chain;
  readonly oracle: Contract;
  readonly domain: OracleDomain;
  readonly admin: Signer;
  readonly guardian: Signer;
  readonly stranger: Signer;
  /** Ascending by address; those in the set come first. */
  readonly publishers: readonly Signer[];
  /** Time of the chain when it was deployed. */
  readonly start: number;
}

export const BREAKER = { moveBps: 1_000, calmEpochs: 2, calmPeriod: 60, grace: 300, graceWindow: 3_000, bounds: { ETH: 500 } };

export interface OracleOptions {
  readonly members?: number;
  readonly quorum?: number;
  readonly rotationDelay?: number;
  readonly breaker?: Partial<BreakerTerms>;
}

/** Signers in the order of their addresses: how contracts take publishers. */
export async function ascending(signers: readonly Signer[]): Promise<Signer[]> {
  const addressed = await Promise.all(signers.map(async (signer) => ({ signer, address: BigInt(await signer.getAddress()) })));
  return addressed.sort((a, b) => (a.address < b.address ? -1 : 1)).map(({ signer }) => signer);
}

/** Terms as contracts take them: two of three publishers unless told otherwise. */
export async function termsFor(publishers: readonly Signer[], admin: Signer, guardian: Signer, { members = 3, quorum = 2, rotationDelay = DAY, breaker }: OracleOptions = {}) {
  const addresses = await Promise.all(publishers.slice(0, members).map((publisher) => publisher.getAddress()));
  const plan = { publishers: addresses, quorum, guardian: await guardian.getAddress(), rotationDelay, maxSnapshotAge: MAX_AGE, historyWindow: WINDOW, breaker: { ...DEFAULT_BREAKER, ...BREAKER, ...breaker } };
  return snapshotTerms(plan, await admin.getAddress());
}

export async function deployOracle(chain: Chain, options: OracleOptions = {}): Promise<OracleWorld> {
  const [admin, guardian, stranger, ...others] = await chain.ethers.getSigners();
  const publishers = await ascending(others.slice(0, 6));
  const oracle = await chain.ethers.deployContract("SnapshotOracle", [await termsFor(publishers, admin!, guardian!, options)]);
  const { chainId } = await chain.ethers.provider.getNetwork();
  const domain = { chainId, oracle: parseAddress(String(oracle.target)) };
  return { chain, oracle: oracle as unknown as Contract, domain, admin: admin!, guardian: guardian!, stranger: stranger!, publishers, start: await now(chain) };
}

/** A publication of the oracle's first moment, apart from what is changed. */
export function publication({ start }: Pick<OracleWorld, "start">, change: Partial<PublicationArguments> = {}): PublicationArguments {
  return { policyId: POLICY, epoch: 1, root: ROOT, asOf: start, spots: spots({ BTC: 64_000, ETH: 3_000 }), ...change };
}

export const vote = ({ oracle }: Pick<OracleWorld, "oracle">, publisher: Signer, what: PublicationArguments): Promise<ContractTransactionResponse> => call(oracle, publisher, "submit", what);

/** A publisher's signature as contracts take it; under another's name if that is given. */
export async function signature(domain: OracleDomain, publisher: Signer, what: PublicationArguments, name?: string): Promise<Signature> {
  return { publisher: name ?? (await publisher.getAddress()), signature: await publisher.signTypedData(typedDomain(domain), PUBLICATION_TYPES, what) };
}

/** Ascending by publisher. */
export async function signatures(domain: OracleDomain, publishers: readonly Signer[], what: PublicationArguments): Promise<Signature[]> {
  const made = await Promise.all(publishers.map((publisher) => signature(domain, publisher, what)));
  return made.sort((a, b) => (BigInt(a.publisher) < BigInt(b.publisher) ? -1 : 1));
}

/** Has these publishers sign, and a stranger publish. */
export async function publish(world: OracleWorld, publishers: readonly Signer[], what: PublicationArguments): Promise<ContractTransactionResponse> {
  return call(world.oracle, world.stranger, "publish", what, await signatures(world.domain, publishers, what));
}
