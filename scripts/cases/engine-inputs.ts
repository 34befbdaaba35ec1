/**
 * A published case as what the engine computes with: policy, market and account as reading their documents makes them. They are made in
 * memory because documents are for publishing: they refuse parameters that are out of proportion, expired instruments and more digits.
 */
import type { Account } from "../../prover/risk/book.ts";
import type { Instrument } from "../../prover/risk/instruments.ts";
import { MARKET_FORMAT, SECONDS_PER_YEAR, type Listing, type Market, type MarketExpiry } from "../../prover/risk/market.ts";
import { NO_FEATURES } from "../../prover/risk/policy-features.ts";
import { POLICY_FORMAT, type PerLevel, type Policy } from "../../prover/risk/policy.ts";
import type { VolSurface } from "../../prover/risk/vol-surface.ts";
import { MarginProofError } from "../../prover/errors.ts";
import { ONE, ZERO, add, div, min, mul, ratio, sub, type Real } from "../../prover/numeric/real.ts";
import { SCALE, type Factor, type Price, type Quantity } from "../../prover/units.ts";
import type { PublishedCase } from "./published-case.ts";
import { enginePrice, factorOf, finerFactorOf, priceOf, quantityOf } from "./units.ts";

const AS_OF = 2 ** 31;
const COIN = "COIN";
const ONE_UNIT = SCALE.quantity as Quantity;
const FULL = SCALE.factor as Factor;
const nothing: PerLevel = { MM: 0n as Factor, IM: 0n as Factor };
/** Initial charges come on top of maintenance in the case; here they are the whole number. */
const onTop = (maintenance: Real, more: Real): PerLevel => ({ MM: finerFactorOf(maintenance), IM: finerFactorOf(add(maintenance, more)) });
const assetName = (i: number): string => `ASSET${i}`;

/** The policy, its static discounts and loss factors aside: `finePlan` puts them in, with all their digits. */
export function policyOf({ policy, account }: PublishedCase): Policy {
  const { contingency, skew, basis, volShock } = policy;
  const neutral = { base: FULL, rateMultiplier: 0n as Factor, rateAdd: 0n as Factor };
  return {
    ...NO_FEATURES,
    format: POLICY_FORMAT,
    name: "published",
    version: 1,
    description: "",
    quote: "USD",
    featuresJson: {},
    nettingSets: [{ id: COIN, underlyings: [COIN] }],
    scenarios: policy.scenarios.map(({ spot, vol, damp }) => ({
      spot: factorOf(spot),
      vol: vol === "abs" ? "absolute" : vol,
      weight: finerFactorOf(damp),
    })),
    volShock: {
      up: factorOf(volShock.up),
      down: factorOf(volShock.down),
      shortPower: factorOf(volShock.shortPower),
      longPower: factorOf(volShock.longPower),
      // Less than a second is no floor, and what has expired needs one.
      dteFloorDays: factorOf(volShock.dteFloorDays) || (1n as Factor),
      minShockedVol: factorOf(volShock.minShockedVol),
    },
    lossFactor: { MM: FULL, IM: FULL },
    charges: { perpetual: onTop(contingency.perpMM, contingency.perpIM), future: nothing, optionShort: nothing },
    haircuts: account.collateral.map(({ haircutMM, haircutIM }, i) => ({ asset: assetName(i), rate: onTop(haircutMM, haircutIM) })),
    cells: "expiry",
    staticDiscount: { long: neutral, short: neutral },
    skew: skew && {
      linear: { base: factorOf(skew.linearBase), cap: factorOf(skew.linearCap) },
      absolute: { base: factorOf(skew.absBase), cap: factorOf(skew.absCap) },
      minWidth: factorOf(skew.minKStar),
      widthScale: factorOf(skew.widthScale),
      volStatic: factorOf(skew.volStatic),
      volScale: factorOf(skew.volScale),
    },
    basis: { up: factorOf(basis.up), down: factorOf(basis.down), add: finerFactorOf(basis.add), perYear: finerFactorOf(basis.mult) },
    settlementWindowSeconds: 1800,
    optionNaked: onTop(contingency.optionMM, contingency.optionIM),
    confidence: { threshold: confidenceOf(contingency.confidenceThreshold), margin: factorOf(contingency.confidenceMargin) },
    tracking: account.collateral.flatMap(({ movesWithSpot }, i) => (movesWithSpot ? [{ asset: assetName(i), underlying: COIN }] : [])),
  };
}

const optionName = (seconds: number, strike: Price, type: string): string => `${COIN}-${seconds}-${strike}-${type === "call" ? "C" : "P"}`;

/** A confidence by what it lacks of 1, which is what is charged, as a finer factor. Order stays; below 1 it is far below 0. */
const confidenceOf = (feed: Real): Factor => (FULL - finerFactorOf(sub(ONE, feed))) as Factor;
const least = (a: Real, b: Real): Factor => confidenceOf(min(a, b));

