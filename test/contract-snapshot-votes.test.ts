import fc from "fast-check";
import type { Contract, Signer } from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { publicationHash } from "../prover/chain/publication.ts";
import type { Price } from "../prover/units.ts";
import { connect, now, refusal, restoreAfterEach, type Chain } from "./support/contracts.ts";
import { call, type PublicationArguments } from "./support/margin-world.ts";
import { deployOracle, dollars, POLICY, publication, publish, spots, vote, type OracleWorld } from "./support/snapshot-oracle.ts";

const PEOPLE = 6;

/** Who is chosen of a list of people, in their order. */
const someone = fc.nat(PEOPLE - 1);
const anyone = fc.uniqueArray(someone, { maxLength: 4 }).map((chosen) => chosen.toSorted((a, b) => a - b));
/** Candidates of an epoch differ in root or in a price. */
const candidate = fc.record({ ahead: fc.integer({ min: 0, max: 2 }), root: fc.integer({ min: 1, max: 2 }), price: fc.constantFrom(64_000, 64_001) });
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("vote" as const), who: someone, what: candidate }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("publish" as const), who: anyone, what: candidate }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("remove" as const), who: someone }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("rotate" as const), who: fc.uniqueArray(someone, { minLength: 1, maxLength: 5 }).map((chosen) => chosen.toSorted((a, b) => a - b)), extra: fc.nat(2) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

let chain: Chain;
let world: OracleWorld;
let oracle: Contract;
let people: readonly Signer[];
let names: string[];

beforeAll(async () => {
  chain = await connect();
  world = await deployOracle(chain, { rotationDelay: 0 });
  ({ oracle, publishers: people } = world);
  names = await Promise.all(people.map((person) => person.getAddress()));
});
afterAll(() => chain.close());
restoreAfterEach(() => chain);

/** What ought to be: a set of people, and one vote of each per epoch, by candidate. */
class Model {
  members = [0, 1, 2];
  quorum = 2;
  epoch = 0;
  count = 0;
  readonly barred = new Set<number>();
  readonly votes = new Map<string, string>();

  /** Names of refusals, undefined for none. @returns whether the publication is accepted */
  cast(who: readonly number[], epoch: number, hash: string, isVote: boolean): "accepted" | "kept" | string {
    if (epoch <= this.epoch) return "EpochNotIncreasing";
    const of = (person: number) => `${epoch}/${person}`;
    if (isVote && this.votes.has(of(who[0]!))) return "AlreadyVoted";
    if (who.some((person) => !this.members.includes(person))) return "NotAPublisher";
    const added = who.filter((person) => !this.votes.has(of(person)));
    const standing = this.members.filter((person) => added.includes(person) || this.votes.get(of(person)) === hash).length;
    if (standing >= this.quorum) {
      this.epoch = epoch;
      this.count += 1;
      return "accepted";
    }
    if (added.length === 0) return "NoNewVote";
    for (const person of added) this.votes.set(of(person), hash);
    return "kept";
  }

  remove(who: number): "kept" | string {
    if (!this.members.includes(who)) return "NotAPublisher";
    if (this.members.length - 1 < this.quorum) return "QuorumOutOfReach";
    this.members = this.members.filter((person) => person !== who);
    this.barred.add(who);
    return "kept";
  }

  rotate(who: readonly number[], quorum: number): "kept" | string {
    if (quorum > who.length || 2 * quorum <= who.length) return "InvalidQuorum";
    if (who.some((person) => this.barred.has(person))) return "PublisherBarred";
    if (quorum === this.quorum && String(who) === String(this.members)) return "SetInUse";
    [this.members, this.quorum] = [[...who], quorum];
    return "kept";
  }
}

/** Runs a step on the chain; what it was refused with, or whether a snapshot was accepted. */
async function run(action: () => Promise<unknown>): Promise<"accepted" | "kept" | string> {
  const before = await oracle.getFunction("count")();
  try {
    await action();
  } catch (error) {
    return (await refusal(Promise.reject(error), oracle)).name;
  }
  return (await oracle.getFunction("count")()) > before ? "accepted" : "kept";
}

describe("a publication", () => {
  it("is accepted exactly when a quorum of those who are publishers voted for exactly it, and epochs only grow", async () => {
    const seen = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 40 }), async (steps) => {
        const restore = await chain.ethers.provider.send("evm_snapshot", []);
        const model = new Model();
        const start = await now(chain);
        for (const each of steps) {
          const { expected, happened } = await both(model, each, start);
          expect(happened).toBe(expected);
          seen.set(happened, (seen.get(happened) ?? 0) + 1);
          const [, { epoch }] = await oracle.getFunction("latest")(POLICY);
          expect([Number(epoch), Number(await oracle.getFunction("count")())]).toEqual([model.epoch, model.count]);
        }
        await chain.ethers.provider.send("evm_revert", [restore]);
      }),
      { seed: 2026, numRuns: 25 },
    );
    // Sequences that never got anywhere would show nothing.
    for (const outcome of ["accepted", "kept", "AlreadyVoted", "NotAPublisher", "NoNewVote", "EpochNotIncreasing", "QuorumOutOfReach", "InvalidQuorum", "PublisherBarred"]) expect(seen.get(outcome) ?? 0, outcome).toBeGreaterThan(2);
  }, 120_000);
});

async function both(model: Model, each: Step, start: number): Promise<{ expected: string; happened: string }> {
  if (each.kind === "remove") return { expected: model.remove(each.who), happened: await run(() => call(oracle, world.guardian, "removePublisher", names[each.who]!)) };
  if (each.kind === "rotate") {
    const quorum = Math.floor(each.who.length / 2) + each.extra;
    const members = each.who.map((person) => names[person]!);
    const happened = await run(async () => {
      await call(oracle, world.admin, "announceRotation", members, quorum);
      await call(oracle, world.stranger, "applyRotation", members, quorum);
    });
    return { expected: model.rotate(each.who, quorum), happened };
  }
  const epoch = model.epoch + each.what.ahead;
  // Of later market data and another root in each epoch, which the oracle demands besides.
  const what: PublicationArguments = publication({ start: start - 500 + epoch }, { epoch, root: BigInt(100 * epoch + each.what.root), spots: spots({ BTC: each.what.price }) });
  const hash = publicationHash({ policyHash: BigInt(POLICY), epoch: BigInt(epoch), root: what.root, asOf: what.asOf, spots: [{ asset: "BTC", price: dollars(each.what.price) as Price }] });
  const who = each.kind === "vote" ? [each.who] : each.who;
  const happened = await run(() => (each.kind === "vote" ? vote(world, people[each.who]!, what) : publish(world, who.map((person) => people[person]!), what)));
  return { expected: model.cast(who, epoch, hash, each.kind === "vote"), happened };
}
