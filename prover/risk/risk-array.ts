/** The risk vectors of a market under a policy: the one source of every number that is reported, committed to or proved. */
import { MarginProofError } from "../errors.ts";
import { silent, type Progress } from "../progress.ts";
import { SCALE, type Price } from "../units.ts";
import type { Cash, Instrument } from "./instruments.ts";
import { balanceRisk, contractRisk } from "./linear-risk.ts";
import type { Listing, Market, Underlying } from "./market.ts";
import { expiryModel, optionRisk, type ExpiryModel } from "./option-risk.ts";
import type { PerLevel, Policy } from "./policy.ts";
import { riskOf, type InstrumentRisk } from "./unit-risk.ts";

export type { Charge, ChargeKind, InstrumentRisk, RiskVector } from "./unit-risk.ts";

/** Looks things up in one market and one policy, and remembers what options of an expiry share. */
interface RiskModel {
  readonly market: Market;
  readonly policy: Policy;
  readonly expiries: Map<string, ExpiryModel>;
}

/**
 * Risk of every listed instrument, ascending by name; `progress` hears "risk vectors".
 * Throws WrongCurrency, InvalidPolicy (an underlying without netting set, an asset without haircut), OutOfRange.
 */
export function marketRisk(market: Market, policy: Policy, progress: Progress = silent): readonly InstrumentRisk[] {
  const model = riskModel(market, policy);
  return market.listings.map((listing, i) => {
    const risk = listingRisk(listing, model);
    progress("risk vectors", i + 1, market.listings.length);
    return risk;
  });
}

/** Risk of one listed instrument, the same as in marketRisk. Throws also UnknownInstrument when the market does not list it. */
export function instrumentRisk({ name }: Instrument, market: Market, policy: Policy): InstrumentRisk {
  const listing = market.listings.find(({ instrument }) => instrument.name === name);
  if (listing === undefined) {
    throw new MarginProofError("UnknownInstrument", "not listed in the market", { path: name, hint: "add it to the market's instruments" });
  }
  return listingRisk(listing, riskModel(market, policy));
}

function riskModel(market: Market, policy: Policy): RiskModel {
  if (market.quote !== policy.quote) {
    throw new MarginProofError("WrongCurrency", `the policy counts in ${policy.quote}, the market in ${market.quote}`, {
      path: "quote",
      hint: "use a market quoted in the policy's currency",
    });
  }
  return { market, policy, expiries: new Map() };
}

function listingRisk({ instrument, mark }: Listing, model: RiskModel): InstrumentRisk {
  const { market, policy } = model;
  if (instrument.kind === "cash" && !market.underlyings.some(({ name }) => name === instrument.currency)) {
    return riskOf(instrument, 0, balanceRisk(currencyPrice(instrument, market), haircutOf(instrument.currency, policy), false, policy));
  }
  const underlying = underlyingOf(instrument.kind === "cash" ? instrument.currency : instrument.underlying, market);
  const nettingSet = nettingSetOf(underlying.name, policy);
  switch (instrument.kind) {
    case "cash":
    case "spot":
      return riskOf(instrument, nettingSet, balanceRisk(underlying.spot, haircutOf(underlying.name, policy), true, policy));
    case "perpetual":
    case "future":
      return riskOf(instrument, nettingSet, contractRisk(instrument, present(mark, instrument), underlying.spot, policy));
    case "option":
      return riskOf(
        instrument,
        nettingSet,
        optionRisk(instrument, mark, underlying.spot, expiryOf(instrument.expiry, underlying, model), policy),
      );
  }
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
    model.market.asOf,
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

function currencyPrice({ name, currency }: Cash, { quote, currencies }: Market): Price {
  if (currency === quote) return SCALE.price as Price;
  return present(
    currencies.find((known) => known.name === currency),
    { name },
  ).price;
}

/** Reading a market guarantees these; a market put together in memory may lack them. */
function present<T>(found: T | undefined, { name }: { readonly name: string }): T {
  if (found !== undefined) return found;
  throw new MarginProofError("MissingMark", "the market has no price for it", {
    path: name,
    hint: "read the market with parseMarket, which names what is missing",
  });
}

function nettingSetOf(underlying: string, { nettingSets }: Policy): number {
  const index = nettingSets.findIndex(({ underlyings }) => underlyings.includes(underlying));
  if (index >= 0) return index;
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
