import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { PAR } from "../prover/chain/liquidation.ts";
import { decideLiquidation, type LiquidationLimits } from "../prover/keeper/decide-liquidation.ts";
import { LiquidationLog, type SentStep } from "../prover/keeper/liquidation-log.ts";
import type { LiquidationState } from "../prover/keeper/liquidation-port.ts";
import { remedy } from "./support/remedy.ts";
import { SUBJECT } from "./support/statements.ts";

const NOW = 1_000;
const STATE: LiquidationState = { phase: "none", isLiquidatable: true, startsFrom: 0, sparedUntil: 0n, debt: 1_000n, unitPrice: PAR, largestRepayment: 0n, collateral: 0n };
/** 400 may be repaid for 500: a fifth off. */
const RUNNING: Partial<LiquidationState> = { phase: "running", largestRepayment: 400n, collateral: 500n };
const LIMITS: LiquidationLimits = { bids: true, maxOffer: 10_000n, budget: 10_000n, minDiscountBps: 1_000n, minGain: 0n };

function step(state: Partial<LiquidationState>, limits: Partial<LiquidationLimits> = {}, available = 10_000n, spent = 0n): string {
  const next = decideLiquidation({ ...STATE, ...state }, { ...LIMITS, ...limits }, { available, spent }, NOW);
  if (next.step === "wait") return next.until === null ? "nothing" : `wait until ${next.until}`;
  return next.step === "bid" ? `bid ${next.offer} for ${next.minCollateral}` : next.step;
}

describe("decideLiquidation", () => {
  it.each<[string, string, Partial<LiquidationState>, Partial<LiquidationLimits>?, bigint?, bigint?]>([
    ["gives notice of a credit that stands on nothing", "notice", {}],
    ["leaves a credit that stands on health or pledge alone", "nothing", { isLiquidatable: false }],
    ["ends a liquidation whose subject has regained its health", "cancel", { phase: "void" }],
    ["waits for the grace period", "wait until 1001", { phase: "noticed", startsFrom: NOW + 1 }],
    ["starts on its last second", "start", { phase: "noticed", startsFrom: NOW }],
    ["starts nothing under a breaker", "wait until 1001", { phase: "noticed", startsFrom: 0, sparedUntil: BigInt(NOW) }],
    ["starts when the breaker is over", "start", { phase: "noticed", startsFrom: 0, sparedUntil: BigInt(NOW - 1) }],
    ["waits for no date under a breaker without end", "nothing", { phase: "noticed", sparedUntil: 2n ** 256n - 1n }],
    ["bids nothing under a breaker", "wait until 1051", { ...RUNNING, sparedUntil: 1_050n }],
    ["has the lender take over what nobody wanted", "takeOver", { phase: "over" }],
    ["bids all that may be repaid, for what it must bring", "bid 400 for 440", RUNNING],
    ["bids at the discount it wants, to the unit", "bid 400 for 440", { ...RUNNING, collateral: 440n }],
    ["does not bid for a unit less", "nothing", { ...RUNNING, collateral: 439n }],
    ["does not bid unless it is told to", "nothing", RUNNING, { bids: false }],
    ["bids no more than one bid may be", "bid 100 for 110", RUNNING, { maxOffer: 100n }],
    ["bids no more than it has", "bid 70 for 77", RUNNING, {}, 70n],
    ["bids no more than is left of its budget", "bid 10 for 11", RUNNING, { budget: 90n }, 10_000n, 80n],
    ["bids nothing when its budget is spent", "nothing", RUNNING, { budget: 90n }, 10_000n, 90n],
    ["bids nothing when more than its budget is spent", "nothing", RUNNING, { budget: 90n }, 10_000n, 91n],
    ["bids nothing without funds", "nothing", RUNNING, {}, 0n],
    ["bids nothing where nothing may be repaid", "nothing", { ...RUNNING, largestRepayment: 0n }],
    ["asks for a gain that is worth the gas", "bid 400 for 500", RUNNING, { minGain: 100n }],
    ["does not bid for less than that gain", "nothing", RUNNING, { minGain: 101n }],
    ["counts the worth of what it pays in the token it receives", "bid 400 for 880", { ...RUNNING, unitPrice: 2n * PAR, collateral: 1_000n }],
    ["rounds what it must receive up", "bid 3 for 4", { ...RUNNING, largestRepayment: 3n, collateral: 4n }, { minDiscountBps: 1n }],
  ])("%s", (_, expected, state, limits, available, spent) => {
    expect(step(state, limits, available, spent)).toBe(expected);
  });

  const amount = fc.bigInt({ min: 0n, max: 10n ** 12n });
  const states: fc.Arbitrary<LiquidationState> = fc.record({
    phase: fc.constantFrom("none", "void", "noticed", "running", "over"), isLiquidatable: fc.boolean(), startsFrom: fc.integer({ min: 990, max: 1_010 }), sparedUntil: fc.bigInt({ min: 0n, max: 2_000n }),
    debt: amount, unitPrice: fc.bigInt({ min: 1n, max: 3n * PAR }), largestRepayment: amount, collateral: amount,
  });
  const limits: fc.Arbitrary<LiquidationLimits> = fc.record({ bids: fc.boolean(), maxOffer: amount, budget: amount, minDiscountBps: fc.bigInt({ min: 0n, max: 5_000n }), minGain: amount });

  it("never pays more than any of its limits, and never for less than it asks", () => {
    fc.assert(fc.property(states, limits, amount, amount, (state, limit, available, spent) => {
      const next = decideLiquidation(state, limit, { available, spent }, NOW);
      if (next.step !== "bid") return;
      expect(limit.bids && state.phase === "running" && state.sparedUntil < BigInt(NOW)).toBe(true);
      for (const most of [state.largestRepayment, limit.maxOffer, available, limit.budget - spent]) expect(next.offer > 0n && next.offer <= most).toBe(true);
      const worth = next.offer * state.unitPrice;
      expect(next.minCollateral * PAR * 10_000n >= worth * (10_000n + limit.minDiscountBps)).toBe(true);
      expect(next.minCollateral * PAR >= worth + limit.minGain * PAR).toBe(true);
      expect(next.minCollateral <= (state.collateral * next.offer) / state.largestRepayment).toBe(true);
    }), { seed: 21, numRuns: 20_000 });
  });
});

