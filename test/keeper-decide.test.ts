import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decide, type Action, type AttemptFacts, type EvidenceFacts, type Pace, type Situation } from "../prover/keeper/decide.ts";
import type { Bps, Value } from "../prover/units.ts";

const PACE: Pace = { poll: 12, minInterval: 0, warnMarginBps: 500n };
const NOW = 10_000;
const MARGIN: EvidenceFacts["margin"] = { isHealthy: true, ratioBps: 12_000n, excess: 1n as Value, binding: ["BTC −20 % / vol up"] };
const EVIDENCE: EvidenceFacts = { snapshotRoot: 5n, attesterRoot: 6n, sequence: 4, lapsesAt: NOW + 3_000, claimedBps: 10_000n as Bps, margin: MARGIN };
const NEVER_PROVED: Situation["record"] = { healthy: false, healthyUntil: 0, sequence: 0, breachedAt: 0, snapshotRoot: 0n };
const PROVED: Situation["record"] = { healthy: true, healthyUntil: NOW + 2_000, sequence: 3, breachedAt: 0, snapshotRoot: 5n };
const ATTEMPT: AttemptFacts = { sequence: 4, snapshotRoot: 5n, lapsesAt: NOW + 3_000, isCurrent: true, isProved: true, isSent: false, isRefused: false };
const BASE: Situation = { record: NEVER_PROVED, evidence: EVIDENCE, problems: [], attempt: null, lead: 100, lastProvedAt: null };

const kinds = (change: Partial<Situation>, pace: Partial<Pace> = {}) => decide({ ...BASE, ...change }, { ...PACE, ...pace }, NOW).map(describeAction);
function describeAction(action: Action): string {
  switch (action.kind) {
    case "warn": return `warn ${action.warning.code}`;
    case "prove": return `prove: ${action.reason}`;
    case "abandon": return `abandon: ${action.reason}`;
    case "wait": return `wait ${action.until - NOW}`;
    default: return action.kind;
  }
}
const evidence = (change: Partial<EvidenceFacts>): EvidenceFacts => ({ ...EVIDENCE, ...change });
const margin = (change: Partial<EvidenceFacts["margin"]>): EvidenceFacts => evidence({ margin: { ...MARGIN, ...change } });
const attempt = (change: Partial<AttemptFacts>): AttemptFacts => ({ ...ATTEMPT, ...change });
const SHORT = margin({ isHealthy: false, ratioBps: 9_999n, excess: -1n as Value });

