/** A random run over the protocol: its contracts, their model, and one call at a time, compared. */
import type { Contract, Interface, Signer } from "ethers";
import { expect } from "vitest";
import { packClaim } from "../../prover/proof/claim.ts";
import { parseAddress } from "../../prover/statement/address.ts";
import { scopeOf } from "../../prover/statement/scope.ts";
import { at, now } from "./contracts.ts";
import type { Dice } from "./dice.ts";
import { ACCOUNT_SET, ATTESTER_NOTICE, ATTESTER_REGISTRY, BREACH, BREACH_TIER, call, DEMANDED, GRACE_PERIOD, GROWTH, GROWTH_TIER, HEALTH, POLICY_HASH, POLICY_ID, SNAPSHOT_ROOT, TIER, type World } from "./margin-world.ts";
import { inUseOf, isCurrentRoot, isHealthy, newSubject, pledgedBy, balanceOf, type ClaimedSignals, type Model, type SubjectModel } from "./protocol-model.ts";
import { simulate, trapdoor, type Proof } from "./tiny-groth16.ts";

export interface Run {
  readonly world: World;
  readonly model: Model;
  /** Whose address each signer of a subject or creditor is. */
  readonly signers: ReadonlyMap<string, Signer>;
  readonly creditors: readonly string[];
  /** Guards the attesters, and publishes none. */
  readonly guardian: Signer;
  /** Claims that were accepted once. */
  readonly accepted: ClaimedSignals[];
  /** Time of the next block. */
  time: number;
}

/** One kind of call, with everything random about it from the dice. It makes the call and keeps the model. */
export interface Step {
  readonly name: string;
  /** How often, against the others. */
  readonly weight: number;
  readonly run: (run: Run, dice: Dice) => Promise<void>;
}

export const SECRETS_OF: Readonly<Record<string, string>> = { [TIER]: "margin world", [BREACH_TIER]: "margin world, breaches", [GROWTH_TIER]: "margin world, growth of account sets" };

/** A run from where the world of the other tests begins, with three more subjects and two creditors who may take pledges. */
export async function beginRun(world: World): Promise<Run> {
  const signers = await world.chain.ethers.getSigners();
  const subjects = [world.subject, ...signers.slice(6, 9)];
  const creditors = signers.slice(9, 11);
  const addresses = await Promise.all([...subjects, ...creditors].map((signer) => signer.getAddress()));
  const { oracle, attesters } = world;
  const [number, expiresAt] = await oracle.getFunction("lookup")(POLICY_ID, SNAPSHOT_ROOT);
  const [, entry] = await attesters.getFunction("rootAt")(1);
  const guardian = signers[11]!;
  await call(attesters, world.admin, "grantRole", await attesters.getFunction("GUARDIAN_ROLE")(), await guardian.getAddress());
  const tierOf = (tier: string, kind: number) => ({ tier, kind, label: SECRETS_OF[tier]!, activeFrom: 0, sunset: 0, disabled: false });
  const model: Model = {
    subjects: addresses.slice(0, subjects.length).map(newSubject),
    snapshots: [{ number: Number(number), policyId: POLICY_ID, root: SNAPSHOT_ROOT, expiresAt: Number(expiresAt), current: true, revoked: false }],
    roots: [{ number: Number(entry.number), root: ATTESTER_REGISTRY.root, keys: [0], currentFrom: Number(entry.currentFrom), supersededAt: Infinity, revoked: false }],
    revokedKeys: new Set(),
    policies: [{ policyId: POLICY_ID, policyHash: POLICY_HASH, ...DEMANDED, retired: false }],
    tiers: [tierOf(TIER, HEALTH), tierOf(BREACH_TIER, BREACH), tierOf(GROWTH_TIER, GROWTH)],
    balances: new Map(),
    gracePeriod: GRACE_PERIOD,
    attesterNotice: ATTESTER_NOTICE,
    releaseDelay: Number(await world.registry.getFunction("RELEASE_DELAY")()),
    pauseGrace: Number(await world.registry.getFunction("PAUSE_GRACE")()),
    isPaused: false,
  };
  model.subjects[0]!.accountSet = ACCOUNT_SET;
  const byAddress = new Map(addresses.map((address, i) => [address, [...subjects, ...creditors][i]!] as const));
  return { world, model, signers: byAddress, creditors: addresses.slice(subjects.length), guardian, accepted: [], time: await now(world.chain) };
}

/** The error a call ends in by name, or undefined. In a batch, the reason stands behind the index: `BadClaim 2 StatementTooOld`. */
export async function outcomeOf(action: Promise<unknown>, abi: Interface): Promise<string | undefined> {
  try {
    await action;
    return undefined;
  } catch (error) {
    const { data } = error as { data?: unknown };
    const parsed = typeof data === "string" ? abi.parseError(data) : null;
    if (parsed === null) throw error;
    if (parsed.name !== "BadClaim") return parsed.name;
    return `BadClaim ${parsed.args[0]} ${abi.parseError(parsed.args[1])?.name}`;
  }
}

