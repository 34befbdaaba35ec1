/** A published portfolio-margin case as this project's documents. Decimals are rounded to the project's units, which is said in the result. */
import type { Json } from "../../prover/risk/schema.ts";

/** The neutral form of a published case; decimals are strings, amounts are signed. */
export interface PublishedCase {
  readonly name: string;
  readonly policy: Record<string, never> & {
    readonly scenarios: readonly { readonly spot: string; readonly vol: string; readonly damp: string }[];
    readonly volShock: Record<string, string>;
    readonly lossFactor: { readonly MM: string; readonly IM: string };
    readonly staticDiscount: Record<string, string>;
    readonly basis: { readonly up: string; readonly down: string; readonly add: string; readonly mult: string };
    readonly contingency: Record<string, string>;
    readonly skew: Record<string, string>;
  };
  readonly market: {
    readonly spot: string;
    readonly spotConfidence: string;
    readonly stable: string;
    readonly perp: { readonly price: string; readonly confidence: string };
    readonly expiries: readonly {
      readonly secondsToExpiry: number;
      readonly forward: string;
      readonly rate: string;
      readonly forwardConfidence: string;
      readonly rateConfidence: string;
      readonly volConfidence: string;
      readonly svi: Record<string, string>;
    }[];
  };
  readonly account: {
    readonly cash: string;
    readonly perps: string;
    readonly unsettledPerpPnl: string;
    readonly unsettledFunding: string;
    readonly collateral: readonly {
      readonly asset: string;
      readonly amount: string;
      readonly price: string;
      readonly confidence: string;
      readonly movesWithSpot: boolean;
      readonly haircutMM: string;
      readonly haircutIM: string;
    }[];
    readonly options: readonly {
      readonly secondsToExpiry: number;
      readonly strike: string;
      readonly type: "call" | "put";
      readonly amount: string;
    }[];
  };
  readonly expected: {
    readonly MM: string;
    readonly IM: string;
    readonly basisContingency: string;
    readonly scenarioPnl: readonly string[];
  };
}

const AS_OF = 1_700_000_000;
const COIN = "COIN";

/**
 * Units per contract: as many (up to 10,000) as leave every amount exact. Risk numbers are per contract at 1e-8, rounded against the holder;
 * larger contracts take that rounding out of what is compared, the formulas.
 */
function lotOf({ account }: PublishedCase): bigint {
  const amounts = [account.perps, ...account.options.map(({ amount }) => amount)].map(exact);
  return [10_000n, 1_000n, 100n, 10n].find((lot) => amounts.every((amount) => amount % (10n ** 19n * lot) === 0n)) ?? 1n;
}

const lesser = (a: string, b: string): string => factor(exact(a) < exact(b) ? a : b);

/** `text` as an integer at 27 digits, exactly. */
export function exact(text: string): bigint {
  const [, sign, whole, fraction = ""] = /^(-?)(\d+)(?:\.(\d*))?$/.exec(text) ?? [];
  if (whole === undefined || fraction.length > 27) throw new Error(`${text} is not a decimal of at most 27 digits`);
  return BigInt(`${sign}${whole}${fraction.padEnd(27, "0")}`);
}

/** An integer at 27 digits as a decimal with `digits`, to nearest. */
export function rounded(value: bigint, digits: number): string {
  const unit = 10n ** BigInt(27 - digits);
  const size = ((value < 0n ? -value : value) + unit / 2n) / unit;
  const text = size.toString().padStart(digits + 1, "0");
  return `${value < 0n && size > 0n ? "-" : ""}${text.slice(0, text.length - digits)}${digits === 0 ? "" : `.${text.slice(-digits)}`}`;
}

const at =
  (digits: number) =>
  (text: string): string =>
    rounded(exact(text), digits);
const factor = at(9);
const price = at(8);
const sum = (...texts: string[]): string =>
  rounded(
    texts.reduce((total, text) => total + exact(text), 0n),
    9,
  );