describe("decide", () => {
  it.each<[string, Partial<Situation>, string[], Partial<Pace>?]>([
    // proving
    ["proves what was never proved", {}, ["prove: not healthy on chain", "wait 12"]],
    ["proves what a breach, a revocation or time has ended", { record: { ...PROVED, healthy: false } }, ["prove: not healthy on chain", "wait 12"]],
    ["proves newer statements", { record: PROVED }, ["prove: newer statements", "wait 12"]],
    ["proves newer statements on a new snapshot", { record: { ...PROVED, snapshotRoot: 1n } }, ["prove: new snapshot", "wait 12"]],
    ["proves before health ends, by its lead", { record: { ...PROVED, healthyUntil: NOW + 100 } }, ["prove: about to expire", "wait 12"]],
    ["keeps routine renewals apart", { record: PROVED, lastProvedAt: NOW - 50 }, ["wait 12"], { minInterval: 100 }],
    ["looks again when the pause between renewals ends", { record: PROVED, lastProvedAt: NOW - 95 }, ["wait 5"], { minInterval: 100 }],
    ["lets a pause end on its last second", { record: PROVED, lastProvedAt: NOW - 100 }, ["prove: newer statements", "wait 12"], { minInterval: 100 }],
    ["does not let the pause stop a renewal before expiry", { record: { ...PROVED, healthyUntil: NOW + 100 }, lastProvedAt: NOW }, ["prove: about to expire", "wait 12"], { minInterval: 1_000 }],
    // not proving
    ["proves nothing without evidence, and says why", { evidence: null, problems: ["no market", "no salt"] }, ["warn EvidenceMissing", "wait 12"]],
    ["proves with what there is, and says what was passed over", { problems: ["statement 9 is too old"] }, ["warn EvidencePassedOver", "prove: not healthy on chain", "wait 12"]],
    ["proves no sequence that the registry has", { record: { ...PROVED, sequence: 4 } }, ["wait 12"]],
    ["proves no sequence that the registry has, new snapshot or not", { record: { ...PROVED, sequence: 4, snapshotRoot: 1n } }, ["wait 12"]],
    ["makes no proof that would end sooner than the last", { record: { ...PROVED, healthyUntil: NOW + 3_001 } }, ["wait 12"]],
    ["makes a proof that ends when the last one does", { record: { ...PROVED, healthyUntil: NOW + 3_000 } }, ["prove: newer statements", "wait 12"]],
    ["makes no proof that lapses before it would be accepted", { evidence: evidence({ lapsesAt: NOW + 100 }) }, ["warn EvidenceTooOld", "wait 12"]],
    ["makes one that lapses a second later", { evidence: evidence({ lapsesAt: NOW + 101 }) }, ["prove: not healthy on chain", "wait 12"]],
    // the margin
    ["never proves a short book, and proposes a hedge", { evidence: SHORT }, ["warn Breach", "proposeHedge", "wait 12"]],
    ["never proves a short book, even when health is about to end", { evidence: SHORT, record: { ...PROVED, healthyUntil: NOW + 10 } }, ["warn Breach", "warn Lapsing", "proposeHedge", "wait 12"]],
    ["never proves a book beyond its limits, whatever its ratio", { evidence: margin({ isHealthy: false }) }, ["warn Breach", "proposeHedge", "wait 12"]],
    ["warns just below the margin it wants", { evidence: margin({ ratioBps: 10_499n }) }, ["warn NearBreach", "proposeHedge", "prove: not healthy on chain", "wait 12"]],
    ["does not warn at the margin it wants", { evidence: margin({ ratioBps: 10_500n }) }, ["prove: not healthy on chain", "wait 12"]],
    ["counts the margin from what is claimed", { evidence: { ...margin({ ratioBps: 12_000n }), claimedBps: 11_501n as Bps } }, ["warn NearBreach", "proposeHedge", "prove: not healthy on chain", "wait 12"]],
    ["has nothing to warn of when nothing is required", { evidence: margin({ ratioBps: null }) }, ["prove: not healthy on chain", "wait 12"]],
    // what the chain says
    ["tells of a breach that was proved", { record: { ...PROVED, healthy: false, breachedAt: 7 } }, ["warn BreachRecorded", "prove: not healthy on chain", "wait 12"]],
    ["tells that health ends and nothing can renew it", { record: { ...PROVED, sequence: 4, healthyUntil: NOW + 100 } }, ["warn Lapsing", "wait 12"]],
    ["looks again when the lead begins", { record: { ...PROVED, sequence: 4, healthyUntil: NOW + 107 } }, ["wait 7"]],
    ["tells that health has ended", { record: { ...PROVED, sequence: 4, healthyUntil: NOW - 1 } }, ["warn Lapsed", "wait 12"]],
    ["is silent about a subject that never was healthy", { evidence: null }, ["wait 12"]],
    // a proof on its way
    ["submits what is proved", { attempt: ATTEMPT }, ["submit", "wait 12"]],
    ["submits what is proved although newer statements have come", { attempt: ATTEMPT, evidence: evidence({ sequence: 9 }) }, ["submit", "wait 12"]],
    ["submits without evidence what is proved", { attempt: ATTEMPT, evidence: null }, ["submit", "wait 12"]],
    ["asks again what was refused", { attempt: attempt({ isRefused: true }) }, ["submit", "wait 12"]],
    ["drops what was refused for newer statements", { attempt: attempt({ isRefused: true }), evidence: evidence({ sequence: 5 }) }, ["abandon: refused, and there is newer evidence", "wait 12"]],
    ["drops what was refused for a new snapshot", { attempt: attempt({ isRefused: true }), evidence: evidence({ snapshotRoot: 9n }) }, ["abandon: refused, and there is newer evidence", "wait 12"]],
    ["drops what a crash left unproved", { attempt: attempt({ isProved: false }) }, ["abandon: interrupted before it was proved", "wait 12"]],
    ["drops what the registry has", { attempt: ATTEMPT, record: { ...PROVED, sequence: 4 } }, ["abandon: the registry has this sequence or a later one", "wait 12"]],
    ["drops what no longer counts", { attempt: attempt({ isCurrent: false }) }, ["abandon: its snapshot or attester root no longer counts", "wait 12"]],
    ["drops what has expired", { attempt: attempt({ lapsesAt: NOW }) }, ["abandon: its statements or its snapshot have expired", "wait 12"]],
    ["drops what it knows to be over", { attempt: ATTEMPT, evidence: SHORT }, ["warn Breach", "proposeHedge", "abandon: the book no longer meets what it claims", "wait 12"]],
    ["follows what is out, whatever else is the case", { attempt: attempt({ isSent: true, isCurrent: false, lapsesAt: 0, isRefused: true }), evidence: SHORT }, ["warn Breach", "proposeHedge", "follow", "wait 12"]],
    ["warns of no expiry while a proof is on its way", { attempt: attempt({ isSent: true }), record: { ...PROVED, healthyUntil: NOW + 10 } }, ["follow", "wait 12"]],
  ])("%s", (_, situation, expected, pace) => {
    expect(kinds(situation, pace)).toEqual(expected);
  });

  it("says what a person needs: the ratio, what is missing rounded up, what is left rounded down, what binds", () => {
    const text = (facts: EvidenceFacts) => decide({ ...BASE, evidence: facts }, PACE, NOW).flatMap((action) => (action.kind === "warn" ? action.warning.message : []));
    const cent = 10n ** 14n;
    expect(text(margin({ isHealthy: false, ratioBps: 9_876n, excess: (-cent - 1n) as Value }))).toEqual(["the ratio is 98.76 % of 100 %; 0.02 is missing; BTC −20 % / vol up binds"]);
    expect(text(margin({ ratioBps: 10_001n, excess: (2n * cent - 1n) as Value, binding: [] }))).toEqual(["the ratio is 100.01 % of 100 %; 0.01 is left; the charges bind"]);
    expect(text(margin({ isHealthy: false, excess: 1n as Value }))).toEqual(["the ratio is 120 % of 100 %; a limit is not kept; BTC −20 % / vol up binds"]);
  });
});

