/** What a market must hold so that every instrument it lists can be valued. */
import { MarginProofError } from "../errors.ts";
import type { Listing, Market } from "./market.ts";

type Prices = Pick<Market, "asOf" | "quote" | "currencies" | "underlyings">;

/** Throws MissingMark, or InvalidMarket for an expired instrument; `instruments[i]` in the path is the i-th of `listings`. */
export function checkListings(listings: readonly Listing[], prices: Prices): void {
  listings.forEach((listing, i) => checkListing(listing, prices, `instruments[${i}]`));
}

function checkListing({ instrument, mark }: Listing, prices: Prices, path: string): void {
  if (instrument.kind === "cash") return checkCurrency(instrument.currency, prices, path);
  const underlying = prices.underlyings.find(({ name }) => name === instrument.underlying);
  if (underlying === undefined) {
    throw missing(
      `${path}.underlying`,
      `no spot price of ${instrument.underlying}`,
      `add ${instrument.underlying} to underlyings, or remove ${instrument.name}`,
    );
  }
  if (instrument.kind === "spot") return;
  if (instrument.kind !== "perpetual" && instrument.expiry <= prices.asOf) {
    throw new MarginProofError("InvalidMarket", `${instrument.name} has expired`, {
      path: `${path}.expiry`,
      hint: "remove it and book what it settled to as cash",
    });
  }
  if (instrument.kind === "option") {
    if (underlying.expiries.some(({ expiry }) => expiry === instrument.expiry)) return;
    throw missing(
      `${path}.expiry`,
      `no forward and volatility surface for ${instrument.underlying} at ${instrument.expiry}`,
      `add the expiry to underlyings, or remove ${instrument.name}`,
    );
  }
  if (mark === undefined) throw missing(`${path}.mark`, `no mark for ${instrument.name}`, "add its mark price, or remove the instrument");
}

function checkCurrency(currency: string, { quote, currencies, underlyings }: Prices, path: string): void {
  const isPriced = currency === quote || [...currencies, ...underlyings].some(({ name }) => name === currency);
  if (!isPriced) throw missing(`${path}.currency`, `no price of ${currency}`, `add ${currency} to currencies with its price in ${quote}`);
}

function missing(path: string, message: string, hint: string): MarginProofError {
  return new MarginProofError("MissingMark", message, { path, hint });
}