/** The market, quoted in the stable currency: collateral is worth its price over the stable's. Expiries without options are left out. */
export function marketOf({ market, account }: PublishedCase): Market {
  if (market.stable <= 0n) throw invalid("market.stable", "a price that is not positive");
  // The published model takes the perpetual's confidence with every option while one is held.
  const perpetual = account.perps === 0n ? ONE : market.perp.confidence;
  const expiries = account.options.flatMap(({ secondsToExpiry, amount }, i): MarketExpiry[] => {
    if (amount === 0n) return [];
    const path = `account.options[${i}]`;
    const index = market.expiries.findIndex((known) => known.secondsToExpiry === secondsToExpiry);
    const expiry = market.expiries[index];
    if (expiry === undefined) throw invalid(`${path}.secondsToExpiry`, "the market has no such expiry");
    if (expiry.forward <= 0n) throw invalid(`market.expiries[${index}].forward`, "a price that is not positive");
    const confidence = {
      forward: least(expiry.forwardConfidence, perpetual),
      rate: confidenceOf(expiry.rateConfidence),
      vol: confidenceOf(expiry.volConfidence),
    };
    const surface = surfaceOf(expiry, `market.expiries[${index}].svi`);
    return [{ expiry: AS_OF + secondsToExpiry, forward: priceOf(expiry.forward), rate: factorOf(expiry.rate), surface, confidence }];
  });
  const unique = new Map(expiries.map((expiry) => [expiry.expiry, expiry]));
  return {
    format: MARKET_FORMAT,
    asOf: AS_OF,
    quote: "USD",
    currencies: account.collateral.map((held, i) => ({
      name: assetName(i),
      price: priceOf(div(held.price, market.stable)),
      // The published model takes the spot's with every collateral.
      confidence: least(held.confidence, market.spotConfidence),
    })),
    underlyings: [
      {
        name: COIN,
        spot: priceOf(market.spot),
        confidence: confidenceOf(market.spotConfidence),
        expiries: [...unique.values()].toSorted((a, b) => a.expiry - b.expiry),
      },
    ],
    listings: listingsOf({ market, account }, confidenceOf(market.perp.confidence)),
  };
}

function listingsOf({ market, account }: Pick<PublishedCase, "market" | "account">, perpConfidence: Factor): Listing[] {
  const listed = (instrument: Instrument, mark?: Price, confidence = FULL): Listing => ({ instrument, mark, confidence });
  return [
    listed({ kind: "cash", name: "USD", currency: "USD" }),
    ...account.collateral.map((_, i) => listed({ kind: "cash", name: assetName(i), currency: assetName(i) })),
    listed(
      { kind: "perpetual", name: "PERP", underlying: COIN, settlement: "linear", multiplier: ONE_UNIT },
      priceOf(market.perp.price),
      perpConfidence,
    ),
    ...optionsOf(account).map(({ option }) => listed(option)),
  ];
}

/** One option of each kind, with everything that is held of it. */
function optionsOf({ options }: PublishedCase["account"]): { readonly option: Instrument; readonly amount: Real }[] {
  const held = new Map<string, { readonly option: Instrument; readonly amount: Real }>();
  options.forEach(({ secondsToExpiry, strike, type, amount }, i) => {
    if (amount === 0n) return;
    if (strike <= 0n) throw invalid(`account.options[${i}].strike`, "a strike that is not positive");
    const price = priceOf(strike);
    const name = optionName(secondsToExpiry, price, type);
    const option: Instrument = { kind: "option", name, underlying: COIN, expiry: AS_OF + secondsToExpiry, strike: price, type, multiplier: ONE_UNIT };
    held.set(name, { option, amount: add(held.get(name)?.amount ?? ZERO, amount) });
  });
  return [...held.values()];
}

/** What has expired is worth its payoff and needs none. @throws InvalidSchema without one */
function surfaceOf({ svi, forward, secondsToExpiry }: PublishedCase["market"]["expiries"][number], path: string): VolSurface {
  if (secondsToExpiry <= 0) return { kind: "flat", vol: ZERO };
  if (svi === undefined) throw invalid(path, "no volatility surface");
  const tau = svi.tau ?? ratio(BigInt(secondsToExpiry), SECONDS_PER_YEAR);
  return { kind: "svi", ...svi, tau, forward: enginePrice(svi.forward ?? forward) };
}

/** The account: a perpetual is worth its unsettled P&L there, here its mark with the cost taken off cash. */
export function accountOf({ market, account }: PublishedCase): Account {
  const cash = account.cash + account.unsettledPerpPnl + account.unsettledFunding - mul(account.perps, market.perp.price);
  const held: [string, bigint][] = [
    // The quote's own price is 1, not so many units of money.
    ["USD", enginePrice(cash as Real)],
    ["PERP", account.perps],
    ...account.collateral.map(({ amount }, i): [string, bigint] => [assetName(i), amount]),
    ...optionsOf(account).map(({ option, amount }): [string, bigint] => [option.name, amount]),
  ];
  const positions = held.filter(([, amount]) => amount !== 0n).map(([instrument, amount]) => ({ instrument, quantity: quantityOf(amount as Real) }));
  return { venue: "venue", account: "account", asOf: AS_OF, positions };
}

function invalid(path: string, message: string): MarginProofError {
  return new MarginProofError("InvalidSchema", message, { path });
}
