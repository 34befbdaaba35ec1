/** The second registry: what is relayed to it, what is proved there, and what must not count there. */
import { signRevocation } from "../../prover/chain/publisher-decisions.ts";
import { parseAddress } from "../../prover/statement/address.ts";
import { now } from "./contracts.ts";
import type { Dice } from "./dice.ts";
import { HEALTH, POLICY_ID, type PublicationArguments } from "./margin-world.ts";
import { claimOf, isProvable, mostly, setOf, signerOf, subjectOf } from "./protocol-choices.ts";
import { judgeHealth } from "./protocol-claims.ts";
import { isCurrentSnapshot, latestOf } from "./protocol-model.ts";
import { attempt, proofUnder, signalsOf, waitUntil, type Place, type Run, type Step } from "./protocol-run.ts";
import { submitOne } from "./protocol-steps-claims.ts";
import { publicationRefusal, recordPublication, revoke } from "./protocol-steps-snapshots.ts";
import { signatures } from "./snapshot-oracle.ts";
import { TIER } from "./margin-world.ts";

const domainOf = (run: Run) => ({ chainId: run.chainId, oracle: parseAddress(String(run.world.oracle.target)) });

/** The other chain, its next block no earlier than the source's. */
export async function across(run: Run): Promise<Place> {
  waitUntil(run.there, Math.max(run.time, (await now(run.there.world.chain)) + 1));
  return run.there;
}

export async function relay(run: Run, dice: Dice): Promise<boolean> {
  const place = await across(run);
  const { model, world, time } = place;
  const publication = dice.chance(80) ? run.publications.findLast(({ policyId }) => policyId === POLICY_ID)! : dice.pick(run.publications);
  const given = await signatures(domainOf(run), place.publishers.slice(0, 2), publication);
  const passed = await attempt(place, publicationRefusal(model, publication, time), world.oracle, world.stranger, "publish", publication, given);
  if (passed) recordPublication(model, publication, time);
  return passed;
}

/** Publications that no quorum signed for the source, or signed otherwise. */
async function relayForged(run: Run, dice: Dice): Promise<boolean> {
  const place = await across(run);
  const { model, world, time } = place;
  const last = run.publications.at(-1)!;
  const fresh: PublicationArguments = { ...last, epoch: last.epoch + 100, root: 6_000_000n + BigInt(dice.below(1_000)), asOf: time };
  const { publishers } = place;
  const here = domainOf(run);
  const [refused, given] = await dice.pick<() => Promise<[string, unknown[]]>>([
    async () => ["QuorumNotReached", await signatures(here, publishers.slice(0, 1), fresh)],
    async () => ["InvalidPublisherSignature", await signatures(here, publishers.slice(0, 2), { ...fresh, root: last.root })],
    async () => ["InvalidPublisherSignature", await signatures({ ...here, chainId: place.chainId }, publishers.slice(0, 2), fresh)],
    async () => ["NotAPublisher", await signatures(here, [publishers[0]!, world.stranger], fresh)],
    async () => ["NotAPublisher", await signatures(here, [publishers[0]!, run.relaySet.removed.at(-1) ?? run.relaySet.spares.at(-1) ?? world.stranger], fresh)],
    async () => {
      const [one] = await signatures(here, publishers.slice(0, 1), fresh);
      return ["NotAPublisher", [one, one]];
    },
  ])();
  return attempt(place, publicationRefusal(model, fresh, time) ?? refused, world.oracle, world.stranger, "publish", fresh, given);
}

/** A claim that was accepted at the source, in the source's scope. */
async function replayAcross(run: Run, dice: Dice): Promise<boolean> {
  if (run.accepted.length === 0) return false;
  const place = await across(run);
  const { model, world, time } = place;
  const sent = run.accepted.slice(-3).at(dice.below(3)) ?? run.accepted.at(-1)!;
  const signals = signalsOf(run, sent);
  const refused = judgeHealth(model, subjectOf(place, sent), { ...sent, policyId: undefined }, time);
  return attempt(place, String(refused), world.registry, world.stranger, "submit", TIER, proofUnder(place, TIER, signals), signals);
}

export const RELAY_STEPS: readonly Step[] = [
  { name: "relay a snapshot", weight: 8, run: relay },
  { name: "relay what no quorum signed", weight: 3, isAttack: true, run: relayForged },
  {
    name: "relay a revocation", weight: 3,
    run: async (run, dice) => {
      const place = await across(run);
      const { model, world, time } = place;
      const revoked = run.model.snapshots.filter((snapshot) => snapshot.revoked && !isRevokedAt(place, snapshot.root));
      const { policyId, root } = dice.pick(revoked.length > 0 ? revoked : run.model.snapshots);
      const isSigned = dice.chance(85);
      const signers = place.publishers.slice(-2).slice(isSigned ? 0 : 1);
      const given = await Promise.all(signers.map((publisher) => signRevocation({ policyHash: BigInt(policyId), root }, domainOf(run), publisher)));
      const sorted = given.toSorted((a, b) => (BigInt(a.publisher) < BigInt(b.publisher) ? -1 : 1));
      const refused = !isSigned ? "QuorumNotReached" : isRevokedAt(place, root) ? "RootRevoked" : undefined;
      const passed = await attempt(place, refused, world.oracle, world.stranger, "relayRevocation", policyId, root, sorted);
      if (passed) revoke(model, policyId, root, time);
      return passed;
    },
  },
  {
    name: "register there", weight: 2,
    run: async (run, dice) => {
      const place = await across(run);
      const subject = mostly(place, dice, ({ accountSet }) => accountSet === 0n);
      const signer = (await place.world.chain.ethers.getSigner(subject.address)) as unknown as ReturnType<typeof signerOf>;
      const set = setOf(dice);
      const passed = await attempt(place, subject.accountSet === 0n ? undefined : "AlreadyRegistered", place.world.registry, signer, "registerAccountSet", set);
      if (passed) subject.accountSet = set;
      return passed;
    },
  },
  {
    name: "submit there", weight: 10,
    run: async (run, dice) => {
      const latest = latestOf(run.there.model, POLICY_ID);
      if ((latest === undefined || !isCurrentSnapshot(run.there.model, latest, run.time)) && dice.chance(75)) await relay(run, dice);
      const place = await across(run);
      return submitOne(place, dice, claimOf(place, dice, mostly(place, dice, isProvable), HEALTH));
    },
  },
  { name: "submit there what was accepted at the source", weight: 3, isAttack: true, run: replayAcross },
];

const isRevokedAt = ({ model }: Place, root: bigint): boolean => model.revokedUnseen.has(root) || model.snapshots.some((snapshot) => snapshot.root === root && snapshot.revoked);
