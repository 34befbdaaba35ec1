/** The calls of a random run, contract by contract. Each says what the model expects of it. */
import { encodeBytes32String } from "ethers";
import type { Level, Bps } from "../../prover/units.ts";
import { ASSURANCES } from "../../prover/statement/attester-registry.ts";
import { parseAddress } from "../../prover/statement/address.ts";
import type { Dice } from "./dice.ts";
import { now } from "./contracts.ts";
import { attesterArguments, BREACH, BREACH_TIER, call, GROWTH, GROWTH_TIER, HEALTH, policyIdOf, publishSnapshot, TIER, TIER_DELAY, type World } from "./margin-world.ts";
import { balanceOf, countable, inUseOf, isCurrentRoot, isHealthy, judgeBreach, judgeHealth, newSubject, pledgedBy, recordHealth, supersede, tierRefusal, type Balance, type ClaimedSignals, type Proved, type SubjectModel } from "./protocol-model.ts";
import { attempt, outcomeOf, proofUnder, signalsOf, type Run, type Step } from "./protocol-run.ts";
import { ATTESTER_KEYS } from "./statements.ts";
import { keyOf, scalar, simulate, trapdoor } from "./tiny-groth16.ts";

const DOLLAR = 10n ** 6n;
const STRANGER = parseAddress(`0x${"5".repeat(40)}`);

const signerOf = ({ signers }: Run, address: string) => signers.get(address)!;
const setOf = (dice: Dice): bigint => scalar(`set ${dice.below(6)}`);

/** Signals about a subject that are mostly right. */
function claimOf(run: Run, dice: Dice, subject: SubjectModel, kind: number): ClaimedSignals {
  const { model, time } = run;
  const wrong = (percent: number) => dice.chance(percent);
  const covered = model.policies.filter((policy) => !policy.retired && model.snapshots.some(({ policyId }) => policyId === policy.policyId));
  const proved = model.policies.find(({ policyId }) => policyId === subject.last?.policyId);
  const policy = kind === BREACH && proved !== undefined && !wrong(10) ? proved : dice.pick(covered.length > 0 && !wrong(5) ? covered : model.policies);
  const snapshots = model.snapshots.filter(({ policyId }) => policyId === policy.policyId);
  const base = (subject.breach !== undefined && dice.chance(60) ? Math.max(subject.breach.sequence, subject.last?.sequence ?? 0) : (subject.last?.sequence ?? subject.sequenceBase)) - subject.sequenceBase;
  const set = kind === BREACH ? (subject.last?.accountSet ?? subject.accountSet) : subject.accountSet;
  const held = countable(model, subject.address);
  const counted = subject.last?.collateral ?? 0n;
  return {
    claim: {
      subject: parseAddress(wrong(2) ? STRANGER : subject.address),
      asOf: time + 1 - dice.below(wrong(10) ? 2_400 : 60),
      sequence: Math.max(0, base + 1 + (wrong(15) ? -dice.below(3) : dice.below(3))),
      minRatioBps: BigInt(policy.minRatioBps + (wrong(10) ? (kind === BREACH ? 1 : -1) : kind === BREACH ? 0 : dice.below(2_000))) as Bps,
      level: (wrong(5) ? "MM" : kind === BREACH && !wrong(5) ? (["MM", "IM"] as const)[policy.level]! : "IM") as Level,
      minAssurance: ASSURANCES[Math.max(0, policy.minAssurance - (wrong(5) ? 1 : 0))]!,
    },
    accountSet: wrong(5) ? setOf(dice) : set,
    policyId: wrong(3) ? undefined : policy.policyId,
    snapshotRoot: snapshots.length === 0 || wrong(3) ? 77n : wrong(15) ? dice.pick(snapshots).root : snapshots.at(-1)!.root,
    attesterRoot: wrong(3) ? 78n : wrong(15) ? dice.pick(model.roots).root : (model.roots.findLast((root) => isCurrentRoot(model, root, time)) ?? model.roots.at(-1)!).root,
    collateral: kind === BREACH ? (wrong(10) && counted > 0n ? counted - 1n : dice.chance(60) ? counted : counted + held) : dice.chance(50) ? 0n : (held * BigInt(dice.below(11))) / 10n + (wrong(5) ? held : 0n),
  };
}

