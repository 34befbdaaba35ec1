/** The risk vectors of a market under a policy: the one source of every number that is reported, committed to or proved. */
import { MarginProofError } from "../errors.ts";
import { ZERO, fromPrice, ratio } from "../numeric/real.ts";
import { silent, type Progress } from "../progress.ts";
import { SCALE, type Factor, type Price } from "../units.ts";
import { listingGreeks } from "./greeks.ts";
import { instrumentColumns } from "./instrument-risk.ts";
import type { Cash, Instrument } from "./instruments.ts";
import { balanceValuer, charge, contractValuer, notional } from "./linear-risk.ts";
import type { MarginRules } from "./margin-rules.ts";
import type { Listing, Market, Underlying } from "./market.ts";
import { expiryModel, optionValuer, type ExpiryModel } from "./option-risk.ts";
import type { PerLevel, Policy } from "./policy.ts";
import { riskPlan, type RiskPlan } from "./risk-plan.ts";
import type { Exact, InstrumentRisk } from "./unit-risk.ts";
import type { Valuer } from "./valuer.ts";
import { impliedVol } from "./vol-surface.ts";

export type { Charge, ChargeKind, InstrumentRisk, Pairing, RiskVector } from "./unit-risk.ts";

/** The vectors of a market, ascending by name, with the rules that they are columns of. */
export interface MarketRisk extends ReadonlyArray<InstrumentRisk> {
  readonly rules: MarginRules;
}

/** A plan, and what options of an expiry share. */
interface RiskModel {
  readonly plan: RiskPlan;
  readonly expiries: Map<string, ExpiryModel>;
}

/**
 * Risk of every listed instrument, ascending by name; `progress` hears "risk vectors".
 * Throws WrongCurrency, InvalidPolicy (an underlying without netting set, an asset without haircut; see `riskPlan`), OutOfRange.
 */
export function marketRisk(
  market: Market,
  policy: Policy,
  progress: Progress = silent,
  plan: RiskPlan = riskPlan(market, policy),
): MarketRisk {
  const model: RiskModel = { plan, expiries: new Map() };
  const vectors = market.listings.map((listing, i) => {
    const risk = listingRisk(listing, model);
    progress("risk vectors", i + 1, market.listings.length);
    return risk;
  });
  return Object.assign(vectors, { rules: plan.rules });
}

/** Risk of one listed instrument, the same as in marketRisk. Throws also UnknownInstrument when the market does not list it. */
export function instrumentRisk({ name }: Instrument, market: Market, policy: Policy): InstrumentRisk {
  const listing = market.listings.find(({ instrument }) => instrument.name === name);
  if (listing === undefined) {
    throw new MarginProofError("UnknownInstrument", "not listed in the market", { path: name, hint: "add it to the market's instruments" });
  }
  return listingRisk(listing, { plan: riskPlan(market, policy), expiries: new Map() });
}

function listingRisk(listing: Listing, model: RiskModel): InstrumentRisk {
  const { instrument } = listing;
  const { market, policy } = model.plan;
  const greeks = listingGreeks(listing, market);
  if (instrument.kind === "cash" && !market.underlyings.some(({ name }) => name === instrument.currency)) {
    const priced = currencyPrice(instrument, market);
    const followed = policy.tracking.find(({ asset }) => asset === instrument.currency);
    const underlying = followed === undefined ? null : underlyingOf(followed.underlying, market);
    const feeds = underlying === null ? [priced.confidence] : [priced.confidence, underlying.confidence];
    const valuer = unsure(
      balanceValuer(priced.price, haircutOf(instrument.currency, policy), underlying !== null),
      { numerator: priced.price, denominator: 1n },
      feeds,
      policy,
    );
    const moves = underlying === null ? greeks : { ...greeks, delta: ratio(priced.price, underlying.spot) };
    return instrumentColumns({ instrument, underlying, expiry: null, valuer, greeks: moves, impliedVol: ZERO }, model.plan);
  }
  const underlying = underlyingOf(instrument.kind === "cash" ? instrument.currency : instrument.underlying, market);
  requireNettingSet(underlying.name, policy);
  const expiry = "expiry" in instrument ? instrument.expiry : null;
  const vol = instrument.kind === "option" ? impliedVol(expiryOf(instrument.expiry, underlying, model).expiry.surface, fromPrice(instrument.strike)) : ZERO;
  return instrumentColumns({ instrument, underlying, expiry, valuer: valuerOf(listing, underlying, model), greeks, impliedVol: vol }, model.plan);
}

