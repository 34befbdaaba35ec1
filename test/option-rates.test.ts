/** Rates at their ends: below zero they count as zero, and where a discount factor has no digits left its reciprocal still has. */
import { describe, expect, it } from "vitest";
import type { Factor } from "../prover/units.ts";
import { readPolicy } from "../prover/import/shipped-policies.ts";
import { listingGreeks } from "../prover/risk/greeks.ts";
import { parseMarket, type Market } from "../prover/risk/market.ts";
import { marketRisk } from "../prover/risk/risk-array.ts";
import { discountFactors } from "../prover/risk/static-discount.ts";

const AS_OF = 1_700_000_000;
const EXPIRY = AS_OF + 90 * 86_400;
const policy = readPolicy("pmrm2")!;
const option = { kind: "option", name: "C", underlying: "BTC", expiry: EXPIRY, strike: "30000", type: "call", multiplier: "1" };

const marketAt = (rate: string): Market =>
  parseMarket({
    format: "margin-market/1",
    asOf: AS_OF,
    quote: "USD",
    currencies: [{ name: "USDC", price: "1" }],
    underlyings: [{ name: "BTC", spot: "60000", expiries: [{ expiry: EXPIRY, forward: "60500", rate, surface: { kind: "flat", vol: "0.4" } }] }],
    instruments: [option],
  });

describe("a rate below zero", () => {
  it("gives an option the worth, the risk and the greeks that a rate of zero gives it", () => {
    const [below, zero] = [marketAt("-0.3"), marketAt("0")];
    expect(marketRisk(below, policy)).toEqual(marketRisk(zero, policy));
    expect(listingGreeks(below.listings[0]!, below)).toEqual(listingGreeks(zero.listings[0]!, zero));
    expect(marketRisk(marketAt("0.3"), policy)[0]!.long.value < marketRisk(zero, policy)[0]!.long.value).toBe(true);
  });
});

describe("discountFactors", () => {
  it("has a drag where the discount factor itself is below every digit", () => {
    // e^−70 is 0 at 27 digits; the short side's own terms are the smaller: 1.02·e^(7·0.08)
    const terms = (base: string, rateAdd: string) => ({ base: BigInt(base) as Factor, rateMultiplier: 0n as Factor, rateAdd: BigInt(rateAdd) as Factor });
    const expiry = { expiry: AS_OF + 7 * 31_536_000, rate: 10_000_000_000n as Factor };
    const { gain, drag } = discountFactors(expiry, AS_OF, { long: terms("980000000", "0"), short: terms("1020000000", "80000000") });
    expect([gain, Number(drag) / 1e9]).toEqual([980_000_000n, expect.closeTo(1.02 * Math.exp(0.56), 8)]);
  });
});