/** Mostly one of whom a thing is true. */
const mostly = (run: Run, dice: Dice, isWanted: (subject: SubjectModel) => boolean): SubjectModel => {
  const wanted = run.model.subjects.filter(isWanted);
  return dice.pick(wanted.length > 0 && dice.chance(90) ? wanted : run.model.subjects);
};
const isProvable = ({ accountSet, releaseFrom }: SubjectModel): boolean => accountSet !== 0n && releaseFrom === 0;

const tierFor = (run: Run, dice: Dice, kind: number): string => {
  if (dice.chance(6)) return dice.pick([...run.model.tiers.map(({ tier }) => tier), encodeBytes32String("nowhere")]);
  return dice.pick(run.model.tiers.filter((tier) => tier.kind === kind)).tier;
};
const subjectOf = (run: Run, sent: ClaimedSignals): SubjectModel => run.model.subjects.find(({ address }) => address.toLowerCase() === sent.claim.subject.toLowerCase()) ?? newSubject(sent.claim.subject);

async function submitOne(run: Run, dice: Dice, sent: ClaimedSignals): Promise<void> {
  const { model, world, time } = run;
  const tier = tierFor(run, dice, HEALTH);
  const isForged = dice.chance(4);
  const signals = signalsOf(run, sent);
  const judged = model.isPaused ? "EnforcedPause" : judgeHealth(model, subjectOf(run, sent), sent, time);
  const refused = typeof judged === "string" ? judged : (tierRefusal(model, tier, HEALTH, time) ?? (isForged ? "InvalidProof" : undefined));
  const proof = isForged ? simulate(trapdoor("forger"), signals) : proofUnder(run, tier, signals);
  if (await attempt(run, refused, world.registry, world.stranger, "submit", tier, proof, signals)) {
    recordHealth(subjectOf(run, sent), judged as Proved);
    run.accepted.push(sent);
  }
}

async function submitMany(run: Run, dice: Dice): Promise<void> {
  const { model, world, time } = run;
  const tier = tierFor(run, dice, HEALTH);
  const all = Array.from({ length: 1 + dice.below(4) }, () => claimOf(run, dice, mostly(run, dice, isProvable), HEALTH));
  const forged = dice.chance(8) ? dice.below(all.length) : -1;
  const before = structuredClone(model.subjects);
  let refused: string | undefined = model.isPaused ? "EnforcedPause" : undefined;
  for (const [i, sent] of all.entries()) {
    if (refused !== undefined) break;
    const judged = judgeHealth(model, subjectOf(run, sent), sent, time);
    if (typeof judged === "string") refused = `BadClaim ${i} ${judged}`;
    else recordHealth(subjectOf(run, sent), judged);
  }
  refused ??= tierRefusal(model, tier, HEALTH, time) ?? (forged >= 0 ? "InvalidProofAt" : undefined);
  const signals = all.map((sent) => signalsOf(run, sent));
  const proofs = signals.map((own, i) => (i === forged ? simulate(trapdoor("forger"), own) : proofUnder(run, tier, own)));
  if (!(await attempt(run, refused, world.registry, world.stranger, "submitBatch", tier, proofs, signals))) model.subjects.splice(0, before.length, ...before);
}

async function breach(run: Run, dice: Dice): Promise<void> {
  const { model, world, time } = run;
  const sent = claimOf(run, dice, mostly(run, dice, (subject) => isHealthy(model, subject, time)), BREACH);
  const subject = subjectOf(run, sent);
  const tier = tierFor(run, dice, BREACH);
  const signals = signalsOf(run, sent);
  const judged = judgeBreach(model, subject, sent, time);
  const refused = typeof judged === "string" ? judged : tierRefusal(model, tier, BREACH, time);
  if (!(await attempt(run, refused, world.registry, world.stranger, "proveBreach", tier, proofUnder(run, tier, signals), signals)) || typeof judged === "string") return;
  subject.breach = judged;
  subject.isBreached = true;
  subject.highestSequence = Math.max(subject.highestSequence, judged.sequence);
  if (subject.hasGrown) subject.changedAt = time;
}