function valuerOf({ instrument, mark, confidence }: Listing, underlying: Underlying, model: RiskModel): Valuer {
  const { policy } = model.plan;
  switch (instrument.kind) {
    case "cash":
    case "spot":
      return unsure(
        balanceValuer(underlying.spot, haircutOf(underlying.name, policy), true),
        { numerator: underlying.spot, denominator: 1n },
        [underlying.confidence],
        policy,
      );
    case "perpetual":
    case "future": {
      const valuer = contractValuer(instrument, present(mark, instrument), underlying.spot, policy.charges);
      return unsure(valuer, notional(instrument.multiplier, underlying.spot), [underlying.confidence, confidence], policy);
    }
    case "option": {
      const expiry = expiryOf(instrument.expiry, underlying, model);
      const feeds = Object.values(expiry.expiry.confidence);
      const valuer = optionValuer(instrument, mark, underlying.spot, expiry, policy);
      return unsure(valuer, notional(instrument.multiplier, underlying.spot), [underlying.confidence, ...feeds], policy);
    }
  }
}

/** Adds (1 − c)·margin of the amount at the initial level, where c, the least of the feeds' confidences, is below the threshold. */
function unsure(valuer: Valuer, amount: Exact, feeds: readonly Factor[], { confidence }: Policy): Valuer {
  const least = feeds.reduce((low, feed) => (feed < low ? feed : low));
  if (confidence === undefined || least >= confidence.threshold) return valuer;
  const rate = ((SCALE.factor - least) * confidence.margin + SCALE.factor - 1n) / SCALE.factor;
  return { ...valuer, charges: [...valuer.charges, charge("confidence", "both", amount, { MM: 0n as Factor, IM: rate as Factor })] };
}

/** The model of an expiry, made at its first use. */
function expiryOf(time: number, { name, expiries }: Underlying, model: RiskModel): ExpiryModel {
  const key = `${time} ${name}`;
  const known = model.expiries.get(key);
  if (known !== undefined) return known;
  const made = expiryModel(
    present(
      expiries.find(({ expiry }) => expiry === time),
      { name: key },
    ),
    model.plan.market.asOf,
  );
  model.expiries.set(key, made);
  return made;
}

function underlyingOf(name: string, { underlyings }: Market): Underlying {
  return present(
    underlyings.find((underlying) => underlying.name === name),
    { name },
  );
}

function currencyPrice({ name, currency }: Cash, { quote, currencies }: Market): { readonly price: Price; readonly confidence: Factor } {
  if (currency === quote) return { price: SCALE.price as Price, confidence: SCALE.factor as Factor };
  return present(
    currencies.find((known) => known.name === currency),
    { name },
  );
}

/** Reading a market guarantees these; a market put together in memory may lack them. */
function present<T>(found: T | undefined, { name }: { readonly name: string }): T {
  if (found !== undefined) return found;
  throw new MarginProofError("MissingMark", "the market has no price for it", {
    path: name,
    hint: "read the market with parseMarket, which names what is missing",
  });
}

function requireNettingSet(underlying: string, { nettingSets }: Policy): void {
  if (nettingSets.some(({ underlyings }) => underlyings.includes(underlying))) return;
  throw new MarginProofError("InvalidPolicy", `${underlying} is in no netting set`, {
    path: "nettingSets",
    hint: `add ${underlying} to a netting set, or remove its instruments from the market`,
  });
}

/** The quote has no haircut; every other asset must be given one, if only 0. */
function haircutOf(asset: string, { quote, haircuts }: Policy): PerLevel | undefined {
  if (asset === quote) return undefined;
  const found = haircuts.find((haircut) => haircut.asset === asset);
  if (found !== undefined) return found.rate;
  throw new MarginProofError("InvalidPolicy", `no haircut for ${asset}`, {
    path: "haircuts",
    hint: `add a haircut for ${asset}, or remove its instruments from the market`,
  });
}
