import { encodeBytes32String, type Contract, type ContractTransactionResponse, type Signer } from "ethers";
import { identifier } from "../../prover/commitment/domain.ts";
import { packClaim, type Claim } from "../../prover/proof/claim.ts";
import { orderedSignals, type PublicSignals } from "../../prover/proof/public-signals.ts";
import { snapshotTerms } from "../../prover/chain/snapshot-terms.ts";
import { formatAddress, parseAddress } from "../../prover/statement/address.ts";
import { assuranceLevel, buildRegistry, type Attester } from "../../prover/statement/attester-registry.ts";
import { scopeOf } from "../../prover/statement/scope.ts";
import type { Bps } from "../../prover/units.ts";
import { connect, now, travelTo, type Chain } from "./contracts.ts";
import { VENUE_KEY } from "./statements.ts";
import { keyOf, scalar, simulate, trapdoor, type Proof } from "./tiny-groth16.ts";

/** The whole deployment on a chain of its own, with one subject registered and one snapshot and attester root published. */
export interface World {
  readonly chain: Chain;
  readonly admin: Signer;
  readonly publishers: readonly Signer[];
  readonly subject: Signer;
  readonly stranger: Signer;
  readonly token: Contract;
  readonly verifier: Contract;
  readonly oracle: Contract;
  readonly attesters: Contract;
  readonly registry: Contract;
  readonly escrow: Contract;
}

export const TIER = encodeBytes32String("test");
export const SECRETS = trapdoor("margin world");
export const POLICY_HASH = 0xc0ffeen;
export const POLICY_ID = policyIdOf(POLICY_HASH);
/** What the registry demands under that policy. */
export const DEMANDED = { level: 0, minRatioBps: 10_500, minAssurance: 1, maxStatementAge: 1_800 } as const;
export const MAX_SNAPSHOT_AGE = 3_600;
export const HISTORY_WINDOW = 2;
export const QUORUM = 2;
export const GRACE_PERIOD = 86_400;
/** Seconds before an attester root after the first counts: the least a public network allows. */
export const ATTESTER_NOTICE = 86_400;
/** Seconds before a tier is used, and of notice before it ends: the least a public network allows. */
export const TIER_DELAY = 86_400;
/** twin: StatementKind.Health */
export const HEALTH = 0;
/** twin: StatementKind.Breach */
export const BREACH = 1;
export const BREACH_TIER = encodeBytes32String("test-breach");
export const BREACH_SECRETS = trapdoor("margin world, breaches");
/** twin: StatementKind.AccountSetGrowth */
export const GROWTH = 2;
export const GROWTH_TIER = encodeBytes32String("growth");
export const GROWTH_SECRETS = trapdoor("margin world, growth of account sets");
export const SNAPSHOT_ROOT = 1_000_001n;
export const ACCOUNT_SET = scalar("the subject's account set");

/** The market's one price, in units of 1e-8. */
export const SPOTS = [{ asset: identifier("BTC"), price: 64_000n * 10n ** 8n }];

export const ATTESTERS: readonly (Attester | null)[] = [null, { venue: "deribit", key: VENUE_KEY.publicKey, assurance: "venue-signed", validFrom: 0, validUntil: 2 ** 32 - 1 }];
export const ATTESTER_REGISTRY = buildRegistry(ATTESTERS);

export function policyIdOf(policyHash: bigint): string {
  return `0x${policyHash.toString(16).padStart(64, "0")}`;
}

/** An attester list as `AttesterRegistry.publish` takes it. */
export function attesterArguments(attesters: readonly (Attester | null)[]): readonly Record<string, bigint>[] {
  return attesters.map((attester) => {
    if (attester === null) return { x: 0n, y: 0n, venueId: 0n, assurance: 0n, validFrom: 0n, validUntil: 0n };
    const { key, venue, assurance, validFrom, validUntil } = attester;
    return { x: key.x, y: key.y, venueId: identifier(venue), assurance: assuranceLevel(assurance), validFrom: BigInt(validFrom), validUntil: BigInt(validUntil) };
  });
}