const registrySteps: readonly Step[] = [
  { name: "submit", weight: 40, run: (run, dice) => submitOne(run, dice, claimOf(run, dice, mostly(run, dice, isProvable), HEALTH)) },
  { name: "submitBatch", weight: 6, run: submitMany },
  { name: "submit what was accepted before", weight: 4, run: async (run, dice) => (run.accepted.length === 0 ? undefined : submitOne(run, dice, dice.pick(run.accepted))) },
  { name: "proveBreach", weight: 8, run: breach },
  {
    name: "registerAccountSet", weight: 5,
    run: async (run, dice) => {
      const subject = mostly(run, dice, ({ accountSet }) => accountSet === 0n);
      const set = setOf(dice);
      if (await attempt(run, subject.accountSet === 0n ? undefined : "AlreadyRegistered", run.world.registry, signerOf(run, subject.address), "registerAccountSet", set)) subject.accountSet = set;
    },
  },
  {
    name: "growAccountSet", weight: 4,
    run: async (run, dice) => {
      const { model, world, time } = run;
      const subject = mostly(run, dice, isProvable);
      const grown = setOf(dice);
      const tier = dice.chance(90) ? GROWTH_TIER : tierFor(run, dice, GROWTH);
      const isReplay = dice.chance(15);
      const signals = [isReplay ? scalar("another set") : subject.accountSet, grown, BigInt(subject.address), 0n, 0n, 0n, 0n];
      const refused = subject.accountSet === 0n ? "NotRegistered" : subject.releaseFrom !== 0 ? "ReleaseRunning" : (tierRefusal(model, tier, GROWTH, time) ?? (isReplay ? "InvalidProof" : undefined));
      if (!(await attempt(run, refused, world.registry, signerOf(run, subject.address), "growAccountSet", tier, proofUnder(run, tier, signals), grown))) return;
      Object.assign(subject, { accountSet: grown, hasGrown: subject.hasGrown || subject.last !== undefined, changedAt: time });
    },
  },
  {
    name: "announceRelease", weight: 2,
    run: async (run, dice) => {
      const { model, world, time } = run;
      const subject = mostly(run, dice, isProvable);
      const refused = subject.accountSet === 0n ? "NotRegistered" : subject.releaseFrom !== 0 ? "ReleaseRunning" : pledgedBy(balanceOf(model, subject.address)) > 0n ? "PledgesOutstanding" : undefined;
      if (await attempt(run, refused, world.registry, signerOf(run, subject.address), "announceRelease")) Object.assign(subject, { isEnded: true, releaseFrom: time + model.releaseDelay });
    },
  },
  {
    name: "cancelRelease", weight: 2,
    run: async (run, dice) => {
      const subject = mostly(run, dice, ({ releaseFrom }) => releaseFrom !== 0);
      if (await attempt(run, subject.releaseFrom === 0 ? "NoReleaseRunning" : undefined, run.world.registry, signerOf(run, subject.address), "cancelRelease")) subject.releaseFrom = 0;
    },
  },
  {
    name: "executeRelease", weight: 5,
    run: async (run, dice) => {
      const { model, world, time } = run;
      const subject = mostly(run, dice, ({ releaseFrom }) => releaseFrom !== 0 && releaseFrom <= time);
      const refused = subject.releaseFrom === 0 ? "NoReleaseRunning" : time < subject.releaseFrom ? "ReleaseTooEarly" : pledgedBy(balanceOf(model, subject.address)) > 0n ? "PledgesOutstanding" : undefined;
      if (!(await attempt(run, refused, world.registry, signerOf(run, subject.address), "executeRelease"))) return;
      Object.assign(subject, {
        accountSet: 0n, last: undefined, isBreached: false, isEnded: true, releaseFrom: 0, hasGrown: false, wasReleased: true, changedAt: time, sequenceBase: subject.highestSequence,
      } satisfies Partial<SubjectModel>);
    },
  },
  {
    name: "pause or unpause", weight: 4,
    run: async (run, dice) => {
      const { model, world } = run;
      const name = model.isPaused || dice.chance(70) ? "unpause" : "pause";
      const refused = name === "unpause" && !model.isPaused ? "ExpectedPause" : undefined;
      if (await attempt(run, refused, world.registry, world.admin, name)) model.isPaused = name === "pause";
    },
  },
  {
    name: "addPolicy", weight: 2,
    run: async (run, dice) => {
      const policyHash = BigInt(100 + dice.below(3));
      const terms = { policyId: policyIdOf(policyHash), level: dice.below(2), minRatioBps: 10_000 + dice.below(500), minAssurance: dice.below(3), maxStatementAge: 600 + dice.below(2_000) };
      const isKnown = run.model.policies.some(({ policyId }) => policyId === terms.policyId);
      if (await attempt(run, isKnown ? "PolicyKnown" : undefined, run.world.registry, run.world.admin, "addPolicy", ...Object.values(terms))) run.model.policies.push({ ...terms, policyHash, retired: false });
    },
  },
  {
    name: "retirePolicy", weight: 0.3,
    run: async (run, dice) => {
      const policy = dice.pick(run.model.policies);
      if (await attempt(run, policy.retired ? "RetiredPolicy" : undefined, run.world.registry, run.world.admin, "retirePolicy", policy.policyId)) policy.retired = true;
    },
  },
];

