/** Where a random run begins: one subject of four is registered, one snapshot is accepted at the source and none is relayed. */
import type { Contract, Signer } from "ethers";
import { now } from "./contracts.ts";
import {
  ACCOUNT_SET, ATTESTER_NOTICE, ATTESTER_REGISTRY, BREACH, BREACH_TIER, DEMANDED, GRACE_PERIOD, GROWTH, GROWTH_TIER, HEALTH, HISTORY_WINDOW, MAX_SNAPSHOT_AGE, POLICY_HASH, POLICY_ID,
  SNAPSHOT_ROOT, SPOTS, TIER, type PublicationArguments, type World,
} from "./margin-world.ts";
import type { ManyReader } from "./many-reader.ts";
import { newBreaker, observe } from "./protocol-breaker.ts";
import { newSubject, type Model } from "./protocol-model.ts";
import type { Place, Run } from "./protocol-run.ts";
import { LINES, PURSE, type ProtocolWorld } from "./protocol-world.ts";
import { ascending } from "./snapshot-oracle.ts";

const SECRETS_OF: Readonly<Record<string, string>> = { [TIER]: "margin world", [BREACH_TIER]: "margin world, breaches", [GROWTH_TIER]: "margin world, growth of account sets" };

const addressesOf = (signers: readonly Signer[]): Promise<string[]> => Promise.all(signers.map((signer) => signer.getAddress()));
const constant = async (contract: Contract, name: string): Promise<number> => Number(await contract.getFunction(name)());

export async function beginRun({ world, actors, lines, there, readers }: ProtocolWorld, seen: Run["seen"], check: (run: Run) => Promise<void>): Promise<Run> {
  const { subjects, creditors, lenders, keeper, bidders, guardian, spares } = actors;
  const all = [...subjects, ...creditors, ...lenders, keeper, ...bidders];
  const [addresses, everybody] = [await addressesOf(subjects), await addressesOf(all)];
  const here = await placeOf(world, readers[0], addresses);
  const { model } = here;
  const first = await published(world, model);
  const lenderAddresses = await addressesOf(lenders);
  const beginning = () => ({ loans: new Map(), lent: 0n, repaid: 0n, takenOver: 0n });
  model.lines.push(...LINES.map((terms, i) => ({ ...terms, address: String(lines[i]!.target), lender: lenderAddresses[i]!, ...beginning() })));
  for (const address of await addressesOf([...subjects, ...lenders, ...bidders])) model.purses.set(address, PURSE);
  const run: Run = {
    ...here, lines, guardian, seen,
    signers: new Map(everybody.map((address, i) => [address, all[i]!] as const)),
    creditors: await addressesOf(creditors), keeper: await keeper.getAddress(), bidders: await addressesOf(bidders),
    accepted: [], publications: [first], epochs: new Map([[POLICY_ID, first.epoch]]), check: () => check(run),
    there: await placeOf(there, readers[1], addresses),
    relaySet: { spares: [...spares], removed: [], rotationDelay: await constant(there.oracle, "rotationDelay"), announced: undefined },
  };
  return run;
}

async function placeOf(world: World, reader: ManyReader, subjects: readonly string[]): Promise<Place> {
  const { chainId } = await world.chain.ethers.provider.getNetwork();
  const time = await now(world.chain);
  return { world, reader, model: await modelOf(world, subjects), chainId, time, checked: 0, highest: new Map(), spared: new Map(), publishers: await ascending(world.publishers) };
}

/** The world's first snapshot. */
async function published({ oracle }: World, { snapshots, breakers }: Model): Promise<PublicationArguments> {
  const { snapshot } = await oracle.getFunction("latest")(POLICY_ID);
  const [number, epoch, asOf] = [snapshot.number, snapshot.epoch, snapshot.asOf].map(Number) as [number, number, number];
  snapshots.push({ number, policyId: POLICY_ID, root: SNAPSHOT_ROOT, epoch, asOf, expiresAt: asOf + MAX_SNAPSHOT_AGE, revoked: false });
  const breaker = newBreaker();
  breakers.set(POLICY_ID, breaker);
  observe(breaker, undefined, SPOTS, asOf);
  return { policyId: POLICY_ID, epoch, root: SNAPSHOT_ROOT, asOf, spots: SPOTS };
}

/** What both registries begin with. */
async function modelOf({ attesters, registry, oracle }: World, subjects: readonly string[]): Promise<Model> {
  const [, entry] = await attesters.getFunction("rootAt")(1);
  const tierOf = (tier: string, kind: number) => ({ tier, kind, label: SECRETS_OF[tier]!, activeFrom: 0, sunset: 0, disabled: false });
  const model: Model = {
    subjects: subjects.map(newSubject),
    snapshots: [],
    roots: [{ number: Number(entry.number), root: ATTESTER_REGISTRY.root, keys: [0], currentFrom: Number(entry.currentFrom), supersededAt: Infinity, revoked: false }],
    revokedKeys: new Set(),
    policies: [{ policyId: POLICY_ID, policyHash: POLICY_HASH, ...DEMANDED, retired: false }],
    tiers: [tierOf(TIER, HEALTH), tierOf(BREACH_TIER, BREACH), tierOf(GROWTH_TIER, GROWTH)],
    balances: new Map(), purses: new Map(), lines: [], breakers: new Map(), revokedUnseen: new Set(), prepared: new Set(), pauses: [],
    gracePeriod: GRACE_PERIOD, attesterNotice: ATTESTER_NOTICE, releaseDelay: await constant(registry, "RELEASE_DELAY"),
    pauseGrace: await constant(registry, "PAUSE_GRACE"), pauseGraceWindow: await constant(registry, "PAUSE_GRACE_WINDOW"),
    maxAge: MAX_SNAPSHOT_AGE, historyWindow: HISTORY_WINDOW, maxEpochStep: await constant(oracle, "MAX_EPOCH_STEP"),
    isPaused: false, isOraclePaused: false,
  };
  model.subjects[0]!.accountSet = ACCOUNT_SET;
  return model;
}