/** Sends a call in a block of the run's time, compares how it ends, and says whether it passed. */
export async function attempt(run: Run, expected: string | undefined, contract: Contract, signer: Signer, name: string, ...parameters: unknown[]): Promise<boolean> {
  const action = at(run.world.chain, run.time, () => call(contract, signer, name, ...parameters));
  expect(await outcomeOf(action, contract.interface)).toBe(expected);
  return expected === undefined;
}

/** The public signals of a claim at this run's registry. An unknown policy's scope is that of no policy. */
export function signalsOf({ world }: Run, { claim, accountSet, policyId, snapshotRoot, attesterRoot, collateral }: ClaimedSignals): bigint[] {
  const policyHash = policyId === undefined ? 0xbad0n : BigInt(policyId);
  const scope = scopeOf({ chainId: 31337n, registry: parseAddress(String(world.registry.target)), policyHash });
  return [snapshotRoot, attesterRoot, accountSet, 4_000_004n, packClaim(claim), collateral, scope];
}

/** A proof under a tier's key; under no tier's for a name that has none. */
export function proofUnder({ model }: Run, tier: string, signals: readonly bigint[]): Proof {
  return simulate(trapdoor(model.tiers.find((known) => known.tier === tier)?.label ?? "no tier"), signals);
}

/** Everything that must hold after any call. */
export async function checkInvariants(run: Run): Promise<void> {
  const { world, model } = run;
  const head = await now(world.chain);
  await Promise.all(model.subjects.map((subject) => checkSubject(run, subject, head)));
  await checkEscrow(run, head);
  for (const { policyId, root } of model.snapshots.filter(({ revoked }) => revoked)) expect((await world.oracle.getFunction("lookup")(policyId, root)).current).toBe(false);
  for (const published of model.roots) {
    const { number, root, revoked } = published;
    const [found, isCurrent] = await world.attesters.getFunction("lookup")(root);
    expect([Number(found), await world.attesters.getFunction("isRevoked")(number), isCurrent]).toEqual([number, revoked, isCurrentRoot(model, published, head)]);
  }
}

async function checkSubject({ world: { registry, oracle }, model }: Run, subject: SubjectModel, head: number): Promise<void> {
  const { address } = subject;
  const lowest = { policyId: subject.last?.policyId ?? POLICY_ID, level: 0, minRatioBps: 0, minAssurance: 0 };
  const ask = (name: string, ...parameters: unknown[]) => registry.getFunction(name)(address, ...parameters);
  const [health, answer, meets, canOpen, status] = await Promise.all([ask("health"), ask("isHealthy"), ask("meets", lowest), ask("canOpen", lowest), ask("accountSetStatus")]);
  const healthy = isHealthy(model, subject, head);
  expect([answer, health.healthy, meets, canOpen && !answer]).toEqual([healthy, healthy, healthy, false]);
  expect(canOpen && (subject.hasGrown || model.isPaused)).toBe(false);
  // A pause spares nobody whose health ended otherwise than by time, and beyond the proof for as long as the contract says.
  const [spared, byBreaker] = await Promise.all([ask("graceUntil", lowest), oracle.getFunction("graceUntil")(lowest.policyId)]);
  if (spared !== byBreaker) {
    expect([subject.isBreached, subject.isEnded]).toEqual([false, false]);
    expect(Number(spared)).toBeLessThan(subject.last!.healthyUntil + model.pauseGrace);
  }
  expect(Number(health.sequence)).toBe(subject.last?.sequence ?? subject.sequenceBase);
  expect([status.current, status.proved, Number(status.releaseFrom)]).toEqual([subject.accountSet, subject.last?.accountSet ?? 0n, subject.releaseFrom]);
}

/** Every balance covers what is pledged and what is in use of it, and the tokens are there. */
async function checkEscrow({ world: { registry, escrow, token }, model }: Run, head: number): Promise<void> {
  let sum = 0n;
  for (const [address, balance] of model.balances) {
    const [held, pledged] = await Promise.all([escrow.getFunction("balanceOf")(address), escrow.getFunction("pledgedOf")(address)]);
    const pledges = pledgedBy(balance);
    expect([held, pledged]).toEqual([balance.held, pledges]);
    const subject = model.subjects.find((known) => known.address === address);
    const inUse = subject === undefined ? 0n : inUseOf(subject, head);
    expect(await registry.getFunction("collateralInUse")(address)).toBe(inUse);
    expect(balanceOf(model, address).held * 100n).toBeGreaterThanOrEqual(pledges * 100n + inUse);
    sum += balance.held;
  }
  expect(await token.getFunction("balanceOf")(escrow.target)).toBe(sum);
}
