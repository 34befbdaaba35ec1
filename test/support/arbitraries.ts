/**
 * Portfolios at and around the bounds, of a given size. Shared by the engine's laws and the circuits' tests: with the default
 * `totalBits` every total stays inside the widths circuits allow.
 */
import fc from "fast-check";
import type { Account, Book } from "../../prover/risk/book.ts";
import type { MarginTerms } from "../../prover/risk/margin-report.ts";
import type { Market } from "../../prover/risk/market.ts";
import type { Policy } from "../../prover/risk/policy.ts";
import { marketRisk, type InstrumentRisk, type MarketRisk } from "../../prover/risk/risk-array.ts";
import { BITS, SCALE, type Bps, type Quantity, type Usd } from "../../prover/units.ts";
import { AS_OF, markets, max, near, policies, type RuleSizes } from "./market-arbitraries.ts";

export interface Sizes extends RuleSizes {
  /** At most this many positions in all; between 0 and this many are generated. */
  readonly positions: number;
  /** Exactly this many venue accounts. */
  readonly venues: number;
  /** Every |quantity × vector entry| stays below 2^totalBits / positions. */
  readonly totalBits?: number;
}

export interface GeneratedPortfolio {
  readonly policy: Policy;
  readonly market: Market;
  readonly risks: MarketRisk;
  readonly book: Book;
  readonly terms: MarginTerms;
}

/** Accounts over the given instruments; magnitudes from one unit up to what `totalBits` allows. */
export function books(risks: MarketRisk, { positions, venues, totalBits = BITS.total - 4 }: Sizes): fc.Arbitrary<Book> {
  const limit = 2n ** BigInt(totalBits) / BigInt(Math.max(positions, 1));
  const held = fc.uniqueArray(fc.record({ risk: fc.constantFrom(...risks), account: fc.nat({ max: venues - 1 }), isShort: fc.boolean() }), {
    maxLength: positions,
    selector: ({ risk, account }) => `${account} ${risk.instrument.name}`,
  });
  const quantified = held.chain((picks) =>
    fc.tuple(
      ...picks.map(({ risk, account, isShort }) => {
        const most = min(2n ** BigInt(BITS.quantity) - 1n, limit / largestEntry(risk));
        return near(1n, max(1n, most), [SCALE.quantity]).map((q) => ({
          account,
          instrument: risk.instrument.name,
          quantity: (isShort ? -q : q) as Quantity,
        }));
      }),
    ),
  );
  return quantified.map((entries) => ({
    format: "margin-book/1",
    accounts: Array.from({ length: venues }, (_, a): Account => ({
      venue: `venue${a}`,
      account: "main",
      asOf: AS_OF,
      positions: entries
        .filter(({ account }) => account === a)
        .map(({ instrument, quantity }) => ({ instrument, quantity }))
        .sort((x, y) => (x.instrument < y.instrument ? -1 : 1)),
    })),
  }));
}

function largestEntry({ long, short }: InstrumentRisk): bigint {
  const entries = [long, short].flatMap(({ scenarioPnl, value, chargeIM }) => [...scenarioPnl, value, chargeIM]);
  return entries.reduce<bigint>((largest, entry) => max(largest, entry < 0n ? -entry : entry), 1n);
}

export const terms: fc.Arbitrary<MarginTerms> = fc.record({
  level: fc.constantFrom("MM", "IM"),
  minRatioBps: near(0n, 2n ** BigInt(BITS.claimRatio) - 1n, [9_999n, 10_000n, 10_001n]) as fc.Arbitrary<Bps>,
  onChainCollateral: near(0n, 2n ** BigInt(BITS.collateral) - 1n, [1n]) as fc.Arbitrary<Usd>,
});

export function generatedPortfolios(sizes: Sizes): fc.Arbitrary<GeneratedPortfolio> {
  return fc.record({ policy: policies(sizes), market: markets(sizes) }).chain(({ policy, market }) => {
    const risks = marketRisk(market, policy);
    return fc.record({
      policy: fc.constant(policy),
      market: fc.constant(market),
      risks: fc.constant(risks),
      book: books(risks, sizes),
      terms,
    });
  });
}

const min = (a: bigint, b: bigint): bigint => (a < b ? a : b);