const oracleSteps: readonly Step[] = [
  {
    name: "a quorum votes for a snapshot", weight: 14,
    run: async (run, dice) => {
      const { world, model } = run;
      const { policyId } = dice.pick(dice.chance(60) ? model.policies.slice(0, 1) : model.policies);
      const root = BigInt(2_000_000 + model.snapshots.length);
      await publish(run, policyId, root);
    },
  },
  {
    name: "revoke a snapshot", weight: 0.7,
    run: async (run, dice) => {
      const standing = run.model.snapshots.filter(({ revoked }) => !revoked);
      if (standing.length === 0) return;
      const snapshot = dice.pick(standing);
      if (await attempt(run, undefined, run.world.oracle, run.world.admin, "revoke", snapshot.policyId, snapshot.root)) snapshot.revoked = true;
    },
  },
];

/** The oracle's own rules are its own tests'. Here it is asked which snapshots are current. */
async function publish(run: Run, policyId: string, root: bigint): Promise<void> {
  const { world, model } = run;
  const { oracle } = world;
  const asOf = (await now(world.chain)) - 1;
  if ((await outcomeOf(publishSnapshot(world, { policyId, epoch: model.snapshots.length + 1, root, asOf }), oracle.interface)) !== undefined) return;
  for (const [i, { policyId: id, root: old }] of model.snapshots.entries()) model.snapshots[i]!.current = (await oracle.getFunction("lookup")(id, old)).current || model.snapshots[i]!.revoked;
  const [number, expiresAt, current] = await oracle.getFunction("lookup")(policyId, root);
  if (Number(number) === 0) return;
  model.snapshots.push({ number: Number(number), policyId, root, expiresAt: Number(expiresAt), current, revoked: false });
  run.time = Math.max(run.time, (await now(world.chain)) + 1);
}

