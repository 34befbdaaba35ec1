/** Attester roots: published with notice, confirmed by a guardian who publishes none, revoked. */
import { add } from "../../prover/commitment/curve.ts";
import type { Dice } from "./dice.ts";
import { attesterArguments } from "./margin-world.ts";
import { isCurrentRoot, supersede, type RootModel } from "./protocol-model.ts";
import { ORDER_TWO } from "./points.ts";
import { attempt, waitUntil, type Run, type Step } from "./protocol-run.ts";
import { ATTESTER_KEYS } from "./statements.ts";

const leaves = (keys: readonly number[]) =>
  attesterArguments(keys.map((i) => ({ venue: `venue ${i}`, key: ATTESTER_KEYS[i]!.publicKey, assurance: "venue-signed", validFrom: 0, validUntil: 2 ** 32 - 1 })));
const nextRoot = ({ model }: Run): bigint => BigInt(3_000_000 + model.roots.length);

async function publish(run: Run, keys: readonly number[], root: bigint): Promise<RootModel | undefined> {
  const { model, world, time } = run;
  const isKnown = model.roots.some((published) => published.root === root);
  const refused = isKnown ? "RootPublishedBefore" : keys.length === 0 ? "InvalidAttesterCount" : keys.some((i) => model.revokedKeys.has(i)) ? "KeyRevoked" : undefined;
  if (!(await attempt(run, refused, world.attesters, world.admin, "publish", root, leaves(keys)))) return undefined;
  const published: RootModel = { number: model.roots.length + 1, root, keys, currentFrom: time + model.attesterNotice, supersededAt: Infinity, revoked: false };
  model.roots.push(published);
  supersede(model, published);
  return published;
}

async function confirm(run: Run, root: RootModel): Promise<boolean> {
  const { model, world, time } = run;
  const refused = root.revoked || time >= root.currentFrom || root.currentFrom >= root.supersededAt ? "NothingToConfirm" : undefined;
  if (!(await attempt(run, refused, world.attesters, run.guardian, "confirm", root.root))) return false;
  root.currentFrom = time;
  supersede(model, root);
  return true;
}

const waiting = ({ model: { roots }, time }: Run): RootModel | undefined =>
  roots.findLast(({ currentFrom, supersededAt, revoked }) => time < currentFrom && currentFrom < supersededAt && !revoked);

/** Over all keys that are left, if any are. */
async function publishUsable(run: Run): Promise<RootModel | undefined> {
  const keys = ATTESTER_KEYS.map((_, i) => i).filter((i) => !run.model.revokedKeys.has(i));
  if (keys.length === 0) return undefined;
  const published = await publish(run, keys, nextRoot(run));
  waitUntil(run, run.time + 1);
  return published;
}

/** A root that counts, mostly: without one nothing can be proved. */
export async function haveRoot(run: Run, dice: Dice): Promise<void> {
  if (run.model.roots.some((root) => isCurrentRoot(run.model, root, run.time)) || dice.chance(25)) return;
  const root = waiting(run) ?? (await publishUsable(run));
  if (root === undefined) return;
  await confirm(run, root);
  waitUntil(run, run.time + 1);
}

/** A key out of the subgroup, under which the same secret signs, or one that stands twice. */
async function publishNoKeys(run: Run, dice: Dice): Promise<boolean> {
  const i = dice.below(ATTESTER_KEYS.length);
  const [one] = leaves([i]);
  const moved = { ...one!, ...add(ATTESTER_KEYS[i]!.publicKey, ORDER_TWO) };
  const [refused, given] = dice.chance(50) ? ["InvalidAttester", [moved]] : [run.model.revokedKeys.has(i) ? "KeyRevoked" : "DuplicateAttester", [one, one]];
  return attempt(run, String(refused), run.world.attesters, run.world.admin, "publish", nextRoot(run), given);
}

export const ATTESTER_STEPS: readonly Step[] = [
  {
    name: "publish attesters", weight: 5,
    run: async (run, dice) => {
      const { model } = run;
      const keys = ATTESTER_KEYS.map((_, i) => i).filter((i) => dice.chance(model.revokedKeys.has(i) ? 5 : 60));
      return (await publish(run, keys, dice.chance(95) ? nextRoot(run) : dice.pick(model.roots).root)) !== undefined;
    },
  },
  { name: "publish attesters that are none", weight: 2, isAttack: true, run: publishNoKeys },
  {
    name: "confirm a root", weight: 4,
    run: async (run, dice) => {
      if (waiting(run) === undefined && dice.chance(60)) await publishUsable(run);
      return confirm(run, dice.chance(85) ? (waiting(run) ?? dice.pick(run.model.roots)) : dice.pick(run.model.roots));
    },
  },
  {
    name: "the registrar confirms its own root", weight: 1.5, isAttack: true,
    run: (run) => attempt(run, "ConfirmedByRegistrar", run.world.attesters, run.world.admin, "confirm", (waiting(run) ?? run.model.roots.at(-1)!).root),
  },
  {
    name: "revoke a root", weight: 2,
    run: async (run, dice) => {
      const root = dice.pick(run.model.roots);
      const passed = await attempt(run, root.revoked ? "NothingToRevoke" : undefined, run.world.attesters, run.world.admin, "revokeRoot", root.root);
      if (passed) root.revoked = true;
      return passed;
    },
  },
  {
    name: "revoke a key", weight: 1.5,
    run: async (run, dice) => {
      const { model, world } = run;
      const i = dice.below(ATTESTER_KEYS.length);
      const { x, y } = ATTESTER_KEYS[i]!.publicKey;
      if (!(await attempt(run, model.revokedKeys.has(i) ? "KeyRevoked" : undefined, world.attesters, world.admin, "revokeKey", x, y))) return false;
      model.revokedKeys.add(i);
      for (const root of model.roots) root.revoked ||= root.keys.includes(i);
      return true;
    },
  },
];
