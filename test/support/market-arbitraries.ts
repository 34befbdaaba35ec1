/** Policies and markets at and around the bounds, of a given size. */
import fc from "fast-check";
import { ONE, type Real } from "../../prover/numeric/real.ts";
import type { Instrument } from "../../prover/risk/instruments.ts";
import { marketJson, parseMarket, type Listing, type Market, type Underlying } from "../../prover/risk/market.ts";
import { NO_FEATURES } from "../../prover/risk/policy-features.ts";
import { POLICY_FORMAT, type PerLevel, type Policy, type Scenario } from "../../prover/risk/policy.ts";
import { BITS, SCALE, type Factor, type Price, type Quantity } from "../../prover/units.ts";

export interface RuleSizes {
  readonly nettingSets: number;
  readonly scenarios: number;
}

export const AS_OF = 1_700_000_000;
const ONE_FACTOR = SCALE.factor;

/** An integer of [min, max], often one of its ends or one of `edges`. */
export function near(min: bigint, max: bigint, edges: readonly bigint[] = []): fc.Arbitrary<bigint> {
  const inside = edges.filter((edge) => edge >= min && edge <= max);
  return fc.oneof(fc.bigInt({ min, max }), fc.constantFrom(min, max, ...inside));
}

const factor = (min: bigint, max: bigint): fc.Arbitrary<Factor> =>
  near(min, max, [0n, 1n, ONE_FACTOR - 1n, ONE_FACTOR, ONE_FACTOR + 1n]) as fc.Arbitrary<Factor>;

/** IM ≥ MM. */
const perLevel = (min: bigint, max: bigint): fc.Arbitrary<PerLevel> =>
  fc.tuple(factor(min, max), factor(min, max)).map(([a, b]) => (a <= b ? { MM: a, IM: b } : { MM: b, IM: a }));

const scenario: fc.Arbitrary<Scenario> = fc.record({
  spot: fc.oneof(factor(ONE_FACTOR / 2n, 2n * ONE_FACTOR), factor(1n, 100n * ONE_FACTOR)),
  vol: fc.constantFrom("up", "down", "none"),
  weight: factor(0n, ONE_FACTOR),
});

export function policies({ nettingSets, scenarios }: RuleSizes): fc.Arbitrary<Policy> {
  const charge = perLevel(0n, ONE_FACTOR);
  const haircut = perLevel(0n, ONE_FACTOR);
  const names = Array.from({ length: nettingSets }, (_, u) => coin(u));
  return fc.record({
    format: fc.constant(POLICY_FORMAT),
    name: fc.constant("generated"),
    version: fc.constant(1),
    description: fc.constant(""),
    quote: fc.constant("USD"),
    nettingSets: fc.constant(names.map((name) => ({ id: name, underlyings: [name] }))),
    scenarios: fc.uniqueArray(scenario, { minLength: scenarios, maxLength: scenarios, selector: ({ spot, vol }) => `${spot} ${vol}` }),
    volShock: fc.record({
      up: factor(0n, 10n * ONE_FACTOR),
      down: factor(0n, ONE_FACTOR),
      shortPower: factor(0n, 2n * ONE_FACTOR),
      longPower: factor(0n, 2n * ONE_FACTOR),
      dteFloorDays: factor(ONE_FACTOR / 24n, 365n * ONE_FACTOR),
      minShockedVol: factor(0n, 10n * ONE_FACTOR),
    }),
    lossFactor: perLevel(1n, 2n ** BigInt(BITS.lossFactor) - 1n),
    charges: fc.record({ perpetual: charge, future: charge, optionShort: charge }),
    haircuts: fc.tuple(...[...names, "USDC"].map((asset) => haircut.map((rate) => ({ asset, rate })))),
  }).map((plain) => ({ ...plain, ...NO_FEATURES, featuresJson: {} }));
}

const coin = (u: number): string => `COIN${u}`;

/** One underlying per netting set with cash, spot, both kinds of perpetual and future, and options; plus the quote and a stablecoin. */
export function markets({ nettingSets }: Pick<RuleSizes, "nettingSets">): fc.Arbitrary<Market> {
  const coins = Array.from({ length: nettingSets }, (_, u) => coinMarket(coin(u)));
  return fc.record({ stable: near(1n, 2n * SCALE.price, [SCALE.price]), coins: fc.tuple(...coins) }).map(({ stable, coins }) => {
    const balances = ["USD", "USDC"].map((name): Listing => listing({ kind: "cash", name, currency: name }, undefined));
    const market: Market = {
      format: "margin-market/1",
      asOf: AS_OF,
      quote: "USD",
      currencies: [{ name: "USDC", price: stable as Price, confidence: ONE_FACTOR as Factor }],
      underlyings: coins.map(({ underlying }) => underlying),
      listings: [...balances, ...coins.flatMap(({ listings }) => listings)],
    };
    return parseMarket(marketJson(market));
  });
}

function coinMarket(name: string): fc.Arbitrary<{ underlying: Underlying; listings: readonly Listing[] }> {
  const spots = near(1n, 2n ** 50n, [3n, SCALE.price, 100_000n * SCALE.price]);
  return spots.chain((spot) => {
    const price = near(max(1n, spot / 2n), 2n * spot, [spot, spot + 1n]) as fc.Arbitrary<Price>;
    const multiplier = near(1n, 10n * SCALE.quantity, [SCALE.quantity]) as fc.Arbitrary<Quantity>;
    const time = fc.constantFrom(1, 3_600, 86_400, 30 * 86_400, 365 * 86_400).map((seconds) => AS_OF + seconds);
    const vol = near(0n, 4n * ONE, [1n, ONE / 2n]) as fc.Arbitrary<Real>;
    return fc
      .record({
        expiry: time,
        forward: price,
        rate: factor(-ONE_FACTOR / 2n, ONE_FACTOR),
        vol,
        marks: fc.tuple(price, price, price, price, fc.option(price)),
        multiplier,
        strikes: fc.tuple(price, price),
      })
      .map(({ expiry, forward, rate, vol, marks, multiplier, strikes }) => {
        const full = ONE_FACTOR as Factor;
        const surface = { kind: "flat", vol } as const;
        const confidence = { forward: full, rate: full, vol: full };
        const underlying = { name, spot: spot as Price, confidence: full, expiries: [{ expiry, forward, rate, surface, confidence }] };
        const shared = { underlying: name, multiplier };
        const listings = [
          listing({ kind: "cash", name: `${name}-CASH`, currency: name }, undefined),
          listing({ kind: "spot", name: `${name}-SPOT`, underlying: name }, undefined),
          listing({ kind: "perpetual", name: `${name}-PERP`, settlement: "linear", ...shared }, marks[0]),
          listing({ kind: "perpetual", name: `${name}-IPERP`, settlement: "inverse", ...shared }, marks[1]),
          listing({ kind: "future", name: `${name}-FUT`, settlement: "linear", expiry, ...shared }, marks[2]),
          listing({ kind: "future", name: `${name}-IFUT`, settlement: "inverse", expiry, ...shared }, marks[3]),
          listing({ kind: "option", name: `${name}-C`, type: "call", strike: strikes[0], expiry, ...shared }, marks[4] ?? undefined),
          listing({ kind: "option", name: `${name}-P`, type: "put", strike: strikes[1], expiry, ...shared }, undefined),
        ];
        return { underlying, listings };
      });
  });
}

function listing(instrument: Instrument, mark: Price | undefined): Listing {
  return { instrument, mark, confidence: ONE_FACTOR as Factor };
}

export const max = (a: bigint, b: bigint): bigint => (a > b ? a : b);
