/** A creditor on the registry of margin-world, with a breaker that tests set, and a subject that has pledged to it and owes it. */
import type { Contract, Signer } from "ethers";
import { AUCTION_TERMS, PAR, type AuctionTerms } from "../../prover/chain/liquidation.ts";
import type { Claim } from "../../prover/proof/claim.ts";
import type { PublicSignals } from "../../prover/proof/public-signals.ts";
import { now, travelTo } from "./contracts.ts";
import { call, createWorld, POLICY_ID, publishSnapshot, signalsFor, submit, type World } from "./margin-world.ts";

export interface Lending {
  readonly world: World;
  /** The registry's health, with a breaker. */
  readonly health: Contract;
  readonly subject: string;
  readonly lender: Signer;
  readonly keeper: Signer;
  readonly bidder: Signer;
}

/** What the creditors here demand: more than the registry does. */
export const TERMS = { policyId: POLICY_ID, level: 1, minRatioBps: 11_000, minAssurance: 2 } as const;

export async function createLending(): Promise<Lending> {
  const world = await createWorld();
  const [lender, keeper, bidder] = (await world.chain.ethers.getSigners()).slice(6, 9) as unknown as Signer[];
  const health = (await world.chain.ethers.deployContract("BreakerHealth", [world.registry.target])) as unknown as Contract;
  return { world, health, subject: await world.subject.getAddress(), lender: lender!, keeper: keeper!, bidder: bidder! };
}

/** Who and what a credit is between, as constructors take it. */
export async function creditOf({ world, health, lender }: Lending, unitPrice = PAR, { escrow, asset } = { escrow: world.escrow, asset: world.token }): Promise<Record<string, unknown>> {
  return { marginHealth: health.target, escrow: escrow.target, asset: asset.target, lender: await lender.getAddress(), unitPrice };
}

/** A creditor whose debts are what it says. */
export async function quotedCredit(lending: Lending, terms: AuctionTerms = AUCTION_TERMS, unitPrice = PAR): Promise<Contract> {
  return (await lending.world.chain.ethers.deployContract("QuotedCredit", [await creditOf(lending, unitPrice), TERMS, terms])) as unknown as Contract;
}

/** Has a signer hold tokens that a contract may take. */
export async function fund({ token, admin }: World, holder: Signer, spender: Contract, amount: bigint): Promise<void> {
  await call(token, admin, "mint", await holder.getAddress(), amount);
  await call(token, holder, "approve", spender.target, amount);
}

/** Deposits for the subject and has it pledge. */
export async function pledge({ world }: Lending, creditor: Contract, amount: bigint): Promise<void> {
  await fund(world, world.subject, world.escrow, amount);
  await call(world.escrow, world.subject, "deposit", await world.subject.getAddress(), amount);
  await call(world.escrow, world.subject, "pledge", creditor.target, amount);
}

/** Seconds between two snapshots: less than one lives, so that publishers who go on are never stale. */
const EPOCH = 1_500;
let epoch = 100;

/** Has the publishers publish once more. @returns the new root */
export async function publish({ world }: Lending): Promise<bigint> {
  epoch += 1;
  const root = 2_000_000n + BigInt(epoch);
  await publishSnapshot(world, { epoch, root });
  return root;
}

/** To a time, the publishers publishing as it passes. */
export async function passTo(lending: Lending, time: number): Promise<void> {
  const { chain } = lending.world;
  for (let next = (await now(chain)) + EPOCH; next < time; next = (await now(chain)) + EPOCH) {
    await travelTo(chain, next);
    await publish(lending);
  }
  if ((await now(chain)) < time) await travelTo(chain, time);
}

/** Proves health by new statements and a new snapshot; a later sequence each time. */
export async function prove(lending: Lending, sequence: number, claim: Partial<Claim> = {}, signals: Partial<PublicSignals> = {}): Promise<void> {
  const { world } = lending;
  const root = await publish(lending);
  await submit(world, await signalsFor(world, { claim: { sequence, ...claim }, signals: { snapshotRoot: root, ...signals } }));
}

/** To the first second in which the subject's last proof no longer counts. */
export async function lapse(lending: Lending): Promise<void> {
  const { healthyUntil } = await lending.world.registry.getFunction("health")(lending.subject);
  await passTo(lending, Number(healthyUntil) + 1);
}