describe("whatever the situation,", () => {
  const time = fc.integer({ min: NOW - 400, max: NOW + 400 });
  const sequence = fc.integer({ min: 0, max: 4 });
  const root = fc.bigInt({ min: 0n, max: 2n });
  const evidences = fc.record({
    snapshotRoot: root, attesterRoot: root, sequence, lapsesAt: time, claimedBps: fc.constantFrom(10_000n as Bps, 11_000n as Bps),
    margin: fc.record({ isHealthy: fc.boolean(), ratioBps: fc.option(fc.bigInt({ min: 9_000n, max: 12_000n })), excess: fc.bigInt({ min: -5n, max: 5n }).map((value) => value as Value), binding: fc.constant([]) }),
  });
  const situations: fc.Arbitrary<Situation> = fc.record({
    record: fc.record({ healthy: fc.boolean(), healthyUntil: time, sequence, breachedAt: fc.constantFrom(0, 9), snapshotRoot: root }),
    evidence: fc.option(evidences),
    problems: fc.constantFrom<readonly string[]>([], ["something"]),
    attempt: fc.option(fc.record({ sequence, snapshotRoot: root, lapsesAt: time, isCurrent: fc.boolean(), isProved: fc.boolean(), isSent: fc.boolean(), isRefused: fc.boolean() })),
    lead: fc.integer({ min: 0, max: 200 }),
    lastProvedAt: fc.option(time),
  });
  const paces: fc.Arbitrary<Pace> = fc.record({ poll: fc.integer({ min: 1, max: 60 }), minInterval: fc.integer({ min: 0, max: 200 }), warnMarginBps: fc.bigInt({ min: 0n, max: 1_000n }) });
  const law = (title: string, holds: (actions: readonly Action[], situation: Situation, pace: Pace) => void) =>
    it(title, () => fc.assert(fc.property(situations, paces, (situation, pace) => holds(decide(situation, pace, NOW), situation, pace)), { seed: 11, numRuns: 5_000 }));
  const has = (actions: readonly Action[], ...names: Action["kind"][]) => actions.some(({ kind }) => names.includes(kind));

  law("there is at most one step, and it is last but for one wait that ends in the future and at the next poll at the latest", (actions, _, { poll }) => {
    const steps = actions.filter(({ kind }) => ["prove", "submit", "follow", "abandon"].includes(kind));
    expect(steps.length).toBeLessThanOrEqual(1);
    const last = actions.at(-1)!;
    if (last.kind !== "wait") throw new Error("the last action is no wait");
    expect(last.until > NOW && last.until <= NOW + poll).toBe(true);
    expect(actions.filter(({ kind }) => kind === "wait")).toHaveLength(1);
  });

  law("nothing is proved while a proof is on its way", (actions, { attempt: one }) => {
    if (one !== null) expect(has(actions, "prove")).toBe(false);
  });

  law("no book that is short is proved, or submitted before it was sent", (actions, { evidence: found, attempt: one }) => {
    if (found !== null && !found.margin.isHealthy && one?.isSent !== true) expect(has(actions, "prove", "submit")).toBe(false);
  });

  law("nothing is proved or submitted that the registry would refuse for its sequence or its time", (actions, { evidence: found, attempt: one, record }) => {
    if (has(actions, "prove")) expect([found!.sequence > record.sequence, found!.lapsesAt > NOW]).toEqual([true, true]);
    if (has(actions, "submit")) expect([one!.sequence > record.sequence, one!.lapsesAt > NOW, one!.isCurrent]).toEqual([true, true, true]);
  });

  law("health that can be renewed is renewed before it ends", (actions, { evidence: found, attempt: one, record, lead }) => {
    const canRenew = found !== null && one === null && found.margin.isHealthy && found.sequence > record.sequence && found.lapsesAt > NOW + lead && found.lapsesAt >= record.healthyUntil;
    if (canRenew && record.healthyUntil - lead <= NOW) expect(has(actions, "prove")).toBe(true);
  });

  law("a renewal never shortens health that runs", (actions, { evidence: found, record }) => {
    if (has(actions, "prove") && record.healthy) expect(found!.lapsesAt).toBeGreaterThanOrEqual(record.healthyUntil);
  });

  law("a short book is never passed over in silence", (actions, { evidence: found }) => {
    if (found !== null && !found.margin.isHealthy) expect(actions.some((action) => action.kind === "warn" && action.warning.code === "Breach")).toBe(true);
  });

  law("health that is over or about to be, and that nothing renews, is never passed over in silence", (actions, { record, lead }) => {
    if (record.sequence === 0 || record.healthyUntil - lead > NOW || has(actions, "prove", "submit", "follow")) return;
    expect(actions.some((action) => action.kind === "warn" && ["Lapsing", "Lapsed"].includes(action.warning.code))).toBe(true);
  });
});
