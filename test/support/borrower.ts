/** A subject that owes a credit line on the registry itself, on a chain that a node serves, and a bot's account that can bid. */
import { HDNodeWallet, Wallet, type Contract, type Signer } from "ethers";
import { AUCTION_TERMS, PAR, readAuction, type Auction } from "../../prover/chain/liquidation.ts";
import { connect, now, serve } from "./contracts.ts";
import { fund, passTo, publish } from "./lending.ts";
import { call, createWorld, POLICY_ID, signalsFor, submit, type World } from "./margin-world.ts";

export const DOLLARS = 1_000_000n;
export const DEBT = 10_000n * DOLLARS;
const PLEDGE = 11_000n * DOLLARS;

/** The development mnemonic's tenth account. */
export const BOT = new Wallet(HDNodeWallet.fromPhrase("test test test test test test test test test test test junk", undefined, "m/44'/60'/0'/0/9").privateKey);

export interface Borrower {
  readonly world: World;
  readonly line: Contract;
  readonly subject: string;
  /** Address of the node. */
  readonly url: string;
  /** Proves health by a new snapshot. */
  prove(sequence: number): Promise<void>;
  /** To the first second in which the last proof no longer counts. */
  lapse(): Promise<void>;
  /** So many seconds on, the publishers publishing meanwhile. */
  later(seconds: number): Promise<void>;
  auction(): Promise<Auction>;
  /** Transactions of the bot in blocks; its allowance to the line is not one. */
  sent(): Promise<number>;
  close(): Promise<void>;
}

export async function openBorrower(): Promise<Borrower> {
  const server = await serve();
  const chain = await connect({ network: "remote", override: { url: server.url } });
  const world = await createWorld(chain);
  const subject = await world.subject.getAddress();
  const signers = (await chain.ethers.getSigners()) as unknown as Signer[];
  const [lender, bot] = [signers[6]!, signers[9]!];
  const credit = { marginHealth: world.registry.target, escrow: world.escrow.target, asset: world.token.target, lender: await lender.getAddress(), unitPrice: PAR };
  const terms = { policyId: POLICY_ID, level: 0, minRatioBps: 10_500, minAssurance: 1 };
  const line = (await chain.ethers.deployContract("PrivateCreditLine", [credit, terms, AUCTION_TERMS, 10n * DEBT, 0])) as unknown as Contract;
  const borrower: Borrower = {
    world, line, subject, url: server.url,
    prove: async (sequence) => {
      const root = await publish({ world });
      await submit(world, await signalsFor(world, { claim: { sequence }, signals: { snapshotRoot: root } }));
    },
    lapse: async () => passTo({ world }, Number((await world.registry.getFunction("health")(subject)).healthyUntil) + 1),
    later: async (seconds) => passTo({ world }, (await now(chain)) + seconds),
    auction: () => readAuction({ creditor: line.target as string, subject, provider: chain.ethers.provider as never }),
    sent: async () => (await chain.ethers.provider.getTransactionCount(BOT.address)) - 1,
    close: async () => {
      await chain.close();
      await server.close();
    },
  };
  await fund(world, lender, line, DEBT);
  await fund(world, bot, line, DEBT);
  await fund(world, world.subject, world.escrow, PLEDGE);
  await call(world.escrow, world.subject, "deposit", subject, PLEDGE);
  await call(world.escrow, world.subject, "pledge", line.target, PLEDGE);
  await borrower.prove(50);
  await call(line, world.subject, "borrow", DEBT);
  return borrower;
}
