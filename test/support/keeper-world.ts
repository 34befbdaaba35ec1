/** A subject, its files and its chain behind a server, for keepers to run on: the real contracts, the real prover, time that tests move. */
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HDNodeWallet, Wallet } from "ethers";
import { contractAt, send } from "../../prover/chain/contracts.ts";
import { readHealth, type Health } from "../../prover/chain/status.ts";
import { policyId } from "../../prover/chain/calldata.ts";
import { publicationOf } from "../../prover/chain/publication.ts";
import { voteForSnapshot } from "../../prover/chain/publish.ts";
import { serializeSnapshot } from "../../prover/commitment/snapshot-json.ts";
import { Inbox } from "../../prover/keeper/inbox.ts";
import { Journal } from "../../prover/keeper/journal.ts";
import { Keeper, keeperFiles, type KeeperParts, type KeeperSettings } from "../../prover/keeper/keeper.ts";
import type { EventFacts, EventName } from "../../prover/keeper/events.ts";
import type { ProverPort } from "../../prover/keeper/ports.ts";
import { registryPort } from "../../prover/keeper/registry-port.ts";
import { PooledProvider, type RpcOptions } from "../../prover/keeper/rpc.ts";
import { walletPort } from "../../prover/keeper/wallet-port.ts";
import type { Artifacts } from "../../prover/proof/artifacts.ts";
import type { ProofBundle } from "../../prover/proof/bundle.ts";
import { packClaim } from "../../prover/proof/claim.ts";
import { proveMargin } from "../../prover/proof/prove-margin.ts";
import { marketJson } from "../../prover/risk/market-json.ts";
import type { Position } from "../../prover/risk/book.ts";
import { accountSet } from "../../prover/statement/account-set.ts";
import { parseAddress } from "../../prover/statement/address.ts";
import { serializeRegistry } from "../../prover/statement/registry-json.ts";
import { serializeStatement, signStatement } from "../../prover/statement/signed-statement.ts";
import type { Usd } from "../../prover/units.ts";
import { connect, now, serve, travelTo, type Chain } from "./contracts.ts";
import { faultyNode, type FaultyNode } from "./faulty-node.ts";
import { deskAt, holding, type Desk } from "./flow.ts";
import { deployFlow, testArtifacts, type Protocol } from "./protocol.ts";
import { OTHER_KEY, VENUE_KEY } from "./statements.ts";

/** The development mnemonic's account of this number. */
const account = (index: number) => new Wallet(HDNodeWallet.fromPhrase("test test test test test test test test test test test junk", undefined, `m/44'/60'/0'/0/${index}`).privateKey);
export const ACCOUNTS = [{ venue: "deribit", account: "main" }, { venue: "custodian", account: "vault" }];
const SALT = 42n;
export const HEALTHY = [[holding("BTC-30D-44000-C", -2), holding("BTC-PERPETUAL", 1), holding("USD", -20_000)], [holding("BTC", 1)]];
/** The same with a debt: below what it needs. */
export const SHORT = [HEALTHY[0]!, [holding("BTC", 1), holding("USD", -40_000)]];

export const SETTINGS: KeeperSettings = {
  poll: 12, minInterval: 0, warnMarginBps: 500n, confirmations: 3, settle: 2, stuckAfter: 60, maxFeePerGas: 10n ** 12n, provingGuess: 10, provingFactor: 2, inclusion: 30,
};
const FAST: Partial<RpcOptions> = { timeout: 2_000, retries: 2, minDelay: 5, maxDelay: 20 };

export interface Told {
  readonly event: EventName;
  readonly facts: EventFacts;
}

export interface KeeperOptions {
  readonly rpc?: Partial<RpcOptions>;
  readonly settings?: Partial<KeeperSettings>;
  /** Wraps or replaces parts. */
  readonly parts?: (parts: KeeperParts) => KeeperParts;
}

export interface RunningKeeper {
  readonly keeper: Keeper;
  readonly journal: Journal;
  readonly told: Told[];
  /** Passes until there is nothing to do but wait. */
  settle(): Promise<void>;
  stop(): void;
}

export class KeeperWorld {
  readonly chain: Chain;
  readonly protocol: Protocol;
  readonly node: FaultyNode;
  /** Where the node itself is. */
  readonly direct: string;
  readonly prover: ProverPort & { proofs: number };
  readonly sender = account(7);
  readonly #closing: () => Promise<void>;

  private constructor({ chain, protocol, node, direct, prover }: Pick<KeeperWorld, "chain" | "protocol" | "node" | "direct" | "prover">, closing: () => Promise<void>) {
    this.chain = chain;
    this.protocol = protocol;
    this.node = node;
    this.direct = direct;
    this.prover = prover;
    this.#closing = closing;
  }

  /** Files that arrive, and the keeper's own; new for each test. */
  inbox = "";
  folder = "";
  desk!: Desk;

  static async open(): Promise<KeeperWorld> {
    const artifacts = await testArtifacts();
    const server = await serve();
    const chain = await connect({ network: "remote", override: { url: server.url } });
    const protocol = await deployFlow(artifacts, chain);
    await send(contractAt("MarginHealthRegistry", protocol.address, protocol.subject), "registerAccountSet", [accountSet(ACCOUNTS, SALT)]);
    const node = await faultyNode(server.url);
    return new KeeperWorld({ chain, protocol, node, direct: server.url, prover: rememberingProver(artifacts) }, async () => {
      await node.close();
      await chain.close();
      await server.close();
    });
  }

