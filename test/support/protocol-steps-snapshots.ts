/** Publications and the circuit breaker: publishers who agree, who do not, and a guardian. */
import { identifier } from "../../prover/commitment/domain.ts";
import { parseAddress } from "../../prover/statement/address.ts";
import type { Dice } from "./dice.ts";
import type { PublicationArguments } from "./margin-world.ts";
import { newBreaker, observe, rearm, rearmRefusal, trip, type BreakerModel } from "./protocol-breaker.ts";
import { latestOf, type Model } from "./protocol-model.ts";
import { attempt, waitUntil, type Run, type Step } from "./protocol-run.ts";
import { signatures } from "./snapshot-oracle.ts";

const [BTC, ETH] = [identifier("BTC"), identifier("ETH")];
const BEGINNING: Readonly<Record<string, bigint>> = { [String(BTC)]: 64_000n * 10n ** 8n, [String(ETH)]: 3_000n * 10n ** 8n };

export const breakerOf = ({ breakers }: Model, policyId: string): BreakerModel => {
  const breaker = breakers.get(policyId) ?? newBreaker();
  breakers.set(policyId, breaker);
  return breaker;
};
const expiryOf = (model: Model, policyId: string): number | undefined => latestOf(model, policyId)?.expiresAt;

/** Why a publication is not accepted. */
export function publicationRefusal(model: Model, { policyId, epoch, root, asOf }: PublicationArguments, time: number): string | undefined {
  if (model.isOraclePaused) return "EnforcedPause";
  const last = latestOf(model, policyId);
  if (epoch <= (last?.epoch ?? 0)) return "EpochNotIncreasing";
  if (epoch > (last?.epoch ?? 0) + model.maxEpochStep) return "EpochTooFar";
  if (asOf > time) return "SnapshotFromFuture";
  if (asOf + model.maxAge < time) return "SnapshotExpired";
  if (last !== undefined && asOf <= last.asOf) return "SnapshotNotNewer";
  if (model.revokedUnseen.has(root)) return "RootRevoked";
  const known = model.snapshots.find((snapshot) => snapshot.policyId === policyId && snapshot.root === root);
  return known === undefined ? undefined : known.revoked ? "RootRevoked" : "RootAcceptedBefore";
}

export function recordPublication(model: Model, { policyId, epoch, root, asOf, spots }: PublicationArguments, time: number): void {
  observe(breakerOf(model, policyId), expiryOf(model, policyId), spots, time);
  model.snapshots.push({ number: model.snapshots.length + 1, policyId, root, epoch, asOf, expiresAt: asOf + model.maxAge, revoked: false });
}

export function revoke(model: Model, policyId: string, root: bigint, time: number): void {
  const snapshot = model.snapshots.find((known) => known.policyId === policyId && known.root === root);
  if (snapshot === undefined) model.revokedUnseen.add(root);
  else {
    if (time <= snapshot.expiresAt) trip(breakerOf(model, policyId), expiryOf(model, policyId), time, time);
    snapshot.revoked = true;
  }
}

/** Prices that wander, and jump at times. */
function spotsAfter({ spots }: BreakerModel, dice: Dice): PublicationArguments["spots"] {
  const percent = dice.chance(6) ? 80 + dice.below(50) : 96 + dice.below(9);
  return [BTC, ETH].slice(0, 1 + dice.below(2)).toSorted((a, b) => (a < b ? -1 : 1)).map((asset) => ({ asset, price: ((spots.get(asset) ?? BEGINNING[String(asset)]!) * BigInt(percent)) / 100n }));
}

function nextEpoch({ epochs }: Run, policyId: string, step = 1): number {
  const epoch = (epochs.get(policyId) ?? 0) + step;
  epochs.set(policyId, epoch);
  return epoch;
}

/** As far as an epoch may be, or one beyond. */
function farEpoch({ model, epochs }: Run, dice: Dice, policyId: string): number {
  const farthest = (latestOf(model, policyId)?.epoch ?? 0) + model.maxEpochStep;
  if (dice.chance(50)) return farthest + 1;
  epochs.set(policyId, farthest);
  return farthest;
}

