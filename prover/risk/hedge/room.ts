/** How much room trades have: notional per contract, of the whole book, and the lots that fit. */
import { divUp } from "../../numeric/rounding.ts";
import { BITS, SCALE, type Price } from "../../units.ts";
import type { Market } from "../market.ts";
import type { InstrumentRisk, MarketRisk } from "../risk-array.ts";
import type { HedgeRequest } from "./hedge.ts";

/** What a contract is on: at spot for options, face for inverse contracts, the mark for everything else. */
export function notionalOf({ instrument, long }: InstrumentRisk, { underlyings }: Market): Price {
  if ("settlement" in instrument && instrument.settlement === "inverse")
    return (instrument.multiplier * (SCALE.price / SCALE.quantity)) as Price;
  if (instrument.kind !== "option") return long.value;
  const { spot } = underlyings.find(({ name }) => name === instrument.underlying)!;
  return divUp(instrument.multiplier * spot, SCALE.quantity) as Price;
}

/** Of every position but the balance that pays. */
export function grossNotional({ accounts, market }: HedgeRequest, risks: MarketRisk, cash: InstrumentRisk): bigint {
  const byName = new Map(risks.map((risk) => [risk.instrument.name, risk]));
  return accounts
    .flatMap(({ positions }) => positions)
    .reduce((sum, { instrument, quantity }) => {
      const risk = byName.get(instrument);
      return risk === undefined || risk === cash ? sum : sum + magnitude(quantity) * notionalOf(risk, market);
    }, 0n);
}

export interface Room {
  readonly lot: bigint;
  readonly notional: bigint;
  readonly maxNotional: bigint;
  readonly reduceOnly: boolean;
}

/** Whole lots that keep the position in its width, the notional in its limit and, if so asked, the position from growing or turning. */
export function mostLotsOf(side: "buy" | "sell", held: bigint, { lot, notional, maxNotional, reduceOnly }: Room): bigint {
  const towards = side === "buy" ? held : -held;
  const room = reduceOnly ? -towards : (1n << BigInt(BITS.quantity)) - 1n - towards;
  const most = room <= 0n ? 0n : room / lot;
  const within = notional === 0n ? most : maxNotional / (notional * lot);
  return most < within ? most : within;
}

const magnitude = (value: bigint): bigint => (value < 0n ? -value : value);