  close(): Promise<void> {
    return this.#closing();
  }

  /** Fresh folders, with everything public in the inbox. */
  async begin(): Promise<void> {
    this.folder = await mkdtemp(join(tmpdir(), "margin-keeper-"));
    this.inbox = join(this.folder, "inbox");
    await mkdir(this.inbox);
    this.node.rule = () => undefined;
    this.desk = this.protocol.desk;
    this.prover.proofs = 0;
    await this.deliverDesk(this.desk);
    await this.deliver("attesters.json", serializeRegistry(this.desk.registry));
  }

  end(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }

  /** As publishers and venues should: whole, under its name at once. */
  async deliver(name: string, text: string): Promise<void> {
    await writeFile(join(this.inbox, `.${name}.draft`), text);
    await rename(join(this.inbox, `.${name}.draft`), join(this.inbox, name));
  }

  async deliverDesk(desk: Desk): Promise<void> {
    await this.deliver(`market-${desk.asOf}.json`, JSON.stringify(marketJson(desk.market)));
    await this.deliver(`snapshot-${desk.asOf}.json`, serializeSnapshot(desk.snapshot));
  }

  /** Both venues' statements with this sequence each. */
  async deliverStatements(sequence: number, book: readonly (readonly Position[])[] = HEALTHY, asOf = this.desk.asOf): Promise<void> {
    const { borrower: subject, scope } = this.protocol;
    for (const [i, key] of [VENUE_KEY, OTHER_KEY].entries()) {
      const statement = signStatement({ subject, scope, ...ACCOUNTS[i]!, sequence, asOf, positions: book[i]!, salt: BigInt(1_000 * sequence + i) }, key);
      await this.deliver(`${ACCOUNTS[i]!.venue}-${sequence}.json`, serializeStatement(statement));
    }
  }

  /** A market of the chain's own time, accepted by the publishers in the given epoch; its files are delivered unless `silently`. */
  async publish(epoch: bigint, { silently = false } = {}): Promise<Desk> {
    const desk = deskAt(await now(this.chain));
    const [, , ...publishers] = (await this.chain.ethers.getSigners()).slice(0, 4);
    const oracle = await this.protocol.oracle.getAddress();
    for (const publisher of publishers) await voteForSnapshot(contractAt("SnapshotOracle", oracle, publisher), publicationOf(desk.snapshot, desk.market, epoch));
    if (!silently) await this.deliverDesk(desk);
    this.desk = desk;
    return desk;
  }

  async pass(seconds: number): Promise<void> {
    await travelTo(this.chain, (await now(this.chain)) + seconds);
  }

  async mine(blocks: number): Promise<void> {
    for (let i = 0; i < blocks; i++) await this.chain.ethers.provider.send("evm_mine", []);
  }

  health(): Promise<Health> {
    return readHealth({ registry: this.protocol.address, subject: this.protocol.borrower, provider: this.chain.ethers.provider });
  }

  /** Sequences of the proofs the registry has accepted, in their order. */
  async accepted(): Promise<number[]> {
    const { registry, borrower } = this.protocol;
    const events = await registry.queryFilter(registry.filters.HealthProved!(borrower));
    return events.map((event) => Number(registry.interface.parseLog(event)!.args.sequence));
  }

  /** Transactions of the keeper that are in blocks. */
  sent(): Promise<number> {
    return this.chain.ethers.provider.getTransactionCount(this.sender.address);
  }

  async keeper({ rpc = {}, settings = {}, parts = (same) => same }: KeeperOptions = {}): Promise<RunningKeeper> {
    const told: Told[] = [];
    const report = (event: EventName, facts: EventFacts) => void told.push({ event, facts });
    const provider = await PooledProvider.connect({ urls: [this.node.url], report, ...FAST, ...rpc });
    const { address, borrower, scope, desk } = this.protocol;
    const files = keeperFiles(this.folder);
    const about = { chainId: "31337", registry: address, subject: borrower, policyId: policyId(desk.snapshot.policyHash) };
    const journal = new Journal(files.journal, about, 0);
    const keeper = new Keeper(parts({
      subject: { subject: borrower, scope, policy: desk.policy, accounts: ACCOUNTS, accountSetSalt: SALT, collateral: 0n as Usd },
      inbox: new Inbox([this.inbox], 30), journal, bundles: files.bundles, chain: walletPort(provider, this.sender), registry: await registryPort(parseAddress(address), provider),
      prover: this.prover, hedge: null, report, settings: { ...SETTINGS, ...settings },
      // The chain's time is the later one, always: tests move it.
      clock: { now: () => 0, sleep: async () => {} },
    }));
    const settle = async () => {
      for (let i = 0; (await keeper.pass()).progressed; i++) if (i > 30) throw new Error("the keeper does not come to rest");
    };
    return { keeper, journal, told, settle, stop: () => (journal.close(), provider.destroy()) };
  }
}


/** The real prover, which does not repeat itself: the same claim about the same snapshot gives the proof made before. */
function rememberingProver(artifacts: Artifacts): ProverPort & { proofs: number } {
  const made = new Map<string, Promise<ProofBundle>>();
  return {
    proofs: 0,
    prove(request) {
      this.proofs += 1;
      const key = `${request.snapshot.root} ${packClaim(request.claim)} ${request.statements.map(({ signature }) => signature.S)}`;
      if (!made.has(key)) made.set(key, proveMargin(request, artifacts).then(({ bundle }) => bundle));
      return made.get(key)!;
    },
  };
}
