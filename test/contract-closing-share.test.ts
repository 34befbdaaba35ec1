/** What a pledge costs and how much is closed: numbers by hand, laws, and the contract against a model that searches where the contract computes. */
import type { Contract } from "ethers";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AUCTION_TERMS, PAR, type AuctionTerms } from "../prover/chain/liquidation.ts";
import * as model from "./support/auction-model.ts";
import { connect, refusal, type Chain } from "./support/contracts.ts";

/** A million units of debt, worth as many of the pledge; no debt too small to be closed in part. */
const DEBT = 1_000_000n;
const TERMS: AuctionTerms = { ...AUCTION_TERMS, smallPosition: 0n };
const RUNS = { seed: 20_260_801, numRuns: 150 };

let chain: Chain;
let reader: Contract;

const priceOf = (terms: AuctionTerms, elapsed: bigint, shortfall: bigint): Promise<bigint> => reader.getFunction("price")(terms, elapsed, shortfall);
const needs = (terms: AuctionTerms, position: model.Position): Promise<[bigint, bigint, bigint]> => reader.getFunction("needs")(terms, position);
const closing = (terms: AuctionTerms, position: model.Position, at: bigint): Promise<[bigint, bigint]> => reader.getFunction("closing")(terms, position, at);
const percent = (share: number): bigint => (BigInt(Math.round(share * 100)) * PAR) / 10_000n;

/** Zero to 10^digits, every size as likely. */
const ofAnySize = (digits: number): fc.Arbitrary<bigint> => fc.tuple(fc.bigInt(0n, 10n ** 9n), fc.integer({ min: 0, max: digits })).map(([leading, size]) => (leading * 10n ** BigInt(size)) / 10n ** 9n);
const anyTerms: fc.Arbitrary<AuctionTerms> = fc
  .record({
    gracePeriod: fc.integer({ min: 1, max: 100_000 }),
    fastPeriod: fc.integer({ min: 1, max: 10_000 }),
    slowPeriod: fc.integer({ min: 1, max: 100_000 }),
    openingPriceBps: fc.integer({ min: 1, max: 10_000 }),
    kneePriceBps: fc.integer({ min: 1, max: 10_000 }),
    marginBps: fc.integer({ min: 1, max: 100_000 }),
    bufferBps: fc.integer({ min: 0, max: 10_000 }),
    feeBps: fc.integer({ min: 0, max: 5_000 }),
    keeperBps: fc.integer({ min: 0, max: 5_000 }),
    maxReward: fc.bigInt(0n, 10n ** 12n),
    smallPosition: ofAnySize(38),
  })
  .map((terms) => ({ ...terms, kneePriceBps: Math.min(terms.kneePriceBps, terms.openingPriceBps) }));

/** A debt of one unit to 10^30, at a price of 10^-18 to 10^18; a pledge around what it needs, or any. */
const anyPosition: fc.Arbitrary<model.Position> = fc
  .record({ debt: ofAnySize(30).map((debt) => debt + 1n), unitPrice: ofAnySize(36).map((unitPrice) => unitPrice + 1n), share: fc.bigInt(0n, 2_500n), off: fc.bigInt(-2n, 2n) })
  .map(({ debt, unitPrice, share, off }) => {
    const pledge = (debt * unitPrice * share) / 1_000n / PAR + off;
    return { debt, unitPrice, pledge: pledge < 0n ? 0n : pledge };
  });
const anyPrice = fc.bigInt(1n, PAR);

beforeAll(async () => {
  chain = await connect();
  reader = (await chain.ethers.deployContract("AuctionReader")) as unknown as Contract;
});
afterAll(() => chain.close());

