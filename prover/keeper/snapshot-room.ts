import { verifySnapshot } from "../commitment/snapshot-json.ts";
import type { Snapshot } from "../commitment/snapshot.ts";
import { MarginProofError } from "../errors.ts";
import type { Market } from "../risk/market.ts";
import type { Policy } from "../risk/policy.ts";
import { marketRisk, type MarketRisk } from "../risk/risk-array.ts";
import type { InboxContents } from "./inbox.ts";
import type { SnapshotFile } from "./inbox-documents.ts";
import type { RegistryPort, SnapshotStanding } from "./ports.ts";

/** A snapshot that the chain has accepted and that follows from its market and the policy. */
export interface UsableSnapshot {
  readonly snapshot: Snapshot;
  readonly market: Market;
  readonly risks: MarketRisk;
  readonly standing: SnapshotStanding;
}

export interface ChosenSnapshot {
  readonly usable: UsableSnapshot | null;
  readonly problems: readonly string[];
}

type Recomputed = Omit<UsableSnapshot, "standing"> | { readonly problem: string };

/** Newer files than these are asked about; older ones have been superseded. */
const CANDIDATES = 8;

/** Chooses the snapshot to prove against. What was recomputed is remembered for as long as its file stays as it is. */
export class SnapshotRoom {
  readonly #policy: Policy;
  readonly #policyHash: bigint;
  readonly #policyId: string;
  readonly #recomputed = new WeakMap<object, Recomputed>();

  constructor(policy: Policy, policyHash: bigint, policyId: string) {
    this.#policy = policy;
    this.#policyHash = policyHash;
    this.#policyId = policyId;
  }

  /** The newest accepted snapshot whose file is there and can be recomputed. @throws what the chain's port throws */
  async choose({ snapshots, markets }: Pick<InboxContents, "snapshots" | "markets">, registry: RegistryPort): Promise<ChosenSnapshot> {
    const candidates = snapshots.filter(({ policyHash }) => policyHash === this.#policyHash).toSorted((a, b) => b.asOf - a.asOf).slice(0, CANDIDATES);
    const [latest, ...standings] = await Promise.all([registry.latestSnapshot(this.#policyId), ...candidates.map(({ root }) => registry.snapshot(this.#policyId, root))]);
    const problems = latest === null ? ["no snapshot has been accepted yet"] : candidates.some(({ root }) => root === latest.root) ? [] : ["the chain has accepted a newer snapshot, and its file is not here"];
    const current = candidates.map((file, i) => ({ file, standing: standings[i]! })).filter(({ standing }) => standing.current).toSorted((a, b) => b.standing.number - a.standing.number);
    for (const { file, standing } of current) {
      const made = this.#recompute(file, markets);
      if (!("problem" in made)) return { usable: { ...made, standing }, problems };
      problems.push(made.problem);
    }
    return { usable: null, problems: problems.length > 0 ? problems : ["no snapshot that still counts"] };
  }

  #recompute(file: SnapshotFile, markets: InboxContents["markets"]): Recomputed {
    const known = this.#recomputed.get(file.json);
    if (known !== undefined) return known;
    const market = markets.get(file.marketHash);
    if (market === undefined) return { problem: `the market of snapshot ${short(file.root)} is not here` };
    const made = this.#attempt(file, market);
    this.#recomputed.set(file.json, made);
    return made;
  }

  #attempt({ root, json }: SnapshotFile, market: Market): Recomputed {
    try {
      return { market, snapshot: verifySnapshot(json, market, this.#policy), risks: marketRisk(market, this.#policy) };
    } catch (error) {
      if (!(error instanceof MarginProofError)) throw error;
      return { problem: `snapshot ${short(root)} cannot be recomputed: ${error.message}` };
    }
  }
}

/** Enough of a root to recognise it. */
export const short = (root: bigint): string => `${root.toString().slice(0, 12)}…`;
