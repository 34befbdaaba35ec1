/** A hedge as JSON for other programs, and back: exact decimal strings, scenarios by index. */
import { z } from "zod";
import { MarginProofError } from "../../errors.ts";
import { formatDecimal, parseDecimal } from "../../numeric/decimal.ts";
import { DECIMALS, type Bps, type Price, type Quantity, type Usd, type Value } from "../../units.ts";
import { nameField, readJson, refuse, type Json } from "../schema.ts";
import { HEDGE_MEASURES, type Hedge, type HedgeFigures, type HedgeProposal, type HedgeTrade } from "./hedge.ts";

export const HEDGE_FORMAT = "hedge-proposal/1";

/** The `hedge-proposal/1` document: parseHedge(hedgeJson(x)) equals x. */
export function hedgeJson({ level, minRatioBps, minExcess, onChainCollateral, account, before, proposals, search }: Hedge): {
  readonly [key: string]: Json;
} {
  return {
    format: HEDGE_FORMAT,
    level,
    minRatioBps: minRatioBps.toString(),
    minExcess: text(minExcess, DECIMALS.usd),
    onChainCollateral: text(onChainCollateral, DECIMALS.usd),
    account: { ...account },
    before: figuresJson(before),
    proposals: proposals.map(proposalJson),
    search: { ...search, lot: text(search.lot, DECIMALS.quantity), maxNotional: text(search.maxNotional, DECIMALS.value) },
  };
}

const text = (amount: bigint, decimals: number): string => formatDecimal(amount, decimals, { trim: true });
const value = (amount: Value): string => text(amount, DECIMALS.value);

function figuresJson({ equity, requirement, ratioBps, excess, isHealthy, withinLimits, nettingSets }: HedgeFigures): Json {
  return {
    isHealthy,
    withinLimits,
    equity: value(equity),
    requirement: value(requirement),
    ratioBps: ratioBps === null ? null : ratioBps.toString(),
    excess: value(excess),
    nettingSets: nettingSets.map(({ id, binding, bindingScenario, loss }) => ({ id, binding, bindingScenario, loss: value(loss) })),
  };
}

function proposalJson({ trades, notional, value: turnover, cost, after }: HedgeProposal): Json {
  return { trades: trades.map(tradeJson), notional: value(notional), value: value(turnover), cost: value(cost), after: figuresJson(after) };
}

function tradeJson({ instrument, side, quantity, price, notional, cost, settlement }: HedgeTrade): Json {
  return {
    instrument,
    side,
    quantity: text(quantity, DECIMALS.quantity),
    price: text(price, DECIMALS.price),
    notional: value(notional),
    cost: value(cost),
    settlement: { instrument: settlement.instrument, quantity: text(settlement.quantity, DECIMALS.quantity) },
  };
}

/** A decimal of any size: the figures are a report's, and were checked where they were made. */
const exact = <T extends bigint>(decimals: number) =>
  z.string().transform((written, context): T => {
    try {
      return parseDecimal(written, decimals) as T;
    } catch (error) {
      if (error instanceof MarginProofError) return refuse(context, error.code, error.reason, error.hint);
      throw error;
    }
  });

const amount = exact<Value>(DECIMALS.value);
const ratio = exact<bigint>(0);
const names = z.array(z.string());

const figures = z.strictObject({
  isHealthy: z.boolean(),
  withinLimits: z.boolean(),
  equity: amount,
  requirement: amount,
  ratioBps: ratio.nullable(),
  excess: amount,
  nettingSets: z.array(
    z.strictObject({
      id: z.string(),
      binding: z.enum(["scenario", "skew", "basis"]).nullable(),
      bindingScenario: z.int().min(0).nullable(),
      loss: amount,
    }),
  ),
});

const trade = z.strictObject({
  instrument: nameField(),
  side: z.enum(["buy", "sell"]),
  quantity: exact<Quantity>(DECIMALS.quantity),
  price: exact<Price>(DECIMALS.price),
  notional: amount,
  cost: amount,
  settlement: z.strictObject({ instrument: nameField(), quantity: exact<Quantity>(DECIMALS.quantity) }),
});

const hedgeSchema = z.strictObject({
  format: z.literal(HEDGE_FORMAT),
  level: z.enum(["MM", "IM"]),
  minRatioBps: exact<Bps>(0),
  minExcess: exact<Usd>(DECIMALS.usd),
  onChainCollateral: exact<Usd>(DECIMALS.usd),
  account: z.strictObject({ venue: nameField(), account: nameField() }),
  before: figures,
  proposals: z
    .array(z.strictObject({ trades: z.array(trade).min(1), notional: amount, value: amount, cost: amount, after: figures }))
    .min(1),
  search: z.strictObject({
    measure: z.enum(HEDGE_MEASURES),
    lot: exact<Quantity>(DECIMALS.quantity),
    maxTrades: z.int().min(1),
    maxNotional: amount,
    candidates: z.int().min(1),
    shortlist: names,
    triples: names,
    single: z.enum(["least", "bounded"]),
  }),
});

/** Reads a `hedge-proposal/1` document. It says what was proposed; whether it still holds says a margin report of the book with its trades. */
export function parseHedge(json: unknown): Hedge {
  const { format: _, ...hedge } = readJson(hedgeSchema, json);
  return hedge;
}