describe("a liquidation journal", () => {
  const HASH = `0x${"a".repeat(64)}`;
  const sent = (of: number, offer: bigint): SentStep => ({ record: "sent", at: 1, of, subject: "0x1", step: "bid", offer, minCollateral: 1n, from: SUBJECT, hash: HASH, nonce: 0, maxFeePerGas: 1n, maxPriorityFeePerGas: 1n, raw: "0x02" });
  const closed = (of: number, outcome: "done" | "reverted" | "lost") => ({ record: "closed", at: 2, of, outcome }) as const;
  let folder: string;
  const path = () => join(folder, "liquidations.jsonl");
  const open = (creditor = "0x2") => new LiquidationLog(path(), { chainId: "1", creditor }, 0);
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "margin-liquidation-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("remembers after a restart what is out and what was spent: a replacement once, a revert not at all, what is lost from sight in full", () => {
    const log = open();
    for (const record of [sent(1, 10n), sent(1, 10n), closed(1, "done"), sent(2, 100n), closed(2, "reverted"), sent(3, 1_000n), closed(3, "lost"), sent(4, 10_000n)]) log.append(record);
    log.close();
    const again = open();
    expect([again.spent, again.next, again.open.map(({ of }) => of)]).toEqual([11_010n, 5, [4]]);
    again.close();
  });

  it("takes no record out of turn", () => {
    const log = open();
    expect(remedy(() => log.append(closed(1, "done"))).code).toBe("InvalidJournal");
    expect(remedy(() => log.append(sent(2, 1n))).code).toBe("InvalidJournal");
    log.append(sent(1, 1n));
    expect(remedy(() => log.append(sent(2, 1n))).code).toBe("InvalidJournal");
    expect(remedy(() => log.append(closed(2, "done"))).code).toBe("InvalidJournal");
    log.close();
    expect(readFileSync(path(), "utf8").trimEnd().split("\n")).toHaveLength(2);
  });

  it("of another creditor, or damaged, is refused; one whose last line was cut goes on", () => {
    const log = open();
    log.append(sent(1, 1n));
    log.close();
    expect(remedy(() => open("0x3")).code).toBe("InvalidJournal");
    const text = readFileSync(path(), "utf8");
    writeFileSync(path(), text.slice(0, -9));
    const cut = open();
    expect(cut.open).toEqual([]);
    cut.close();
    writeFileSync(path(), text.replace('"of":1', '"of":7'));
    expect(remedy(open).code).toBe("InvalidJournal");
  });
});
