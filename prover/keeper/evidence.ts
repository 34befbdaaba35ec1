import { policyId } from "../chain/calldata.ts";
import { policyHash } from "../commitment/snapshot.ts";
import { claimFor } from "../proof/claim.ts";
import type { ProvingRequest } from "../proof/proving-request.ts";
import { marginReport, type MarginReport } from "../risk/margin-report.ts";
import { describeBinding } from "../risk/margin-table.ts";
import type { Market } from "../risk/market.ts";
import type { Policy } from "../risk/policy.ts";
import { accountSet, type AccountName } from "../statement/account-set.ts";
import type { Address } from "../statement/address.ts";
import type { AttesterRegistry } from "../statement/attester-registry.ts";
import type { SignedStatement } from "../statement/signed-statement.ts";
import type { Bps, Usd } from "../units.ts";
import { chooseStatements } from "./choose-statements.ts";
import type { EvidenceFacts } from "./decide.ts";
import type { InboxContents } from "./inbox.ts";
import type { Demands, RegistryPort } from "./ports.ts";
import { SnapshotRoom, type UsableSnapshot } from "./snapshot-room.ts";

/** Whose margin is kept, where, and what is claimed. */
export interface KeeperSubject {
  readonly subject: Address;
  readonly scope: bigint;
  readonly policy: Policy;
  /** The registered set, in its order, and its salt. */
  readonly accounts: readonly AccountName[];
  readonly accountSetSalt: bigint;
  /** What to claim; left out: what the registry demands. */
  readonly ratioBps?: Bps | undefined;
  /** How much of what is in escrow to count. */
  readonly collateral: Usd;
}

/** Everything for a proof, and what the book looks like under it. */
export interface Evidence {
  readonly request: Omit<ProvingRequest, "tier">;
  readonly market: Market;
  readonly report: MarginReport;
  readonly facts: EvidenceFacts;
}

export interface Gathered {
  readonly evidence: Evidence | null;
  readonly problems: readonly string[];
}

const none = (...problems: string[]): Gathered => ({ evidence: null, problems });

/** Puts together what can be proved from the files that are there and what the chain counts. */
export class EvidenceRoom {
  readonly #subject: KeeperSubject;
  readonly #policyId: string;
  readonly #snapshots: SnapshotRoom;
  #last: Evidence | null = null;

  constructor(subject: KeeperSubject) {
    const hash = policyHash(subject.policy);
    this.#subject = subject;
    this.#policyId = policyId(hash);
    this.#snapshots = new SnapshotRoom(subject.policy, hash, this.#policyId);
  }

  /** `now`: no statement from later is used. @throws what the chain's port throws */
  async gather(contents: InboxContents, registry: RegistryPort, now: number): Promise<Gathered> {
    const { subject, accounts, accountSetSalt, collateral } = this.#subject;
    const [demands, registered, held] = await Promise.all([registry.demands(this.#policyId), registry.accountSet(subject), registry.collateral(subject)]);
    const refused = refusalOf(this.#subject, demands, registered, accountSet(accounts, accountSetSalt), held);
    if (demands === null || refused !== null) return none(refused ?? "the registry does not know the policy");
    const [{ usable, problems }, attesters] = await Promise.all([this.#snapshots.choose(contents, registry), currentRegistry(contents.registries, registry)]);
    if (attesters === null) return none(...problems, "no attester registry that counts is here");
    const { chosen, problems: about } = chooseStatements(contents.statements, {
      ...this.#subject, registry: attesters, minAssurance: demands.minAssurance, oldest: now - demands.maxStatementAge, newest: now,
    });
    if (usable === null || chosen === null) return none(...problems, ...about);
    const evidence = this.#evidence(usable, chosen, attesters, demands, registered);
    this.#last = evidence;
    return { evidence, problems: [...problems, ...about] };
  }

  #evidence({ snapshot, market, risks, standing }: UsableSnapshot, statements: readonly SignedStatement[], registry: AttesterRegistry, demands: Demands, registered: bigint): Evidence {
    const { subject, scope, policy, accountSetSalt, ratioBps = demands.minRatioBps, collateral } = this.#subject;
    const terms = { level: demands.level, minRatioBps: ratioBps, onChainCollateral: collateral };
    const claim = claimFor(statements.map(({ statement }) => statement), { subject, minRatioBps: ratioBps, level: demands.level, minAssurance: demands.minAssurance });
    const request = { snapshot, policy, risks, statements, registry, accountSetSalt, registeredAccountSet: registered, claim, scope, onChainCollateral: collateral };
    const report = this.#unchanged(request)?.report ?? marginReport(statements.map(({ statement }) => statement), risks, policy, terms);
    const binding = report.nettingSets.filter((set) => set.binding !== null).map((set) => describeBinding(set, policy));
    const { isHealthy, excess } = report;
    return {
      request, market, report,
      facts: {
        snapshotRoot: snapshot.root, attesterRoot: registry.root, sequence: claim.sequence, claimedBps: ratioBps,
        lapsesAt: Math.min(claim.asOf + demands.maxStatementAge, standing.expiresAt),
        margin: { isHealthy, excess, binding, ratioBps: report.ratioBps },
      },
    };
  }

  /** The last evidence when it was of the same book, snapshot and terms: a look between two changes costs nothing. */
  #unchanged({ risks, statements, claim }: Omit<ProvingRequest, "tier">): Evidence | null {
    const before = this.#last?.request;
    const isSame = before?.risks === risks && before.claim.minRatioBps === claim.minRatioBps && before.claim.level === claim.level && before.statements.every((each, i) => each === statements[i]);
    return isSame ? this.#last : null;
  }
}

function refusalOf({ ratioBps, collateral }: KeeperSubject, demands: Demands | null, registered: bigint, own: bigint, held: Usd): string | null {
  if (demands === null) return null;
  if (demands.retired) return "the policy was retired: it takes no new proofs";
  if (registered === 0n) return "the subject has not registered an account set";
  if (registered !== own) return "the accounts and the salt are not those that are registered";
  if (ratioBps !== undefined && ratioBps < demands.minRatioBps) return `the registry demands a ratio of ${demands.minRatioBps} basis points, and ${ratioBps} are to be claimed`;
  return collateral > held ? "more collateral is to be counted than is in escrow" : null;
}

/** The newest published root that counts, of those whose leaves are here. */
async function currentRegistry(registries: readonly AttesterRegistry[], port: RegistryPort): Promise<AttesterRegistry | null> {
  const standings = await Promise.all(registries.map(async (registry) => ({ registry, ...(await port.attesterRoot(registry.root)) })));
  return standings.filter(({ current }) => current).toSorted((a, b) => b.number - a.number)[0]?.registry ?? null;
}
