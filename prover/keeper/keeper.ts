import { join } from "node:path";
import { policyId } from "../chain/calldata.ts";
import type { Health } from "../chain/status.ts";
import { policyHash } from "../commitment/snapshot.ts";
import { decide, type Action, type AttemptFacts, type Pace } from "./decide.ts";
import { EvidenceRoom, type Evidence, type KeeperSubject } from "./evidence.ts";
import type { Inbox } from "./inbox.ts";
import type { Attempt } from "./journal-records.ts";
import type { Pass } from "./keep.ts";
import type { HedgePort, RegistryPort, TransactionPort } from "./ports.ts";
import { ProofDesk, type ProofDeskParts } from "./proof-desk.ts";
import { Submitter } from "./submitter.ts";
import { WarningDesk } from "./warning-desk.ts";

export interface KeeperSettings extends Pace {
  /** Blocks after which an accepted proof is final, its own included. */
  readonly confirmations: number;
  /** Blocks for which an odd look may be a slow node's. */
  readonly settle: number;
  /** Seconds after which a waiting transaction is paid more. */
  readonly stuckAfter: number;
  readonly maxFeePerGas: bigint;
  /** Seconds that proving takes, before one was measured. */
  readonly provingGuess: number;
  /** Times the measured proving time, plus so many seconds for blocks, is the lead before expiry. */
  readonly provingFactor: number;
  readonly inclusion: number;
}

export interface KeeperParts extends ProofDeskParts {
  readonly subject: KeeperSubject;
  readonly inbox: Inbox;
  readonly chain: TransactionPort;
  readonly registry: RegistryPort;
  /** Null: warnings come without a proposal. */
  readonly hedge: HedgePort | null;
  readonly settings: KeeperSettings;
}

interface Look {
  readonly now: number;
  /** Time of the latest block. */
  readonly head: number;
  readonly health: Health;
  readonly evidence: Evidence | null;
  readonly problems: readonly string[];
  readonly attempt: AttemptFacts | null;
}

/** Seconds after which the latest block is too old for a chain that lives. */
const OLD_BLOCK = 300;
const OLD = { code: "OldBlock", message: "the latest block is more than five minutes old: the nodes are behind, or this machine's clock is wrong" };

/** Keeps one subject healthy: looks, decides, takes one step. It remembers nothing that the journal and the chain do not. */
export class Keeper {
  readonly #parts: KeeperParts;
  readonly #policyId: string;
  readonly #evidence: EvidenceRoom;
  readonly #submitter: Submitter;
  readonly #warnings: WarningDesk;
  readonly #proofs: ProofDesk;

  constructor(parts: KeeperParts) {
    const { chain, journal, report, settings, subject } = parts;
    this.#parts = parts;
    this.#policyId = policyId(policyHash(subject.policy));
    this.#evidence = new EvidenceRoom(subject);
    this.#proofs = new ProofDesk(parts);
    this.#submitter = new Submitter({ chain, journal, report, terms: settings, maxFeePerGas: settings.maxFeePerGas });
    this.#warnings = new WarningDesk(report, parts.hedge);
  }

  /** @throws MarginProofError when nodes, files or the prover fail: then look again later */
  async pass(): Promise<Pass> {
    const look = await this.#look();
    const { health: record, evidence, problems, attempt, now, head } = look;
    const actions = decide({ record, evidence: evidence?.facts ?? null, problems, attempt, lead: this.lead, lastProvedAt: this.#proofs.lastAt }, this.#parts.settings, now);
    this.#warnings.show([...(now - head > OLD_BLOCK ? [OLD] : []), ...actions.flatMap((action) => (action.kind === "warn" ? action.warning : []))], now);
    let progressed = false;
    for (const action of actions) progressed = (await this.#take(action, look)) || progressed;
    // Last: the search may take long, and health does not wait for it.
    if (evidence !== null && actions.some(({ kind }) => kind === "proposeHedge")) await this.#warnings.propose(evidence, this.#parts.settings.warnMarginBps);
    const until = actions.find((action) => action.kind === "wait")!.until;
    return { progressed, wait: Math.max(1, until - now) };
  }

  /** Seconds before expiry at which renewing begins. */
  get lead(): number {
    const { provingGuess, provingFactor, inclusion } = this.#parts.settings;
    return Math.ceil((this.#proofs.slowest ?? provingGuess) * provingFactor) + inclusion;
  }

  async #look(): Promise<Look> {
    const { chain, registry, inbox, report, subject, clock, journal } = this.#parts;
    const head = await chain.head();
    // The later of both clocks: expiry comes too early rather than too late.
    const now = Math.max(clock.now(), head.timestamp);
    const { contents, problems: files } = inbox.scan(now);
    for (const { file, code, problem } of files) report("file", { file, code, problem });
    const [health, { evidence, problems }, attempt] = await Promise.all([
      registry.health(subject.subject),
      this.#evidence.gather(contents, registry, head.timestamp),
      journal.open === null ? null : this.#attemptFacts(journal.open),
    ]);
    return { now, head: head.timestamp, health, evidence, problems, attempt };
  }

  async #attemptFacts(attempt: Attempt): Promise<AttemptFacts> {
    const { sequence, snapshotRoot, attesterRoot, lapsesAt } = attempt.decided;
    const { registry } = this.#parts;
    const [snapshot, attesters] = await Promise.all([registry.snapshot(this.#policyId, snapshotRoot), registry.attesterRoot(attesterRoot)]);
    return {
      sequence, snapshotRoot, lapsesAt,
      isCurrent: snapshot.current && attesters.current,
      isProved: this.#proofs.bundleOf(attempt) !== null,
      isSent: attempt.sent.length > 0,
      isRefused: this.#submitter.refusal !== null,
    };
  }

  async #take(action: Action, look: Look): Promise<boolean> {
    const open = this.#parts.journal.open;
    switch (action.kind) {
      case "prove": await this.#proofs.prove(look.evidence!, action.reason, look.now); return true;
      case "abandon": this.#submitter.abandon(open!, action.reason, look.now); return true;
      case "submit":
      case "follow": return this.#submit(open!, look);
      default: return false;
    }
  }

  #submit(attempt: Attempt, { attempt: facts, health, now }: Look): Promise<boolean> {
    const bundle = this.#proofs.bundleOf(attempt);
    const call = bundle && this.#parts.registry.submission(bundle);
    const isUsable = facts!.isCurrent && facts!.lapsesAt > now;
    return this.#submitter.advance({ attempt, call, recorded: health.sequence, isUsable }, now);
  }
}

/** Where a keeper's own files are. */
export const keeperFiles = (folder: string) => ({ journal: join(folder, "journal.jsonl"), lock: join(folder, "keeper.lock"), bundles: join(folder, "proofs") });