const attesterSteps: readonly Step[] = [
  {
    name: "publish attesters", weight: 3,
    run: async (run, dice) => {
      const { model, world, time } = run;
      const keys = ATTESTER_KEYS.map((_, i) => i).filter((i) => dice.chance(model.revokedKeys.has(i) ? 5 : 60));
      const root = dice.chance(95) ? BigInt(3_000_000 + model.roots.length) : dice.pick(model.roots).root;
      const isKnown = model.roots.some((published) => published.root === root);
      const refused = isKnown ? "RootPublishedBefore" : keys.length === 0 ? "InvalidAttesterCount" : keys.some((i) => model.revokedKeys.has(i)) ? "KeyRevoked" : undefined;
      const attesters = keys.map((i) => ({ venue: `venue ${i}`, key: ATTESTER_KEYS[i]!.publicKey, assurance: "venue-signed", validFrom: 0, validUntil: 2 ** 32 - 1 }) as const);
      if (!(await attempt(run, refused, world.attesters, world.admin, "publish", root, attesterArguments(attesters)))) return;
      const published = { number: model.roots.length + 1, root, keys, currentFrom: time + model.attesterNotice, supersededAt: Infinity, revoked: false };
      model.roots.push(published);
      supersede(model, published);
    },
  },
  {
    name: "confirm a root", weight: 3,
    run: async (run, dice) => {
      const { model, world, time } = run;
      const waiting = model.roots.filter(({ currentFrom, revoked }) => time < currentFrom && !revoked);
      const root = dice.pick(waiting.length > 0 && dice.chance(80) ? waiting : model.roots);
      const refused = root.revoked || time >= root.currentFrom || root.currentFrom >= root.supersededAt ? "NothingToConfirm" : undefined;
      if (!(await attempt(run, refused, world.attesters, run.guardian, "confirm", root.root))) return;
      root.currentFrom = time;
      supersede(model, root);
    },
  },
  {
    name: "revoke a root", weight: 1,
    run: async (run, dice) => {
      const root = dice.pick(run.model.roots);
      if (await attempt(run, root.revoked ? "NothingToRevoke" : undefined, run.world.attesters, run.world.admin, "revokeRoot", root.root)) root.revoked = true;
    },
  },
  {
    name: "revoke a key", weight: 0.5,
    run: async (run, dice) => {
      const { model, world } = run;
      const i = dice.below(ATTESTER_KEYS.length);
      const { x, y } = ATTESTER_KEYS[i]!.publicKey;
      if (!(await attempt(run, model.revokedKeys.has(i) ? "KeyRevoked" : undefined, world.attesters, world.admin, "revokeKey", x, y))) return;
      model.revokedKeys.add(i);
      for (const root of model.roots) root.revoked ||= root.keys.includes(i);
    },
  },
];

const tierSteps: readonly Step[] = [
  {
    name: "addTier", weight: 1,
    run: async (run, dice) => {
      const { model, world } = run;
      const label = dice.chance(80) ? `key ${model.tiers.length}` : dice.pick(model.tiers).label;
      const tier = dice.chance(80) ? encodeBytes32String(`tier ${model.tiers.length}`) : dice.pick(model.tiers).tier;
      const kind = dice.below(3);
      const refused = model.tiers.some((known) => known.tier === tier) ? "TierKnown" : model.tiers.some((known) => known.label === label) ? "KeyInUse" : undefined;
      if (!(await attempt(run, refused, world.verifier, world.admin, "addTier", tier, keyOf(trapdoor(label)), 1, kind))) return;
      model.tiers.push({ tier, kind, label, activeFrom: run.time + TIER_DELAY, sunset: 0, disabled: false });
    },
  },
  {
    name: "scheduleSunset", weight: 0.5,
    run: async (run, dice) => {
      const { model, world, time } = run;
      const tier = dice.pick(model.tiers);
      const last = time + TIER_DELAY + (dice.chance(80) ? dice.below(3_600) : -1);
      const refused = tier.disabled ? "TierDisabled" : tier.sunset !== 0 ? "SunsetScheduled" : last < time + TIER_DELAY ? "NoticeTooShort" : undefined;
      if (await attempt(run, refused, world.verifier, world.admin, "scheduleSunset", tier.tier, last)) tier.sunset = last;
    },
  },
  {
    name: "disableTier", weight: 0.3,
    run: async (run, dice) => {
      const tier = dice.pick(run.model.tiers);
      if (await attempt(run, tier.disabled ? "TierDisabled" : undefined, run.world.verifier, run.world.admin, "disableTier", tier.tier)) tier.disabled = true;
    },
  },
];

const balanceFor = ({ model }: Run, address: string): Balance => {
  const balance = model.balances.get(address) ?? { held: 0n, pledgedTo: new Map() };
  model.balances.set(address, balance);
  return balance;
};
/** What stops a subject from taking this much out of what it has free. */
function freeRefusal(run: Run, subject: SubjectModel, amount: bigint): string | undefined {
  const free = countable(run.model, subject.address) / 100n;
  if (amount > free) return "InsufficientBalance";
  return (free - amount) * 100n < inUseOf(subject, run.time) ? "CollateralInUse" : undefined;
}
const amountOf = (dice: Dice, about: bigint): bigint => (about * BigInt(1 + dice.below(12))) / 10n + BigInt(dice.below(3));

