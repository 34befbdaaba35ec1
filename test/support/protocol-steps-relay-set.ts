/** Who publishes at the relay: removed by its guardian, and replaced by its admin where a set is cut down to its quorum and has fallen silent. */
import type { Signer } from "ethers";
import type { Dice } from "./dice.ts";
import { QUORUM } from "./margin-world.ts";
import { attempt, waitUntil, type Place, type Run, type Step } from "./protocol-run.ts";
import { across } from "./protocol-steps-relay.ts";
import { ascending } from "./snapshot-oracle.ts";

const ROTATION_WINDOW = 14 * 86_400;
const addressesOf = (signers: readonly Signer[]): Promise<string[]> => Promise.all(signers.map((signer) => signer.getAddress()));

/** Both chains wait: publications that are relayed must not be from long before. */
async function wait(run: Run, time: number): Promise<void> {
  waitUntil(run, time);
  await across(run);
}

async function remove(run: Run, dice: Dice): Promise<boolean> {
  const place = await across(run);
  const { world: { oracle, admin }, publishers } = place;
  const gone = dice.pick(publishers);
  const refused = publishers.length <= QUORUM ? "QuorumOutOfReach" : undefined;
  if (!(await attempt(place, refused, oracle, admin, "removePublisher", await gone.getAddress()))) return false;
  place.publishers = publishers.filter((publisher) => publisher !== gone);
  run.relaySet.removed.push(gone);
  return true;
}

/** First second in which the relay has been silent for long enough. */
const silentFrom = ({ model: { snapshots, maxAge } }: Place, { relaySet: { rotationDelay } }: Run): number => (snapshots.at(-1)?.asOf ?? 0) + maxAge + rotationDelay + 1;

async function replace(run: Run, dice: Dice): Promise<boolean> {
  if (run.there.publishers.length > QUORUM && dice.chance(70)) await remove(run, dice);
  if (run.there.publishers.length === QUORUM && dice.chance(75)) await wait(run, silentFrom(run.there, run) - (dice.chance(15) ? 1 : 0));
  const place = await across(run);
  const { time, world: { oracle, admin }, publishers } = place;
  const { announced, removed, spares } = run.relaySet;
  const more = dice.chance(10) ? removed.at(-1) : spares.find((spare) => !publishers.includes(spare));
  if (more === undefined) return false;
  const next = await ascending([...publishers.slice(0, QUORUM), more]);
  const isPending = announced !== undefined && time <= announced.from + ROTATION_WINDOW;
  const isBlocked = publishers.length <= QUORUM && time >= silentFrom(place, run);
  const refused = !isBlocked ? "SetNotBlocked" : isPending ? "RotationPending" : removed.includes(more) ? "PublisherBarred" : undefined;
  if (!(await attempt(place, refused, oracle, admin, "replaceBlockedSet", await addressesOf(next), QUORUM))) return false;
  run.relaySet.announced = { publishers: next, from: time + run.relaySet.rotationDelay };
  return true;
}

async function apply(run: Run, dice: Dice): Promise<boolean> {
  if (run.relaySet.announced === undefined && dice.chance(80)) {
    if (await replace(run, dice)) run.seen("replace a blocked set there");
    await run.check();
  }
  const { announced, removed, spares } = run.relaySet;
  if (announced !== undefined && dice.chance(75)) await wait(run, announced.from - (dice.chance(15) ? 1 : 0));
  const place = await across(run);
  const { time, world } = place;
  const next = announced?.publishers ?? place.publishers;
  const isDue = announced !== undefined && time >= announced.from && time <= announced.from + ROTATION_WINDOW;
  const refused = announced === undefined ? "RotationNotAnnounced" : !isDue ? "RotationNotDue" : next.some((one) => removed.includes(one)) ? "PublisherBarred" : undefined;
  if (!(await attempt(place, refused, world.oracle, world.stranger, "applyRotation", await addressesOf(next), QUORUM))) return false;
  place.publishers = next;
  run.relaySet.announced = undefined;
  spares.splice(0, spares.length, ...spares.filter((spare) => !next.includes(spare)));
  return true;
}

export const RELAY_SET_STEPS: readonly Step[] = [
  { name: "remove a publisher there", weight: 1, run: remove },
  { name: "replace a blocked set there", weight: 2, run: replace },
  { name: "put an announced set to use there", weight: 3, run: apply },
];
