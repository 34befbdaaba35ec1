/** What must hold after any call, read from the contracts and compared with the model. */
import { AbiCoder, keccak256 } from "ethers";
import { expect } from "vitest";
import * as rules from "./auction-model.ts";
import { now, slotOf } from "./contracts.ts";
import { POLICY_ID, QUORUM } from "./margin-world.ts";
import { answers } from "./protocol-claims.ts";
import { breakerAt, canOpen, clockFrom, isVoid, loanOf, meets, positionOf, sparedUntil, type LineModel } from "./protocol-lending-model.ts";
import { balanceOf, inUseOf, isCurrentRoot, isCurrentSnapshot, isHealthy, latestOf, pledgedBy, type SubjectModel } from "./protocol-model.ts";
import type { Place, Run } from "./protocol-run.ts";
import { contractOf } from "./protocol-steps-lending.ts";

export async function checkInvariants(run: Run): Promise<void> {
  const [here, there] = await Promise.all([run, run.there].map(({ world: { chain } }) => now(chain)));
  const wasThere = run.there.checked;
  run.there.checked = there!;
  // Nothing changes there between two blocks, not even the time.
  const across = wasThere === there ? [] : [checkPlace(run.there, there!), checkRelay(run)];
  await Promise.all([checkPlace(run, here!), ...across, checkPurses(run), ...run.model.lines.map((line) => checkLine(run, line, here!))]);
}

async function checkPlace(place: Place, head: number): Promise<void> {
  await Promise.all([...place.model.subjects.map((subject) => checkSubject(place, subject, head)), checkEscrow(place, head), checkSources(place, head)]);
}

async function checkSubject(place: Place, subject: SubjectModel, head: number): Promise<void> {
  const { world: { registry, oracle }, reader, model, highest } = place;
  const { address, last, breach } = subject;
  const lowest = { policyId: last?.policyId ?? POLICY_ID, level: 0, minRatioBps: 0, minAssurance: 0 };
  const ask = (name: string, ...parameters: unknown[]) => reader.read(registry, name, address, ...parameters);
  const [health, answer, meetsLowest, opens, status, spared, byBreaker] = await Promise.all([
    ask("health"), ask("isHealthy"), ask("meets", lowest), ask("canOpen", lowest), ask("accountSetStatus"), ask("graceUntil", lowest), reader.read(oracle, "graceUntil", lowest.policyId),
  ]);
  const healthy = isHealthy(model, subject, head);
  expect([answer, health.healthy, meetsLowest], "healthy without a proof that counts, or not with one").toEqual([healthy, healthy, healthy]);
  expect(opens, "credit is open where it must not be, or shut").toBe(canOpen(model, subject, lowest, head));
  expect(Number(health.sequence)).toBe(last?.sequence ?? subject.sequenceBase);
  expect(health.sequence, "a sequence went back").toBeGreaterThanOrEqual(highest.get(address) ?? 0n);
  highest.set(address, health.sequence);
  expect([status.current, status.proved, Number(status.releaseFrom)]).toEqual([subject.accountSet, last?.accountSet ?? 0n, subject.releaseFrom]);
  expect(Number(spared), "until when somebody is spared").toBe(sparedUntil(model, subject, lowest, head));
  // A pause spares nobody whose health ended otherwise than by time, and beyond the proof for as long as the contract says.
  if (spared !== byBreaker) {
    expect([subject.isBreached, subject.isEnded], "a pause spares whose health did not lapse").toEqual([false, false]);
    expect(Number(spared), "a pause spares for too long").toBeLessThan(Number(health.healthyUntil) + model.pauseGrace);
  }
  if (!answer) return;
  // From the chain's own words, whatever the model thinks of them.
  const snapshot = await numberOf(place, health.policyId, health.snapshotRoot);
  const proved = { sequence: Number(health.sequence), asOf: Number(health.asOf), snapshot, collateral: BigInt(health.onChainCollateral) };
  if (breach !== undefined) expect(answers(proved, breach), "healthy after a breach without newer evidence").toBe(true);
  expect(head).toBeLessThanOrEqual(Number(health.healthyUntil));
}