const escrowSteps: readonly Step[] = [
  {
    name: "deposit", weight: 6,
    run: async (run, dice) => {
      const { world } = run;
      const { address } = dice.pick(run.model.subjects);
      const amount = BigInt(dice.below(1_000)) * DOLLAR + BigInt(dice.below(3));
      await fund(world, amount);
      run.time = Math.max(run.time, (await now(world.chain)) + 1);
      if (await attempt(run, undefined, world.escrow, world.stranger, "deposit", address, amount)) balanceFor(run, address).held += amount;
    },
  },
  {
    name: "withdraw", weight: 5,
    run: async (run, dice) => {
      const subject = dice.pick(run.model.subjects);
      const amount = amountOf(dice, countable(run.model, subject.address) / 200n);
      if (await attempt(run, freeRefusal(run, subject, amount), run.world.escrow, signerOf(run, subject.address), "withdraw", subject.address, amount)) balanceFor(run, subject.address).held -= amount;
    },
  },
  {
    name: "pledge", weight: 4,
    run: async (run, dice) => {
      const subject = dice.pick(run.model.subjects);
      const creditor = dice.pick(run.creditors);
      const amount = amountOf(dice, countable(run.model, subject.address) / 200n);
      if (!(await attempt(run, freeRefusal(run, subject, amount), run.world.escrow, signerOf(run, subject.address), "pledge", creditor, amount))) return;
      const { pledgedTo } = balanceFor(run, subject.address);
      pledgedTo.set(creditor, (pledgedTo.get(creditor) ?? 0n) + amount);
    },
  },
  ...(["releasePledge", "seizePledge"] as const).map((name): Step => ({
    name, weight: 4,
    run: async (run, dice) => {
      const { address } = dice.pick(run.model.subjects);
      const creditor = dice.pick(run.creditors);
      const pledged = balanceFor(run, address).pledgedTo.get(creditor) ?? 0n;
      const amount = dice.chance(40) ? pledged : amountOf(dice, pledged);
      const to = name === "seizePledge" ? [creditor] : [];
      if (!(await attempt(run, amount > pledged ? "PledgeTooSmall" : undefined, run.world.escrow, signerOf(run, creditor), name, address, ...to, amount))) return;
      const balance = balanceFor(run, address);
      balance.pledgedTo.set(creditor, pledged - amount);
      if (name === "seizePledge") balance.held -= amount;
    },
  })),
];

async function fund({ token, escrow, stranger }: World, amount: bigint): Promise<void> {
  await call(token, stranger, "mint", await stranger.getAddress(), amount);
  await call(token, stranger, "approve", escrow.target, amount);
}

/** What only a role may do, tried by somebody without it. */
const GUARDED = [
  ["registry", "pause", []], ["registry", "unpause", []], ["registry", "retirePolicy", [policyIdOf(1n)]], ["registry", "addPolicy", [policyIdOf(1n), 0, 10_000, 0, 1]],
  ["attesters", "publish", [1n, []]], ["attesters", "revokeRoot", [1n]], ["attesters", "confirm", [1n]], ["attesters", "revokeKey", [1n, 1n]],
  ["verifier", "disableTier", [TIER]], ["verifier", "scheduleSunset", [BREACH_TIER, 2 ** 32 - 1]],
] as const;
const outsiderSteps: readonly Step[] = [
  {
    name: "a stranger tries what a role may", weight: 2,
    run: async (run, dice) => {
      const [contract, name, parameters] = dice.pick(GUARDED);
      await attempt(run, "AccessControlUnauthorizedAccount", run.world[contract], run.world.stranger, name, ...parameters);
    },
  },
];

const timeSteps: readonly Step[] = [
  {
    name: "time passes", weight: 3,
    run: async (run, dice) => {
      run.time += dice.pick([300, 600, 1_800, 1_800, 3_600, run.model.gracePeriod, run.model.releaseDelay]) + dice.below(60);
    },
  },
];

export const PROTOCOL_STEPS: readonly Step[] = [...registrySteps, ...oracleSteps, ...attesterSteps, ...tierSteps, ...escrowSteps, ...outsiderSteps, ...timeSteps];