describe("by hand, at a margin of 40 % and a buffer of 15 % of it, so that B = 1.46", () => {
  it.each([
    // s = 1 - 1.26 / 1.4 = 10 %, so 90 s ahead: .95 - .25 * 90/900. x = (1.46 - 1.26) / (1.46 - 1/.925) = .2 / .378918...
    [0, 1_260_000n, 10, 92.5, 527_818n, 570_614n],
    // 540 of 900 s: .95 - .25 * .6. x = .2 / (1.46 - 1.25)
    [450, 1_260_000n, 10, 80, 952_381n, 1_190_476n],
    // The knee: 1.26 * .7 covers .882 of the debt, so the whole pledge goes
    [810, 1_260_000n, 10, 70, 882_000n, 1_260_000n],
    // s = 20 %: .95 - .25 * .2. Covered still: x = .34 / (1.46 - 1/.9)
    [0, 1_120_000n, 20, 90, 974_523n, 1_082_803n],
    // s = 50 %, the debt not covered at any price: all of it for C d
    [0, 700_000n, 50, 82.5, 577_500n, 700_000n],
    [450, 700_000n, 50, 70, 490_000n, 700_000n],
    // half of the slow period after the knee
    [450 + 21_600, 700_000n, 50, 35, 245_000n, 700_000n],
    // nothing pledged: at the knee from the start, and nothing to sell
    [0, 0n, 100, 70, 0n, 0n],
    // margin, not buffer: no shortfall, and x = .06 / (1.46 - 1/.95)
    [0, 1_400_000n, 0, 95, 147_287n, 155_038n],
    // margin and buffer: nothing
    [0, 1_460_000n, 0, 95, 0n, 0n],
  ])("after %i s a pledge of %i lacks %d %, costs %d % of its worth, and %i is repaid for %i of it", async (elapsed, pledge, lacks, costs, repayment, collateral) => {
    const position = { debt: DEBT, pledge, unitPrice: PAR };
    const [, , shortfall] = await needs(TERMS, position);
    const price = await priceOf(TERMS, BigInt(elapsed), shortfall);
    expect([shortfall, price]).toEqual([percent(lacks), percent(costs)]);
    expect(await closing(TERMS, position, price)).toEqual([repayment, collateral]);
  });

  it("the share is f = BM / (BM - L), and is what the unit price makes of it in other units", async () => {
    // Debt in coins of 8 decimals at 50,000 dollars of 6: 0.02 coins are worth the million units above.
    const coins = { debt: 2_000_000n, pledge: 1_260_000_000n, unitPrice: 500n * PAR };
    const [BM, L] = [1_260_000_000n - 1_460_000_000n, 1_260_000_000n - 1_250_000_000n];
    const [repayment, collateral] = await closing(TERMS, coins, percent(80));
    expect(repayment).toBe((2_000_000n * BM) / (BM - L) + 1n);
    expect(collateral).toBe((repayment * 500n * 10n) / 8n);
  });

  it("a position below the cut-off is closed whole, one above it in part", async () => {
    const position = { debt: DEBT, pledge: 1_260_000n, unitPrice: PAR };
    expect(await closing({ ...TERMS, smallPosition: DEBT }, position, percent(80))).toEqual([DEBT, 1_250_000n]);
    expect((await closing({ ...TERMS, smallPosition: DEBT - 1n }, position, percent(80)))[0]).toBe(952_381n);
  });

  it("the price is nothing when the curve is over, and not a second before", async () => {
    const end = BigInt(TERMS.fastPeriod + TERMS.slowPeriod);
    expect(await priceOf(TERMS, end, 0n)).toBe(0n);
    expect(await priceOf(TERMS, end - 1n, 0n)).toBeGreaterThan(0n);
    expect(await priceOf(TERMS, end - BigInt(TERMS.fastPeriod), PAR)).toBe(0n);
    expect(await priceOf(TERMS, end - BigInt(TERMS.fastPeriod), PAR - 1n)).toBe(1n);
  });
});