/** On a local chain in this process by default. The key is called a ceremony's, so that it serves on any network. */
export async function createWorld(chain?: Chain, maxSnapshotAge = MAX_SNAPSHOT_AGE): Promise<World> {
  chain ??= await connect();
  const [admin, first, second, third, subject, stranger] = await chain.ethers.getSigners();
  const adminAddress = await admin!.getAddress();
  const publishers = [first!, second!, third!];
  const deploy = (name: string, ...parameters: unknown[]): Promise<Contract> => chain.ethers.deployContract(name, parameters);

  const token = await deploy("DemoDollar");
  const verifier = await deploy("MarginHealthVerifier", adminAddress, TIER_DELAY, TIER_DELAY);
  const oracle = await deploy("SnapshotOracle", await worldTerms(publishers, admin!, maxSnapshotAge));
  const attesters = await deploy("AttesterRegistry", adminAddress, GRACE_PERIOD, ATTESTER_NOTICE);
  const registry = await deploy("MarginHealthRegistry", adminAddress, verifier.target, oracle.target, attesters.target, token.target);
  const escrow = await chain.ethers.getContractAt("CollateralEscrow", await registry.getFunction("escrow")());
  const world: World = { chain, admin: admin!, publishers, subject: subject!, stranger: stranger!, token, verifier, oracle, attesters, registry, escrow };

  await verifier.getFunction("addTier")(TIER, keyOf(SECRETS), 1, HEALTH);
  await verifier.getFunction("addTier")(BREACH_TIER, keyOf(BREACH_SECRETS), 1, BREACH);
  await verifier.getFunction("addTier")(GROWTH_TIER, keyOf(GROWTH_SECRETS), 1, GROWTH);
  await travelTo(chain, (await now(chain)) + TIER_DELAY);
  await registry.getFunction("addPolicy")(POLICY_ID, ...Object.values(DEMANDED));
  await attesters.getFunction("publish")(ATTESTER_REGISTRY.root, attesterArguments(ATTESTERS));
  await publishSnapshot(world, { epoch: 1, root: SNAPSHOT_ROOT });
  await call(registry, subject!, "registerAccountSet", ACCOUNT_SET);
  return world;
}

/** What the world's oracle is deployed with, and relays of it elsewhere. The admin is its guardian. */
export async function worldTerms(publishers: readonly Signer[], admin: Signer, maxSnapshotAge = MAX_SNAPSHOT_AGE) {
  const addresses = await Promise.all(publishers.map((publisher) => publisher.getAddress()));
  return snapshotTerms({ publishers: addresses, quorum: QUORUM, maxSnapshotAge, historyWindow: HISTORY_WINDOW }, await admin.getAddress());
}

/** A publication as contracts take it. */
export interface PublicationArguments {
  policyId: string;
  epoch: number;
  root: bigint;
  asOf: number;
  spots: readonly { asset: bigint; price: bigint }[];
}

/** Calls or sends as a signer. */
export function call(contract: Contract, signer: Signer, name: string, ...parameters: unknown[]): Promise<ContractTransactionResponse> {
  return (contract.connect(signer) as Contract).getFunction(name)(...parameters);
}

/** Has a quorum of publishers vote for a snapshot. `asOf` is the latest block's time unless given. */
export async function publishSnapshot(world: World, snapshot: Partial<PublicationArguments> & Pick<PublicationArguments, "epoch" | "root">): Promise<void> {
  const publication: PublicationArguments = { policyId: POLICY_ID, asOf: await now(world.chain), spots: SPOTS, ...snapshot };
  for (const publisher of world.publishers.slice(0, QUORUM)) await call(world.oracle, publisher, "submit", publication);
}

/** Public signals that the registry accepts, apart from what is changed. The statements are from the latest block's time. */
export async function signalsFor(world: World, change: { claim?: Partial<Claim>; signals?: Partial<PublicSignals> } = {}): Promise<PublicSignals> {
  const { chainId } = await world.chain.ethers.provider.getNetwork();
  const claim: Claim = {
    subject: parseAddress(await world.subject.getAddress()),
    asOf: await now(world.chain),
    sequence: 1,
    minRatioBps: 11_000n as Bps,
    level: "IM",
    minAssurance: "venue-signed",
    ...change.claim,
  };
  return {
    snapshotRoot: SNAPSHOT_ROOT,
    attesterRoot: ATTESTER_REGISTRY.root,
    accountSet: ACCOUNT_SET,
    portfolioCommitment: 4_000_004n,
    claim: packClaim(claim),
    onChainCollateral: 0n,
    scope: scopeOf({ chainId, registry: formatAddress(BigInt(String(world.registry.target))), policyHash: POLICY_HASH }),
    ...change.signals,
  };
}

export const inOrder = (signals: PublicSignals): bigint[] => orderedSignals(signals).map(BigInt);

/** Submits public signals with a proof of them, or with another one. */
export function submit(world: World, signals: PublicSignals, proof: Proof = simulate(SECRETS, inOrder(signals)), tier = TIER): Promise<ContractTransactionResponse> {
  return call(world.registry, world.stranger, "submit", tier, proof, inOrder(signals));
}

/** Has a subject grow its account set by a proof of growth from `current`, or by one for somebody else. */
export async function grow({ registry }: World, signer: Signer, { current, grown, by = signer }: { current: bigint; grown: bigint; by?: Signer }): Promise<ContractTransactionResponse> {
  const proof = simulate(GROWTH_SECRETS, [current, grown, BigInt(await by.getAddress()), 0n, 0n, 0n, 0n]);
  return call(registry, signer, "growAccountSet", GROWTH_TIER, proof, grown);
}

/** Dollars in millionths, held in escrow for a subject. */
export async function depositFor({ token, escrow, stranger }: World, subject: string, amount: bigint): Promise<void> {
  await call(token, stranger, "mint", await stranger.getAddress(), amount);
  await call(token, stranger, "approve", escrow.target, amount);
  await call(escrow, stranger, "deposit", subject, amount);
}
