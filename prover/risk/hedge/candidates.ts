/** What may be traded: instruments with a side, what a contract costs, and how many lots are thinkable. */
import { MarginProofError } from "../../errors.ts";
import { divUp } from "../../numeric/rounding.ts";
import { BITS, SCALE, type Price, type Quantity, type Value } from "../../units.ts";
import { refuseUnlisted, type Account } from "../book.ts";
import type { InstrumentRisk, MarketRisk } from "../risk-array.ts";
import type { HedgeRequest } from "./hedge.ts";
import { grossNotional, mostLotsOf, notionalOf } from "./room.ts";

export interface Candidate {
  readonly risk: InstrumentRisk;
  readonly side: "buy" | "sell";
  /** The balance that pays. */
  readonly settlement: InstrumentRisk;
  /** Paid per contract when bought, received when sold; rounded against the holder as positions are. */
  readonly price: Price;
  readonly cost: Price;
  /** Per contract. */
  readonly notional: Price;
  readonly mostLots: bigint;
}

export interface Desk {
  readonly account: Account;
  readonly lot: Quantity;
  readonly maxNotional: Value;
  readonly candidates: readonly Candidate[];
}

const DEFAULT_LOT = 100_000n as Quantity;
const DEFAULT_GROSS = 4n;

/** Everything but balances: borrowing or lending a coin is nothing one buys at a mark. */
const TRADED = ["spot", "perpetual", "future", "option"] as const;

export const candidateName = ({ side, risk }: Pick<Candidate, "side" | "risk">): string => `${side} ${risk.instrument.name}`;

/** Throws UnknownInstrument, UnsupportedInstrument, InvalidBook, OutOfRange or MissingMark, with the request's field as path. */
export function hedgeDesk(request: HedgeRequest, risks: MarketRisk): Desk {
  const account = accountOf(request);
  const lot = request.lot ?? DEFAULT_LOT;
  if (lot <= 0n || lot >= 1n << BigInt(BITS.quantity))
    refuse("OutOfRange", "lot", "a lot is a positive quantity", "give the venue's smallest tradable step");
  requireCosts(request, risks);
  const cash = cashOf(request, risks);
  const gross = DEFAULT_GROSS * grossNotional(request, risks, cash);
  const maxNotional = (request.maxNotional === undefined ? gross : request.maxNotional * (SCALE.value / SCALE.usd)) as Value;
  const held = new Map(account.positions.map(({ instrument, quantity }) => [instrument, quantity]));
  const candidates = allowed(request, risks, cash).flatMap((risk): Candidate[] => {
    const settlement = settlementOf(risk, cash, risks, held);
    if (settlement === undefined) return [];
    const notional = notionalOf(risk, request.market);
    const cost = (request.costs?.get(risk.instrument.name) ?? 0n) + divUp(notional * (request.costBps ?? 0n), SCALE.bps);
    return (["buy", "sell"] as const).flatMap((side) => {
      const mostLots = mostLotsOf(side, held.get(risk.instrument.name) ?? 0n, {
        lot,
        notional,
        maxNotional,
        reduceOnly: request.reduceOnly ?? false,
      });
      const price = (side === "buy" ? -risk.short.value : risk.long.value) as Price;
      return mostLots === 0n ? [] : [{ risk, side, settlement, price, cost: cost as Price, notional, mostLots }];
    });
  });
  return { account, lot, maxNotional, candidates };
}

function refuse(
  code: "OutOfRange" | "InvalidBook" | "UnsupportedInstrument" | "UnknownInstrument",
  path: string,
  message: string,
  hint: string,
): never {
  throw new MarginProofError(code, message, { path, hint });
}