/** Two of three publishers publish, by votes or by signatures, mostly something acceptable. */
export async function publishNext(run: Run, dice: Dice, policyId: string): Promise<boolean> {
  const { model, world, time } = run;
  const [byVotes, number] = [dice.chance(50), run.publications.length];
  const publication: PublicationArguments = {
    policyId,
    epoch: dice.chance(3) ? farEpoch(run, dice, policyId) : dice.chance(4) ? (latestOf(model, policyId)?.epoch ?? 0) : nextEpoch(run, policyId, dice.chance(90) ? 1 : 2),
    root: dice.chance(4) ? dice.pick(model.snapshots).root : BigInt(2_000_000 + number) + (BigInt(time) << 40n),
    asOf: dice.chance(4) ? time + 2 : time - dice.below(dice.chance(5) ? model.maxAge + 60 : 30),
    spots: spotsAfter(breakerOf(model, policyId), dice),
  };
  const refused = publicationRefusal(model, publication, time);
  const { oracle, publishers, stranger } = world;
  const domain = { chainId: run.chainId, oracle: parseAddress(String(oracle.target)) };
  if (!byVotes || refused !== undefined) {
    if (!(await attempt(run, refused, oracle, stranger, "publish", publication, await signatures(domain, publishers.slice(0, 2), publication)))) return false;
  } else {
    await attempt(run, undefined, oracle, publishers[0]!, "submit", publication);
    waitUntil(run, time + 1);
    const late = publicationRefusal(model, publication, run.time);
    if (!(await attempt(run, late, oracle, publishers[1]!, "submit", publication))) return false;
  }
  recordPublication(model, publication, run.time);
  run.publications.push(publication);
  waitUntil(run, run.time + 1);
  return true;
}

async function disagree(run: Run, dice: Dice): Promise<boolean> {
  const { model, world } = run;
  const { policyId } = dice.pick(dice.chance(80) ? model.policies.slice(0, 1) : model.policies);
  const epoch = nextEpoch(run, policyId);
  for (const [i, publisher] of world.publishers.entries()) {
    const publication: PublicationArguments = { policyId, epoch, root: 5_000_000n + BigInt(i), asOf: run.time, spots: spotsAfter(breakerOf(model, policyId), dice) };
    if (!(await attempt(run, publicationRefusal(model, publication, run.time), world.oracle, publisher, "submit", publication))) return false;
    if (i === world.publishers.length - 1) trip(breakerOf(model, policyId), expiryOf(model, policyId), run.time, run.time);
    waitUntil(run, run.time + 1);
  }
  return true;
}

export const rearmRefusalOf = ({ model, time }: Run, policyId: string): string | undefined => rearmRefusal(breakerOf(model, policyId), expiryOf(model, policyId), time);

async function tripByGuardian(run: Run, policyId: string): Promise<boolean> {
  const { model, world, time } = run;
  const passed = await attempt(run, undefined, world.oracle, world.admin, "trip", policyId);
  trip(breakerOf(model, policyId), expiryOf(model, policyId), time, time);
  waitUntil(run, time + 1);
  return passed;
}

/** The guardian finds that the cause is gone. */
export async function rearmEarly(run: Run, policyId: string): Promise<boolean> {
  const passed = await attempt(run, rearmRefusalOf(run, policyId), run.world.oracle, run.world.admin, "rearm", policyId);
  if (passed) rearm(breakerOf(run.model, policyId), run.time);
  return passed;
}

export async function setPublication(run: Run, name: "pause" | "unpause"): Promise<boolean> {
  const { model, world } = run;
  const passed = await attempt(run, name === "unpause" && !model.isOraclePaused ? "ExpectedPause" : undefined, world.oracle, world.admin, name);
  if (passed) model.isOraclePaused = name === "pause";
  waitUntil(run, run.time + 1);
  return passed;
}

const policyOf = ({ model }: Run, dice: Dice): string => dice.pick(dice.chance(75) ? model.policies.slice(0, 1) : model.policies).policyId;

export const SNAPSHOT_STEPS: readonly Step[] = [
  { name: "two publishers publish", weight: 12, run: (run, dice) => publishNext(run, dice, policyOf(run, dice)) },
  { name: "publishers disagree", weight: 2, run: disagree },
  {
    name: "revoke a snapshot", weight: 3,
    run: async (run, dice) => {
      const { model, world, time } = run;
      const standing = model.snapshots.filter(({ revoked }) => !revoked);
      const { policyId, root, revoked } = dice.pick(standing.length > 0 && dice.chance(90) ? standing.slice(-4) : model.snapshots);
      const passed = await attempt(run, revoked ? "RootRevoked" : undefined, world.oracle, world.admin, "revoke", policyId, root);
      if (passed) revoke(model, policyId, root, time);
      return passed;
    },
  },
  { name: "trip", weight: 3, run: (run, dice) => tripByGuardian(run, policyOf(run, dice)) },
  {
    name: "rearm", weight: 4,
    run: async (run, dice) => {
      const tripped = run.model.policies.filter(({ policyId }) => breakerOf(run.model, policyId).isTripped);
      const policyId = tripped.length > 0 && dice.chance(90) ? dice.pick(tripped).policyId : policyOf(run, dice);
      if (tripped.length === 0 && dice.chance(60)) await tripByGuardian(run, policyId);
      if (breakerOf(run.model, policyId).isTripped && rearmRefusalOf(run, policyId) !== undefined && dice.chance(75)) await publishNext(run, dice, policyId);
      return rearmEarly(run, policyId);
    },
  },
  {
    name: "pause or unpause publication", weight: 3,
    run: (run, dice) => setPublication(run, run.model.isOraclePaused || dice.chance(50) ? "unpause" : "pause"),
  },
];
