/** Hedge proposals: searched with totals that are updated, confirmed by the report that everybody else reads. */
import { MarginProofError } from "../../errors.ts";
import { silent, type Progress } from "../../progress.ts";
import { SCALE, type Quantity, type Usd, type Value } from "../../units.ts";
import { canonicalPositions, type Account } from "../book.ts";
import { marginReport, type MarginReport } from "../margin-report.ts";
import { marketRisk, type MarketRisk } from "../risk-array.ts";
import { candidateName, hedgeDesk, type Desk } from "./candidates.ts";
import { isConcave } from "./concavity.ts";
import { figuresOf, type AccountId, type Hedge, type HedgeProposal, type HedgeRequest, type HedgeTrade } from "./hedge.ts";
import { healthy, noHedge } from "./refusals.ts";
import { searchHedges } from "./search.ts";
import { makeTrial, quantityOf, settled, type Leg } from "./trial.ts";

/**
 * The smallest trades that bring the margin to the terms' ratio (and the excess to what was asked), smallest first. Trades are made at
 * the mark and paid for in the same account; every proposal has been margined whole, and the answer says what was searched.
 *
 * `progress` hears "risk vectors", "single trades", "pairs of trades", "triples of trades", "confirmed by reports".
 *
 * @throws Healthy when there is nothing to restore; NoHedge when nothing within the limits is enough, with the best that was found;
 *   UnknownInstrument, UnsupportedInstrument, InvalidBook, OutOfRange for the request; what marketRisk throws
 */
export function hedgeProposal(request: HedgeRequest, progress: Progress = silent): Hedge {
  const { accounts, market, policy, terms, measure = "notional", minExcess = 0n as Usd } = request;
  const maxTrades = within(request.maxTrades ?? 1, 1, 3, "maxTrades");
  const maxProposals = within(request.maxProposals ?? 5, 1, 100, "maxProposals");
  const risks = request.risks ?? marketRisk(market, policy, progress);
  const margin = (after: readonly Account[]): MarginReport => marginReport(after, risks, policy, terms);
  const before = margin(accounts);
  const desk = hedgeDesk(request, risks);
  const missing = (minExcess * (SCALE.value / SCALE.usd)) as Value;
  if (reaches(before, missing)) throw healthy(before);
  const concave = isConcave(risks.rules);
  const trial = makeTrial({ risks, terms, minExcess: missing, lot: desk.lot, ...rowsOf(accounts, desk.account, risks) });
  const searched = searchHedges({ desk, trial, isConcave: concave, measure, maxTrades, maxProposals, progress });
  const traded = (legs: readonly Leg[]): MarginReport => margin(withTrades(accounts, desk.account, tradesOf(legs, desk)));
  if (searched.found.length === 0) throw noHedge(searched, desk, maxTrades, before, traded);
  const proposals = searched.found.map((legs, i): HedgeProposal => {
    const report = traded(legs);
    if (!reaches(report, missing))
      throw new Error(`the margin report does not confirm ${legs.map(({ candidate }) => candidateName(candidate)).join(", ")}`);
    progress("confirmed by reports", i + 1, searched.found.length);
    return proposalOf(tradesOf(legs, desk), report);
  });
  const { venue, account } = desk.account;
  return {
    level: terms.level,
    minRatioBps: terms.minRatioBps,
    minExcess,
    onChainCollateral: terms.onChainCollateral,
    account: { venue, account },
    before: figuresOf(before),
    proposals,
    search: {
      measure,
      lot: desk.lot,
      maxTrades,
      maxNotional: desk.maxNotional,
      candidates: desk.candidates.length,
      shortlist: searched.shortlist.map(candidateName),
      triples: searched.triples.map(candidateName),
      single: concave ? "least" : "bounded",
    },
  };
}

/** The book after some trades and their payments; positions that are closed are left out. */
export function withTrades(accounts: readonly Account[], { venue, account }: AccountId, trades: readonly HedgeTrade[]): readonly Account[] {
  const changes = trades.flatMap(({ instrument, quantity, settlement }) => [{ instrument, quantity: quantity as bigint }, settlement]);
  return accounts.map((each) => {
    if (each.venue !== venue || each.account !== account) return each;
    const held = new Map<string, bigint>(each.positions.map(({ instrument, quantity }) => [instrument, quantity]));
    for (const { instrument, quantity } of changes) held.set(instrument, (held.get(instrument) ?? 0n) + quantity);
    const positions = [...held].flatMap(([instrument, quantity]) =>
      quantity === 0n ? [] : [{ instrument, quantity: quantity as Quantity }],
    );
    return { ...each, positions: canonicalPositions(positions) };
  });
}

const reaches = ({ isHealthy, excess }: MarginReport, minExcess: Value): boolean => isHealthy && excess >= minExcess;

function within(value: number, low: number, high: number, path: string): number {
  if (Number.isInteger(value) && value >= low && value <= high) return value;
  throw new MarginProofError("OutOfRange", `${value} is not a whole number from ${low} to ${high}`, {
    path,
    hint: `use a value from ${low} to ${high}`,
  });
}

function rowsOf(accounts: readonly Account[], trading: Account, risks: MarketRisk) {
  const byName = new Map(risks.map((risk) => [risk.instrument.name, risk]));
  const rows = (account: Account) => account.positions.map(({ instrument, quantity }) => ({ risk: byName.get(instrument)!, quantity }));
  return {
    others: accounts.filter((each) => each !== trading).flatMap(rows),
    own: new Map(rows(trading).map(({ risk, quantity }) => [risk, quantity])),
  };
}

function tradesOf(legs: readonly Leg[], { lot }: Desk): readonly HedgeTrade[] {
  return legs.map((leg): HedgeTrade => {
    const { risk, side, price, cost, notional, settlement } = leg.candidate;
    const quantity = quantityOf(leg, lot);
    const magnitude = quantity < 0n ? -quantity : quantity;
    return {
      instrument: risk.instrument.name,
      side,
      quantity,
      price,
      notional: (magnitude * notional) as Value,
      cost: (magnitude * cost) as Value,
      settlement: { instrument: settlement.instrument.name, quantity: settled(leg, lot) },
    };
  });
}

function proposalOf(trades: readonly HedgeTrade[], report: MarginReport): HedgeProposal {
  const sum = (amount: (trade: HedgeTrade) => bigint): Value => trades.reduce((total, trade) => total + amount(trade), 0n) as Value;
  const magnitude = (value: bigint): bigint => (value < 0n ? -value : value);
  return {
    trades,
    notional: sum(({ notional }) => notional),
    value: sum(({ quantity, price }) => magnitude(quantity * price)),
    cost: sum(({ cost }) => cost),
    after: figuresOf(report),
  };
}