function accountOf({ accounts, account }: HedgeRequest): Account {
  const names = accounts.map(({ venue, account: name }) => `${venue}/${name}`);
  if (account === undefined) {
    if (accounts.length === 1) return accounts[0]!;
    return refuse("InvalidBook", "account", "the book does not say which of its accounts trades", `choose one of ${names.join(", ")}`);
  }
  const found = accounts.find((each) => each.venue === account.venue && each.account === account.account);
  return (
    found ?? refuse("InvalidBook", "account", `${account.venue}/${account.account} is not in the book`, `choose one of ${names.join(", ")}`)
  );
}

function requireCosts({ costs, costBps = 0n as never }: HedgeRequest, risks: MarketRisk): void {
  const remedy = "a cost is what the trade loses against the mark: 0 or more";
  if (costBps < 0n) refuse("OutOfRange", "costBps", "a negative cost", remedy);
  for (const [name, cost] of costs ?? []) {
    if (!risks.some(({ instrument }) => instrument.name === name)) refuseUnlisted(name, `costs.${name}`);
    if (cost < 0n) refuse("OutOfRange", `costs.${name}`, "a negative cost", remedy);
  }
}

/** The balance that linear trades are paid from. */
function cashOf({ cash, market }: HedgeRequest, risks: MarketRisk): InstrumentRisk {
  const balances = risks.filter(({ instrument }) => instrument.kind === "cash");
  if (cash !== undefined) {
    return (
      balances.find(({ instrument }) => instrument.name === cash) ??
      refuse("UnknownInstrument", "cash", `${cash} is no balance that the market lists`, "name an instrument of kind cash")
    );
  }
  const inQuote = balances.find(({ instrument }) => instrument.kind === "cash" && instrument.currency === market.quote);
  return (
    inQuote ??
    refuse("UnknownInstrument", "cash", `the market lists no balance in ${market.quote} to pay from`, "list one, or name another balance")
  );
}

/** Inverse contracts settle in their coin: without the coins that a trade is paid with, it would hedge nothing. */
function settlementOf(
  { instrument }: InstrumentRisk,
  cash: InstrumentRisk,
  risks: MarketRisk,
  held: ReadonlyMap<string, bigint>,
): InstrumentRisk | undefined {
  if (!("settlement" in instrument) || instrument.settlement === "linear") return cash;
  const coins = risks.filter(
    ({ instrument: coin }) =>
      (coin.kind === "cash" && coin.currency === instrument.underlying) ||
      (coin.kind === "spot" && coin.underlying === instrument.underlying),
  );
  return coins.find((coin) => held.has(coin.instrument.name)) ?? coins[0];
}

function allowed({ instruments, kinds, market }: HedgeRequest, risks: MarketRisk, cash: InstrumentRisk): readonly InstrumentRisk[] {
  const isExpired = ({ instrument }: InstrumentRisk): boolean => "expiry" in instrument && instrument.expiry <= market.asOf;
  const ofKind = ({ instrument }: InstrumentRisk, otherwise: readonly string[]): boolean => (kinds ?? otherwise).includes(instrument.kind);
  if (instruments === undefined) return risks.filter((risk) => risk !== cash && !isExpired(risk) && ofKind(risk, TRADED));
  const named = instruments.map((name, i): InstrumentRisk => {
    const path = `instruments[${i}]`;
    const risk = risks.find(({ instrument }) => instrument.name === name) ?? refuseUnlisted(name, path);
    if (risk === cash)
      refuse("UnsupportedInstrument", path, `${name} is what trades are paid from`, "leave it out, or pay from another balance");
    if (isExpired(risk)) refuse("UnsupportedInstrument", path, `${name} has expired`, "leave it out, or use a market that is newer");
    if (settlementOf(risk, cash, risks, new Map()) === undefined)
      refuse(
        "UnsupportedInstrument",
        path,
        `${name} settles in a coin of which the market lists no balance`,
        "list the coin as cash or spot, or leave the contract out",
      );
    return risk;
  });
  return [...new Set(named)].filter((risk) => ofKind(risk, ["cash", ...TRADED]));
}
