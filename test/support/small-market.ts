import { buildSnapshot } from "../../prover/commitment/snapshot.ts";
import { parseMarket } from "../../prover/risk/market.ts";
import { parsePolicy } from "../../prover/risk/policy.ts";
import { snapshotSizes } from "./sizes.ts";

const AS_OF = 1_700_000_000;
const EXPIRY = 1_702_598_400;

/** Two netting sets and five scenarios: what tier `test` takes. */
export const POLICY_JSON = {
  format: "margin-policy/1",
  name: "five-scenarios",
  version: 1,
  quote: "USD",
  nettingSets: [
    { id: "BTC", underlyings: ["BTC"] },
    { id: "ETH", underlyings: ["ETH"] },
  ],
  scenarios: [
    { spot: "0.8", vol: "up", weight: "1" },
    { spot: "0.9", vol: "down", weight: "1" },
    { spot: "1", vol: "none", weight: "1" },
    { spot: "1.1", vol: "down", weight: "1" },
    { spot: "1.2", vol: "up", weight: "1" },
  ],
  volShock: { up: "0.5", down: "0.3", shortPower: "0.3", longPower: "0.13", dteFloorDays: "1", minShockedVol: "0.1" },
  lossFactor: { MM: "0.8", IM: "1" },
  charges: { perpetual: { MM: "0.03", IM: "0.05" }, future: { MM: "0.03", IM: "0.05" }, optionShort: { MM: "0.005", IM: "0.01" } },
  haircuts: [
    { asset: "BTC", rate: { MM: "0.05", IM: "0.1" } },
    { asset: "ETH", rate: { MM: "0.05", IM: "0.1" } },
  ],
};

const perpetual = (underlying: string, mark: string) => ({ kind: "perpetual", name: `${underlying}-PERPETUAL`, underlying, settlement: "linear", multiplier: "1", mark });

export const MARKET_JSON = {
  format: "margin-market/1",
  asOf: AS_OF,
  quote: "USD",
  currencies: [],
  underlyings: [
    { name: "BTC", spot: "37000", expiries: [{ expiry: EXPIRY, forward: "37150", rate: "0.04", surface: { kind: "flat", vol: "0.5" } }] },
    { name: "ETH", spot: "2000", expiries: [] },
  ],
  instruments: [
    { kind: "cash", name: "USD", currency: "USD" },
    { kind: "spot", name: "BTC", underlying: "BTC" },
    { kind: "option", name: "BTC-15DEC23-40000-C", underlying: "BTC", expiry: EXPIRY, strike: "40000", type: "call", multiplier: "1" },
    perpetual("BTC", "37010.5"),
    perpetual("ETH", "1999.25"),
  ],
};

export const POLICY = parsePolicy(POLICY_JSON);
export const MARKET = parseMarket(MARKET_JSON);
export const SNAPSHOT = buildSnapshot(MARKET, POLICY, snapshotSizes());
