import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nextSubmissionStep, replacementFees, type SentFacts, type SubmissionLook, type SubmissionTerms } from "../prover/keeper/submission.ts";

const TERMS: SubmissionTerms = { sequence: 5, confirmations: 6, settle: 2, stuckAfter: 60 };
const NOW = 1_000;
const FEES = { maxFeePerGas: 100n, maxPriorityFeePerGas: 10n };
const SENT: SentFacts = { hash: "0x1", nonce: 3, at: NOW - 10, ...FEES };
const LOOK: SubmissionLook = { head: 100, recorded: 4, minedNonce: 3, receipt: null, isKnown: true, isUsable: true, oddSince: null };
const RECEIPT = { hash: "0x1", blockNumber: 98, blockHash: "0xb", succeeded: true, isCanonical: true };

function step(sent: readonly SentFacts[], change: Partial<SubmissionLook>): string {
  const next = nextSubmissionStep(sent, { ...LOOK, ...change }, TERMS, NOW);
  if (next.step === "close") return `close ${next.outcome}`;
  return next.step === "wait" && next.odd ? "wait, odd" : next.step;
}

describe("nextSubmissionStep", () => {
  it.each<[string, readonly SentFacts[], Partial<SubmissionLook>, string]>([
    ["sends what was not sent", [], {}, "send"],
    ["does not send what the registry has", [], { recorded: 5 }, "close superseded"],
    ["does not send what is overtaken", [], { recorded: 6 }, "close superseded"],
    ["does not send what the registry would not take", [], { isUsable: false }, "close abandoned"],
    ["waits for what waits", [SENT], {}, "wait"],
    ["repeats what the node does not know", [SENT], { isKnown: false }, "rebroadcast"],
    ["pays more for what waits too long", [{ ...SENT, at: NOW - 60 }], {}, "bump"],
    ["does not pay more a second earlier", [{ ...SENT, at: NOW - 59 }], {}, "wait"],
    ["counts from the last transaction", [{ ...SENT, at: 0 }, SENT], {}, "wait"],
    ["gives up what waits when it would not be taken any more", [SENT], { isUsable: false }, "close abandoned"],
    ["waits for blocks on top", [SENT], { receipt: RECEIPT, recorded: 5 }, "wait"],
    ["is not done one block early", [SENT], { receipt: { ...RECEIPT, blockNumber: 96 }, recorded: 5 }, "wait"],
    ["is done with its last confirmation", [SENT], { receipt: { ...RECEIPT, blockNumber: 95 }, recorded: 5 }, "close final"],
    ["waits for blocks although the proof has lapsed meanwhile", [SENT], { receipt: RECEIPT, recorded: 5, isUsable: false }, "wait"],
    ["does not believe a block that is not there", [SENT], { receipt: { ...RECEIPT, blockNumber: 1, isCanonical: false }, recorded: 5 }, "wait, odd"],
    ["lets a revert settle", [SENT], { receipt: { ...RECEIPT, succeeded: false, blockNumber: 100 } }, "wait"],
    ["gives up what reverted", [SENT], { receipt: { ...RECEIPT, succeeded: false, blockNumber: 99 } }, "close reverted"],
    ["is content when it reverted because the proof was there", [SENT], { receipt: { ...RECEIPT, succeeded: false, blockNumber: 99 }, recorded: 5 }, "close superseded"],
    ["waits when the registry has it and no receipt is there", [SENT], { recorded: 5 }, "wait, odd"],
    ["waits on, not yet settled", [SENT], { recorded: 5, oddSince: 95 }, "wait, odd"],
    ["is content when the registry has had it for so many blocks", [SENT], { recorded: 5, oddSince: 94 }, "close superseded"],
    ["waits when its nonce is used and no receipt is there", [SENT], { minedNonce: 4 }, "wait, odd"],
    ["waits one block later as well", [SENT], { minedNonce: 4, oddSince: 99 }, "wait, odd"],
    ["sends anew when its nonce has long been used by another", [SENT], { minedNonce: 4, oddSince: 98 }, "send"],
    ["does not send anew what the registry has", [SENT], { minedNonce: 4, oddSince: 98, recorded: 5 }, "wait, odd"],
  ])("%s", (_, sent, look, expected) => {
    expect(step(sent, look)).toBe(expected);
  });

  const looks: fc.Arbitrary<SubmissionLook> = fc.record({
    head: fc.constant(100), recorded: fc.integer({ min: 3, max: 6 }), minedNonce: fc.integer({ min: 2, max: 5 }), isKnown: fc.boolean(), isUsable: fc.boolean(),
    oddSince: fc.option(fc.integer({ min: 90, max: 100 })),
    receipt: fc.option(fc.record({ hash: fc.constant("0x1"), blockNumber: fc.integer({ min: 90, max: 100 }), blockHash: fc.constant("0xb"), succeeded: fc.boolean(), isCanonical: fc.boolean() })),
  });
  const sents = fc.array(fc.record({ hash: fc.constant("0x1"), nonce: fc.integer({ min: 2, max: 4 }), at: fc.integer({ min: 900, max: NOW }), maxFeePerGas: fc.constant(1n), maxPriorityFeePerGas: fc.constant(1n) }), { maxLength: 2 });
  const law = (title: string, holds: (step: ReturnType<typeof nextSubmissionStep>, sent: readonly SentFacts[], look: SubmissionLook) => void) =>
    it(title, () => fc.assert(fc.property(sents, looks, (sent, look) => holds(nextSubmissionStep(sent, look, TERMS, NOW), sent, look)), { seed: 12, numRuns: 5_000 }));
  const puts = (next: ReturnType<typeof nextSubmissionStep>) => ["send", "bump", "rebroadcast"].includes(next.step);

  law("nothing goes out once the registry has the sequence, a receipt is there, or the proof would not be taken", (next, _, { recorded, receipt, isUsable }) => {
    if (recorded >= TERMS.sequence || receipt !== null || !isUsable) expect(puts(next)).toBe(false);
  });

  law("a new nonce is used only for the first transaction, or when the last one's is gone for certain", (next, sent, { minedNonce, oddSince, head }) => {
    if (next.step === "send" && sent.length > 0) expect([minedNonce > sent.at(-1)!.nonce, head - oddSince! >= TERMS.settle]).toEqual([true, true]);
  });

  law("nothing is final but a success with its confirmations on the node's own branch", (next, _, { receipt, head }) => {
    if (next.step === "close" && next.outcome === "final") expect(receipt).toMatchObject({ succeeded: true, isCanonical: true, blockNumber: expect.toSatisfy((block: number) => head - block + 1 >= TERMS.confirmations) });
  });
});

describe("replacementFees", () => {
  it("raises both fees by at least an eighth, which is more than any node asks for", () => {
    const fee = fc.bigInt({ min: 0n, max: 10n ** 12n });
    fc.assert(fc.property(fee, fee, fee, fee, (a, b, c, d) => {
      const raised = replacementFees({ maxFeePerGas: a, maxPriorityFeePerGas: b }, { maxFeePerGas: c, maxPriorityFeePerGas: d }, 10n ** 13n)!;
      expect(raised.maxFeePerGas * 8n >= a * 9n && raised.maxFeePerGas >= c && raised.maxFeePerGas > a).toBe(true);
      expect(raised.maxPriorityFeePerGas * 8n >= b * 9n && raised.maxPriorityFeePerGas >= d && raised.maxPriorityFeePerGas > b).toBe(true);
    }), { seed: 13 });
  });

  it("offers nothing beyond the limit", () => {
    expect(replacementFees(FEES, FEES, 113n)).toEqual({ maxFeePerGas: 113n, maxPriorityFeePerGas: 12n });
    expect(replacementFees(FEES, FEES, 112n)).toBeNull();
    expect(replacementFees(FEES, { ...FEES, maxFeePerGas: 500n }, 499n)).toBeNull();
  });
});