/** The policy, `margin-policy/1`. Initial charges there come on top of maintenance; here they are the whole number. */
export function policyOf({ policy, account }: PublishedCase): Json {
  const { contingency, staticDiscount: discount, skew, basis, volShock } = policy;
  return {
    format: "margin-policy/1",
    name: "published",
    version: 1,
    quote: "USD",
    nettingSets: [{ id: COIN, underlyings: [COIN] }],
    scenarios: policy.scenarios.map(({ spot, vol, damp }) => ({
      spot: factor(spot),
      vol: vol === "abs" ? "absolute" : vol,
      weight: factor(damp),
    })),
    volShock: Object.fromEntries(Object.entries(volShock).map(([name, value]) => [name, factor(value)])),
    lossFactor: { MM: factor(policy.lossFactor.MM), IM: factor(policy.lossFactor.IM) },
    charges: {
      perpetual: { MM: factor(contingency["perpMM"]!), IM: sum(contingency["perpMM"]!, contingency["perpIM"]!) },
      future: { MM: "0", IM: "0" },
      optionShort: { MM: "0", IM: "0" },
    },
    haircuts: account.collateral.map(({ haircutMM, haircutIM }, i) => ({
      asset: `ASSET${i}`,
      rate: { MM: factor(haircutMM), IM: sum(haircutMM, haircutIM) },
    })),
    cells: "expiry",
    staticDiscount: {
      long: {
        base: factor(discount["longBase"]!),
        rateMultiplier: factor(discount["longRateMult"]!),
        rateAdd: factor(discount["longRateAdd"]!),
      },
      short: {
        base: factor(discount["shortBase"]!),
        rateMultiplier: factor(discount["shortRateMult"]!),
        rateAdd: factor(discount["shortRateAdd"]!),
      },
    },
    skew: {
      linear: { base: factor(skew["linearBase"]!), cap: factor(skew["linearCap"]!) },
      absolute: { base: factor(skew["absBase"]!), cap: factor(skew["absCap"]!) },
      minWidth: factor(skew["minKStar"]!),
      widthScale: factor(skew["widthScale"]!),
      volStatic: factor(skew["volStatic"]!),
      volScale: factor(skew["volScale"]!),
    },
    basis: { up: factor(basis.up), down: factor(basis.down), add: factor(basis.add), perYear: factor(basis.mult) },
    settlementWindowSeconds: 1800,
    optionNaked: { MM: factor(contingency["optionMM"]!), IM: sum(contingency["optionMM"]!, contingency["optionIM"]!) },
    confidence: { threshold: factor(contingency["confidenceThreshold"]!), margin: factor(contingency["confidenceMargin"]!) },
    depeg: { asset: "STABLE", threshold: factor(contingency["pegThreshold"]!), factor: factor(contingency["pegFactor"]!) },
    tracking: account.collateral.flatMap(({ movesWithSpot }, i) => (movesWithSpot ? [{ asset: `ASSET${i}`, underlying: COIN }] : [])),
  };
}

const optionName = (seconds: number, strike: string, type: string): string => `${COIN}-${seconds}-${strike}-${type === "call" ? "C" : "P"}`;

/** The market, `margin-market/1`, quoted in the stable currency: collateral is worth its price over the stable's. */
export function marketOf(published: PublishedCase): Json {
  const { market, account } = published;
  const lot = lotOf(published).toString();
  // The published model takes the perpetual's confidence with every option while one is held.
  const held = exact(account.perps) === 0n ? "1" : market.perp.confidence;
  const options = [...new Map(account.options.map((option) => [optionName(option.secondsToExpiry, option.strike, option.type), option]))];
  return {
    format: "margin-market/1",
    asOf: AS_OF,
    quote: "USD",
    currencies: [
      { name: "STABLE", price: price(market.stable) },
      ...account.collateral.map((held, i) => ({
        name: `ASSET${i}`,
        price: rounded((exact(held.price) * 10n ** 27n) / exact(market.stable), 8),
        // The published model takes the spot's with every collateral.
        confidence: lesser(held.confidence, market.spotConfidence),
      })),
    ],
    underlyings: [
      {
        name: COIN,
        spot: price(market.spot),
        confidence: factor(market.spotConfidence),
        expiries: market.expiries.map(({ secondsToExpiry, forward, rate, forwardConfidence, rateConfidence, volConfidence, svi }) => ({
          expiry: AS_OF + secondsToExpiry,
          forward: price(forward),
          rate: factor(rate),
          surface: { kind: "svi", ...svi },
          confidence: { forward: lesser(forwardConfidence, held), rate: factor(rateConfidence), vol: factor(volConfidence) },
        })),
      },
    ],
    instruments: [
      { kind: "cash", name: "USD", currency: "USD" },
      ...account.collateral.map((_, i) => ({ kind: "cash", name: `ASSET${i}`, currency: `ASSET${i}` })),
      ...(exact(market.perp.price) === 0n
        ? []
        : [
            {
              kind: "perpetual",
              name: "PERP",
              underlying: COIN,
              settlement: "linear",
              multiplier: lot,
              mark: price(market.perp.price),
              confidence: factor(market.perp.confidence),
            },
          ]),
      ...options.map(([name, { secondsToExpiry, strike, type }]) => ({
        kind: "option",
        name,
        underlying: COIN,
        expiry: AS_OF + secondsToExpiry,
        strike: price(strike),
        type,
        multiplier: lot,
      })),
    ],
  };
}

/** The book, `margin-book/1`: a perpetual is worth its unsettled P&L there, here its mark with the cost taken off cash. */
export function bookOf(published: PublishedCase): Json {
  const { market, account } = published;
  const lot = lotOf(published);
  const cost = (exact(account.perps) * exact(market.perp.price)) / 10n ** 27n;
  const cash = exact(account.cash) + exact(account.unsettledPerpPnl) + exact(account.unsettledFunding) - cost;
  const held: [string, bigint][] = [
    ["USD", cash],
    ["PERP", exact(account.perps) / lot],
    ...account.collateral.map(({ amount }, i): [string, bigint] => [`ASSET${i}`, exact(amount)]),
    ...account.options.map(({ secondsToExpiry, strike, type, amount }): [string, bigint] => [
      optionName(secondsToExpiry, strike, type),
      exact(amount) / lot,
    ]),
  ];
  const positions = held
    .map(([instrument, amount]) => ({ instrument, quantity: rounded(amount, 8) }))
    .filter(({ quantity }) => /[1-9]/.test(quantity));
  return { format: "margin-book/1", accounts: [{ venue: "venue", account: "account", asOf: AS_OF, positions }] };
}