const numberOf = async ({ world: { oracle }, reader }: Place, policyId: string, root: bigint): Promise<number> => Number((await reader.read(oracle, "lookup", policyId, root)).number);

const HELD = await slotOf("MarginHealthRegistry", "_accounts", "held");

/** What the registry was told that the escrow holds for somebody, from its slot. twin: HealthRecords.Account.held */
async function heldOf({ world: { chain, registry } }: Place, address: string): Promise<bigint> {
  const account = keccak256(AbiCoder.defaultAbiCoder().encode(["address", "uint256"], [address, HELD.slot]));
  return BigInt(await chain.ethers.provider.getStorage(registry.target, BigInt(account) + HELD.offset));
}

/** Every balance covers what is pledged and what is in use of it, and the tokens are there. */
async function checkEscrow(place: Place, head: number): Promise<void> {
  const { world: { registry, escrow, token }, reader, model } = place;
  const tokens = reader.read(token, "balanceOf", escrow.target);
  const held = await Promise.all([...model.balances].map(async ([address, balance]) => {
    const [held, pledged, used, told] = await Promise.all([
      reader.read(escrow, "balanceOf", address), reader.read(escrow, "pledgedOf", address), reader.read(registry, "collateralInUse", address), heldOf(place, address),
    ]);
    const pledges = pledgedBy(balance);
    expect([held, pledged], "what somebody has in escrow, and has pledged of it").toEqual([balance.held, pledges]);
    expect(told, "what the registry believes somebody has free in escrow").toBe((balance.held - pledges) * 100n);
    const subject = model.subjects.find((known) => known.address === address);
    expect(used).toBe(subject === undefined ? 0n : inUseOf(subject, head));
    expect(held * 100n, "more is pledged and in use than is held").toBeGreaterThanOrEqual(pledged * 100n + used);
    expect(await Promise.all([...balance.pledgedTo.keys()].map((creditor) => reader.read(escrow, "pledgedTo", address, creditor)))).toEqual([...balance.pledgedTo.values()]);
    return held as bigint;
  }));
  expect(await tokens, "the escrow is short of tokens").toBe(held.reduce((sum, one) => sum + one, 0n));
}

/** Which snapshots and roots count, and what the breakers say. */
async function checkSources({ world: { oracle, attesters }, reader, model, spared }: Place, head: number): Promise<void> {
  // What is long out of the window stays so: revocations and the latest are asked for.
  const asked = model.snapshots.filter((snapshot, i) => snapshot.revoked || i >= model.snapshots.length - 5);
  await Promise.all(asked.map(async (snapshot) => {
    const [number, , current] = await reader.read(oracle, "lookup", snapshot.policyId, snapshot.root);
    expect([Number(number), current], "which snapshots count").toEqual([snapshot.number, isCurrentSnapshot(model, snapshot, head)]);
  }));
  await Promise.all(model.roots.map(async (root) => {
    const [[found, isCurrent], isRevoked] = await Promise.all([reader.read(attesters, "lookup", root.root), reader.read(attesters, "isRevoked", root.number)]);
    expect([Number(found), isCurrent], "which attester roots count").toEqual([root.number, isCurrentRoot(model, root, head)]);
    expect(isRevoked).toBe(root.revoked);
  }));
  await Promise.all(model.policies.map(async ({ policyId }) => {
    const [opens, until] = await Promise.all([reader.read(oracle, "opensCredit", policyId), reader.read(oracle, "graceUntil", policyId)]);
    expect({ opens, graceUntil: Number(until) }, "the breaker").toEqual(breakerAt(model, policyId, head));
    // What is known of the past never changes: a creditor that asks late finds no less.
    const past = Math.min(Number(until), head);
    expect(past, "a grace is forgotten").toBeGreaterThanOrEqual(spared.get(policyId) ?? 0);
    spared.set(policyId, past);
  }));
}

