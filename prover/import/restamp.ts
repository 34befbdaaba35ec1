/**
 * A saved market and its accounts as if they had been taken at another time, for demonstrations that must work on any day.
 * Everything dated moves by the same number of seconds, so times to expiry and with them all risk numbers stay the same.
 * Names keep the dates they were given: never restamp what someone else will take for real.
 */
import { marketJson } from "../risk/market-json.ts";
import { parseMarket, type Market } from "../risk/market.ts";
import type { Account } from "../risk/book.ts";

/** The market as of another time (unix seconds), expiries moved along. @throws InvalidMarket, InvalidSchema for a time out of range */
export function restampMarket(market: Market, asOf: number): Market {
  const shift = asOf - market.asOf;
  const moved: Market = {
    ...market,
    asOf,
    underlyings: market.underlyings.map((underlying) => ({
      ...underlying,
      expiries: underlying.expiries.map((expiry) => ({ ...expiry, expiry: expiry.expiry + shift })),
    })),
    listings: market.listings.map((listing) => ({
      ...listing,
      instrument: "expiry" in listing.instrument ? { ...listing.instrument, expiry: listing.instrument.expiry + shift } : listing.instrument,
    })),
  };
  return parseMarket(marketJson(moved));
}

/** The account as seen at another time, unix seconds. */
export function restampAccount(account: Account, asOf: number): Account {
  return { ...account, asOf };
}