describe("laws", () => {
  it("the price is the model's, and never rises with time or shortfall", async () => {
    await fc.assert(
      fc.asyncProperty(anyTerms, fc.array(fc.tuple(fc.bigInt(0n, 120_000n), fc.bigInt(0n, PAR)), { minLength: 2, maxLength: 2 }), async (terms, points) => {
        const [[t0, s0], [t1, s1]] = points as [[bigint, bigint], [bigint, bigint]];
        const [early, late] = [model.min(t0, t1), t0 + t1 - model.min(t0, t1)];
        const [little, much] = [model.min(s0, s1), s0 + s1 - model.min(s0, s1)];
        const prices = await Promise.all([priceOf(terms, early, little), priceOf(terms, late, little), priceOf(terms, early, much), priceOf(terms, late, much)]);
        expect(prices).toEqual([model.price(terms, early, little), model.price(terms, late, little), model.price(terms, early, much), model.price(terms, late, much)]);
        expect(prices[1]! <= prices[0]! && prices[2]! <= prices[0]! && prices[3]! <= prices[1]! && prices[3]! <= prices[2]!).toBe(true);
        expect(prices[0]!).toBeLessThanOrEqual(BigInt(terms.openingPriceBps) * 10n ** 14n);
      }),
      RUNS,
    );
  });

  it("needs and shortfall are the model's", async () => {
    await fc.assert(
      fc.asyncProperty(anyTerms, anyPosition, async (terms, position) => {
        expect(await needs(terms, position)).toEqual([model.requirement(terms, position), model.buffered(terms, position), model.shortfall(terms, position)]);
        expect(model.isWhole(terms, position)).toBe(position.pledge >= model.buffered(terms, position));
      }),
      RUNS,
    );
  });

  it("what may be closed is the model's: the smallest whole number that restores the buffer, one unit less does not", async () => {
    const seen = { whole: 0, all: 0, small: 0, part: 0 };
    await fc.assert(
      fc.asyncProperty(anyTerms, anyPosition, anyPrice, async (terms, position, at) => {
        const [repayment, collateral] = await closing(terms, position, at);
        expect(repayment).toBe(model.largestRepayment(terms, position, at));
        expect(repayment <= position.debt && collateral <= position.pledge).toBe(true);
        expect(collateral * at <= repayment * position.unitPrice, "never more than was paid for").toBe(true);
        if (repayment === 0n) seen.whole += 1;
        else if (position.debt * position.unitPrice > position.pledge * at) {
          seen.all += 1;
          expect(collateral, "the whole pledge").toBe(position.pledge);
        } else if (position.debt * position.unitPrice <= terms.smallPosition * PAR) seen.small += 1;
        else {
          seen.part += 1;
          expect([model.restores(terms, position, at, repayment - 1n), model.restores(terms, position, at, repayment)]).toEqual([false, true]);
          expect(model.isWhole(terms, { ...position, debt: position.debt - repayment, pledge: position.pledge - collateral })).toBe(true);
        }
      }),
      { ...RUNS, numRuns: 600 },
    );
    for (const [kind, count] of Object.entries(seen)) expect(count, kind).toBeGreaterThan(5);
  });
});

describe("terms are refused", () => {
  it.each<[string, Partial<AuctionTerms>]>([
    ["without a grace period", { gracePeriod: 0 }],
    ["whose price falls at once", { fastPeriod: 0 }],
    ["whose price falls from the knee at once", { slowPeriod: 0 }],
    ["whose price begins above the pledge's worth", { openingPriceBps: 10_001 }],
    ["whose price rises to the knee", { kneePriceBps: 9_501 }],
    ["whose price is nothing at the knee", { kneePriceBps: 0 }],
    ["without a margin", { marginBps: 0 }],
    ["with a margin beyond ten times the debt", { marginBps: 100_001 }],
    ["with a buffer beyond the margin", { bufferBps: 10_001 }],
    ["that share out more than the penalty", { feeBps: 9_001, keeperBps: 1_000 }],
  ])("%s", async (_, change) => {
    await reader.getFunction("check")(TERMS);
    expect((await refusal(reader.getFunction("check")({ ...TERMS, ...change }), reader)).name).toBe("InvalidAuctionTerms");
  });
});

describe("the widest debt that is taken", () => {
  it("is computed with, at the highest price of a unit and the widest margin", async () => {
    const terms = { ...TERMS, marginBps: 100_000, bufferBps: 10_000 };
    for (const unitPrice of [1n, PAR, 2n ** 160n - 1n]) {
      const most = (2n ** 256n - 1n) / (unitPrice * 2_100_000_000n) / 2n;
      expect([await reader.getFunction("fits")(terms, most, unitPrice), await reader.getFunction("fits")(terms, most + 1n, unitPrice)]).toEqual([true, false]);
      for (const [pledged, at] of [[11n, PAR], [11n, PAR / 5n], [1n, PAR / 2n], [1n, 1n]] as const) {
        const position = { debt: most, pledge: (most * unitPrice * pledged) / PAR, unitPrice };
        expect((await closing(terms, position, at))[0]).toBe(model.largestRepayment(terms, position, at));
      }
    }
  });

  it("is none at a price of nothing, or of more than 160 bits", async () => {
    expect([await reader.getFunction("fits")(TERMS, 1n, 0n), await reader.getFunction("fits")(TERMS, 1n, 2n ** 160n)]).toEqual([false, false]);
  });
});