/** To the unit: what was lent is owed, bad, paid back, or was taken over. */
async function checkLine(run: Run, line: LineModel, head: number): Promise<void> {
  const { model, reader } = run;
  const contract = contractOf(run, line);
  const totals = Promise.all(["totalDebt", "totalBadDebt"].map((name): Promise<bigint> => reader.read(contract, name)));
  const owed = await Promise.all(model.subjects.map(async (subject) => {
    const { address } = subject;
    const { debt, badDebt, notice } = loanOf(line, address);
    const [auction, bad, liquidatable] = await Promise.all(["auctionOf", "badDebtOf", "liquidatable"].map((name) => reader.read(contract, name, address)));
    const position = positionOf(model, line, address);
    expect({ debt: auction.debt, pledge: auction.pledge, bad }, "what is owed and pledged").toEqual({ debt, pledge: position.pledge, bad: badDebt });
    expect([Number(auction.noticedAt), Number(auction.startedAt)], "the stage of a liquidation").toEqual([notice?.at ?? 0, notice?.startedAt ?? 0]);
    expect(auction.isVoid).toBe(isVoid(model, line, subject, head));
    const clock = notice === undefined ? [0, 0] : [clockFrom(model, line, subject, notice.at, head) + line.auction.gracePeriod, sparedUntil(model, subject, line.terms, head)];
    expect([auction.startsFrom, auction.sparedUntil].map(Number), "when an auction may start").toEqual(clock);
    const isOpen = notice !== undefined && !isVoid(model, line, subject, head);
    expect(liquidatable, "who may be given notice").toBe(!isOpen && debt > 0n && rules.isShort(line.auction, position) && !meets(model, subject, line.terms, head));
    return [auction.debt as bigint, bad as bigint] as const;
  }));
  const [totalDebt, totalBadDebt] = await totals;
  expect(line.lent, "what was lent is not all owed, bad, repaid or taken over").toBe(line.repaid + line.takenOver + totalDebt! + totalBadDebt!);
  expect(owed.reduce(([debts, bads], [debt, bad]) => [debts + debt, bads + bad], [0n, 0n])).toEqual([totalDebt, totalBadDebt]);
}

async function checkPurses({ world: { token }, reader, model }: Run): Promise<void> {
  const found = await Promise.all([...model.purses].map(async ([address]) => [address, await reader.read(token, "balanceOf", address)] as const));
  expect(new Map(found), "dollars outside the escrow").toEqual(model.purses);
}

/** The relay knows nothing that the source does not, and nothing newer. */
async function checkRelay(run: Run): Promise<void> {
  const [source, relay] = [run.world.oracle, run.there.world.oracle];
  const latest = latestOf(run.model, POLICY_ID)!;
  const members = Promise.all(run.there.publishers.map((publisher) => publisher.getAddress()));
  const [count, publishers, quorum] = await Promise.all(["count", "publishers", "quorum"].map((name) => run.there.reader.read(relay, name)));
  expect(count).toBe(BigInt(run.there.model.snapshots.length));
  expect([[...publishers], quorum], "who publishes at the relay").toEqual([await members, BigInt(QUORUM)]);
  await Promise.all(run.there.model.snapshots.slice(-3).map(async ({ number }) => {
    const [policyId, root, relayed] = await run.there.reader.read(relay, "snapshotAt", number);
    const [sourceNumber] = await run.reader.read(source, "lookup", policyId, root);
    expect(sourceNumber, "the relay has a root that the source never accepted").toBeGreaterThan(0n);
    const [, , accepted] = await run.reader.read(source, "snapshotAt", sourceNumber);
    expect([relayed.epoch, relayed.asOf], "the relay has another snapshot under a root").toEqual([accepted.epoch, accepted.asOf]);
    if (policyId === POLICY_ID) expect(Number(relayed.epoch), "the relay is ahead of its source").toBeLessThanOrEqual(latest.epoch);
  }));
}
