/** Where random runs take place: margin-world with two lenders, and a second registry on another chain that hears of snapshots by a relay. */
import type { Contract, Signer } from "ethers";
import { AUCTION_TERMS, PAR, type AuctionTerms } from "../../prover/chain/liquidation.ts";
import { connect } from "./contracts.ts";
import { ACCOUNT_SET, call, createWorld, DEMANDED, POLICY_ID, worldTerms, type World } from "./margin-world.ts";
import { ManyReader } from "./many-reader.ts";
import type { TermsModel } from "./protocol-lending-model.ts";

export const DOLLAR = 10n ** 6n;
/** What each counted purse begins with. */
export const PURSE = 10n ** 9n * DOLLAR;

interface LineTerms {
  readonly terms: TermsModel;
  readonly auction: AuctionTerms;
  readonly unitPrice: bigint;
  readonly limit: bigint;
  readonly pledgeBps: bigint;
}

/**
 * One lender asks for more than is owed, so that auctions have something to give back; the other for a tenth, so that debts go bad. Its price makes
 * every division leave something.
 */
export const LINES: readonly LineTerms[] = [
  {
    terms: { policyId: POLICY_ID, level: 0, minRatioBps: 10_500, minAssurance: 1 }, unitPrice: PAR, limit: 5_000n * DOLLAR, pledgeBps: 13_000n,
    auction: { ...AUCTION_TERMS, gracePeriod: 900, slowPeriod: 7_200, maxReward: 20n * DOLLAR, smallPosition: 250n * DOLLAR },
  },
  {
    terms: { policyId: POLICY_ID, level: 1, minRatioBps: 11_000, minAssurance: 1 }, unitPrice: (PAR * 3n) / 2n + 1n, limit: 1_000n * DOLLAR, pledgeBps: 1_000n,
    auction: { ...AUCTION_TERMS, gracePeriod: 60, fastPeriod: 300, slowPeriod: 901, marginBps: 777, feeBps: 3_333, keeperBps: 777, maxReward: 3n * DOLLAR, smallPosition: DOLLAR },
  },
];

export interface Actors {
  readonly subjects: readonly Signer[];
  /** Who may take pledges without lending. */
  readonly creditors: readonly Signer[];
  readonly lenders: readonly Signer[];
  readonly keeper: Signer;
  readonly bidders: readonly Signer[];
  /** Guards the attesters, and publishes none. */
  readonly guardian: Signer;
  /** May come to publish at the relay. */
  readonly spares: readonly Signer[];
}

export interface ProtocolWorld {
  readonly world: World;
  readonly actors: Actors;
  readonly lines: readonly Contract[];
  /** The same on another chain, `oracle` being the relay. */
  readonly there: World;
  /** Of either chain. */
  readonly readers: readonly [ManyReader, ManyReader];
}

export async function createProtocolWorld(): Promise<ProtocolWorld> {
  const world = await createWorld();
  const signers = (await world.chain.ethers.getSigners()) as unknown as Signer[];
  const actors: Actors = {
    subjects: [world.subject, ...signers.slice(6, 9)], creditors: signers.slice(9, 11), lenders: signers.slice(11, 13), keeper: signers[13]!, bidders: signers.slice(14, 16), guardian: signers[16]!, spares: signers.slice(17, 20),
  };
  const lines = await Promise.all(LINES.map((_, i) => deployLine(world, actors, i)));
  for (const signer of [...actors.subjects, ...actors.lenders, ...actors.bidders]) {
    await call(world.token, world.admin, "mint", await signer.getAddress(), PURSE);
    for (const line of lines) await call(world.token, signer, "approve", line.target, PURSE * 1_000n);
  }
  await call(world.attesters, world.admin, "grantRole", await world.attesters.getFunction("GUARDIAN_ROLE")(), await actors.guardian.getAddress());
  // The stranger deposits for whoever it likes.
  await call(world.token, world.admin, "mint", await world.stranger.getAddress(), PURSE);
  await call(world.token, world.stranger, "approve", world.escrow.target, PURSE);
  const there = await createThere(world);
  return { world, actors, lines, there, readers: [await ManyReader.on(world.chain), await ManyReader.on(there.chain)] };
}

async function deployLine({ chain, registry, escrow, token }: World, { lenders }: Actors, i: number): Promise<Contract> {
  const { terms, auction, unitPrice, limit, pledgeBps } = LINES[i]!;
  const credit = { marginHealth: registry.target, escrow: escrow.target, asset: token.target, lender: await lenders[i]!.getAddress(), unitPrice };
  return (await chain.ethers.deployContract("PrivateCreditLine", [credit, terms, auction, limit, pledgeBps])) as unknown as Contract;
}

async function createThere(source: World): Promise<World> {
  const base = await createWorld(await connect({ network: "publicNetwork" }));
  const { chain, admin, verifier, attesters, token, publishers } = base;
  const { chainId } = await source.chain.ethers.provider.getNetwork();
  const oracle = await chain.ethers.deployContract("RelayedSnapshots", [await worldTerms(publishers, admin), chainId, source.oracle.target]);
  const registry = await chain.ethers.deployContract("MarginHealthRegistry", [await admin.getAddress(), verifier.target, oracle.target, attesters.target, token.target]);
  const escrow = await chain.ethers.getContractAt("CollateralEscrow", await registry.getFunction("escrow")());
  const there = { ...base, oracle, registry, escrow } as unknown as World;
  await call(there.registry, admin, "addPolicy", POLICY_ID, ...Object.values(DEMANDED));
  await call(there.registry, there.subject, "registerAccountSet", ACCOUNT_SET);
  return there;
}
