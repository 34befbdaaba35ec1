/** What holds of every hedge, on generated books and against every trade there is on small ones. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MarginProofError } from "../prover/errors.ts";
import { hedgeProposal, withTrades } from "../prover/risk/hedge/hedge-proposal.ts";
import type { Hedge, HedgeRequest, HedgeTrade } from "../prover/risk/hedge/hedge.ts";
import { leastLots } from "../prover/risk/hedge/least-lots.ts";
import { marginReport } from "../prover/risk/margin-report.ts";
import { marketRisk } from "../prover/risk/risk-array.ts";
import { SCALE, type Bps, type Quantity, type Usd, type Value } from "../prover/units.ts";
import { generatedPortfolios, type GeneratedPortfolio } from "./support/arbitraries.ts";
import { MARKET, POLICY, termsAt } from "./support/hedge-market.ts";
import { law } from "./support/law.ts";

/** Books with a target near the ratio they have: from half of it to twice as much. */
const targeted: fc.Arbitrary<GeneratedPortfolio> = fc
  .record({ portfolio: generatedPortfolios({ nettingSets: 2, scenarios: 3, positions: 5, venues: 2 }), percent: fc.bigInt({ min: 50n, max: 200n }) })
  .map(({ portfolio, percent }) => {
    const { ratioBps } = marginReport(portfolio.book.accounts, portfolio.risks, portfolio.policy, portfolio.terms);
    const minRatioBps = (ratioBps === null || ratioBps <= 0n ? 10_000n : (ratioBps * percent) / 100n) as Bps;
    return { ...portfolio, terms: { ...portfolio.terms, minRatioBps } };
  });

const LOT = SCALE.quantity as Quantity;

const requestOf = ({ book, market, policy, risks, terms }: GeneratedPortfolio): HedgeRequest => {
  const { venue, account } = book.accounts[0]!;
  return { accounts: book.accounts, market, policy, risks, terms, account: { venue, account }, lot: LOT, maxProposals: 3 };
};

/** The hedge, or the code of its refusal. */
function attempt(request: HedgeRequest): Hedge | string {
  try {
    return hedgeProposal(request);
  } catch (error) {
    if (error instanceof MarginProofError) return error.code;
    throw error;
  }
}

const isHealthyWith = ({ accounts, risks, policy, terms, account }: HedgeRequest, trades: readonly HedgeTrade[]): boolean =>
  marginReport(withTrades(accounts, account!, trades), risks!, policy, terms).isHealthy;

/** The same trade in so many lots, paid for as trades are. */
function inLots(trade: HedgeTrade, lots: bigint, request: HedgeRequest, lot: Quantity = LOT): HedgeTrade {
  const quantity = ((trade.side === "buy" ? lots : -lots) * lot) as Quantity;
  const unit = request.risks!.find(({ instrument }) => instrument.name === trade.settlement.instrument)!.long.value;
  const perLot = (trade.cost * lot) / (trade.quantity < 0n ? -trade.quantity : trade.quantity);
  const pays = quantity * trade.price + lots * perLot;
  const up = pays > 0n ? (pays + unit - 1n) / unit : pays / unit;
  return { ...trade, quantity, settlement: { ...trade.settlement, quantity: -up } };
}

const lotsOf = ({ quantity }: HedgeTrade, lot: bigint = LOT): bigint => (quantity < 0n ? -quantity : quantity) / lot;

describe("a hedge obeys", () => {
  let [hedged, missed, healthy] = [0, 0, 0];

  law(
    "healthy books get no proposal, and a proposal restores the target; one lot less does not",
    fc.property(targeted, (portfolio) => {
      const request = requestOf(portfolio);
      const before = marginReport(request.accounts, portfolio.risks, portfolio.policy, portfolio.terms);
      const found = attempt(request);
      if (before.isHealthy) {
        healthy++;
        expect(found).toBe("Healthy");
        return;
      }
      if (typeof found === "string") {
        missed++;
        expect(found).toBe("NoHedge");
        return;
      }
      hedged++;
      for (const { trades } of found.proposals) {
        const [trade] = trades;
        expect(isHealthyWith(request, trades)).toBe(true);
        expect(inLots(trade!, lotsOf(trade!), request)).toEqual(trade);
        const less = lotsOf(trade!) - 1n;
        if (less > 0n) expect(isHealthyWith(request, [inLots(trade!, less, request)])).toBe(false);
      }
    }),
    200,
  );

  it("on generated books that are of every sort", () => expect(Math.min(hedged, missed, healthy), `${hedged} hedged, ${missed} missed, ${healthy} healthy`).toBeGreaterThan(20));

  law(
    "where there is none, no single trade of any size on a ladder is enough",
    fc.property(targeted, fc.integer({ min: 0, max: 40 }), (portfolio, rung) => {
      const request = requestOf(portfolio);
      if (attempt(request) !== "NoHedge") return;
      for (const { instrument, long, short } of portfolio.risks) {
        if (instrument.kind === "cash" || ("settlement" in instrument && instrument.settlement === "inverse")) continue;
        for (const side of ["buy", "sell"] as const) {
          const price = side === "buy" ? -short.value : long.value;
          const trade = { instrument: instrument.name, side, quantity: LOT, price, cost: 0n, notional: 0n, settlement: { instrument: "USD", quantity: 0n } } as HedgeTrade;
          const lots = 1n << BigInt(rung);
          if (lots * LOT >= 1n << 63n) continue;
          const made = inLots(trade, lots, request);
          if (isWithin(portfolio, made)) expect(isHealthyWith(request, [made])).toBe(false);
        }
      }
    }),
    100,
  );

  law(
    "more instruments to choose from never make it larger",
    fc.property(targeted, fc.infiniteStream(fc.boolean()), (portfolio, coin) => {
      const request = requestOf(portfolio);
      const all = portfolio.risks.map(({ instrument }) => instrument).filter(({ kind }) => kind !== "cash").map(({ name }) => name);
      const some = all.filter(() => coin.next().value);
      const [few, many] = [attempt({ ...request, instruments: some }), attempt({ ...request, instruments: all })];
      if (typeof few === "string") return;
      expect(typeof many).toBe("object");
      expect((many as Hedge).proposals[0]!.notional <= few.proposals[0]!.notional).toBe(true);
    }),
    100,
  );

  law(
    "costs never make it smaller, and a higher target never either",
    fc.property(targeted, fc.bigInt({ min: 0n, max: 500n }), fc.bigInt({ min: 0n, max: 5_000n }), (portfolio, costBps, more) => {
      const request = { ...requestOf(portfolio), maxProposals: 1 };
      const plain = attempt(request);
      if (plain === "Healthy") return;
      const dear = attempt({ ...request, costBps: costBps as Bps });
      const higher = attempt({ ...request, terms: { ...request.terms, minRatioBps: (request.terms.minRatioBps + more) as Bps } });
      for (const other of [dear, higher]) {
        if (typeof other === "string") continue;
        expect(typeof plain).toBe("object");
        expect((plain as Hedge).proposals[0]!.notional <= other.proposals[0]!.notional).toBe(true);
      }
    }),
    100,
  );

  law(
    "at the mark and without costs equity changes by roundings alone",
    fc.property(targeted, (portfolio) => {
      const found = attempt(requestOf(portfolio));
      if (typeof found === "string") return;
      for (const { trades, after } of found.proposals) {
        // A unit of 1e-8 per contract, opened or closed, and one of the balance that pays.
        const unit = portfolio.risks.find(({ instrument }) => instrument.name === trades[0]!.settlement.instrument)!.long.value;
        const lost = found.before.equity - after.equity;
        expect(lost >= 0n && lost <= lotsOf(trades[0]!, 1n) + unit).toBe(true);
      }
    }),
    100,
  );
});

/** The default limit of the search: four times the book's notional, of which the generated trades must stay clear by a factor of eight. */
function isWithin(portfolio: GeneratedPortfolio, trade: HedgeTrade): boolean {
  const notional = (name: string, quantity: bigint): bigint => {
    const risk = portfolio.risks.find(({ instrument }) => instrument.name === name)!;
    const spot = portfolio.market.underlyings.find((each) => "underlying" in risk.instrument && each.name === risk.instrument.underlying)?.spot;
    const perContract = risk.instrument.kind === "option" ? (risk.instrument.multiplier * spot!) / SCALE.quantity : risk.long.value < 0n ? 0n : risk.long.value;
    return (quantity < 0n ? -quantity : quantity) * perContract;
  };
  const gross = portfolio.book.accounts.flatMap(({ positions }) => positions).reduce((sum, { instrument, quantity }) => sum + (instrument === "USD" ? 0n : notional(instrument, quantity)), 0n);
  return notional(trade.instrument, trade.quantity) <= gross / 2n;
}

describe("against every trade there is", () => {
  const risks = marketRisk(MARKET, POLICY);
  const NAMES = ["BTC-PERP", "ETH-PERP", "CALL-60000", "PUT-45000"];
  const traded = risks.filter(({ instrument }) => NAMES.includes(instrument.name));
  const MOST = 3n;
  const trades: number[] = [];
  const held = fc.array(fc.integer({ min: -4, max: 4 }), { minLength: 5, maxLength: 5 });

  law(
    "pairs on a small market are the smallest of all singles and pairs",
    fc.property(held, fc.integer({ min: -4, max: 8 }), (quantities, cash) => {
      const names = [...NAMES, "CALL-50000"];
      const positions = names.flatMap((instrument, i) => (quantities[i] === 0 ? [] : [{ instrument, quantity: (BigInt(quantities[i]!) * LOT) as Quantity }]));
      const value = marginReport([{ venue: "v", account: "a", asOf: 0, positions }], risks, POLICY, termsAt(10_000)).equity;
      const usd = BigInt(cash) * 2_000n * SCALE.usd - value / SCALE.usd;
      const account = { venue: "v", account: "a", asOf: 0, positions: [...positions, ...(usd === 0n ? [] : [{ instrument: "USD", quantity: usd as Quantity }])] };
      const maxNotional = (MOST * 50_000n * SCALE.usd) as Usd;
      const request: HedgeRequest = { accounts: [account], market: MARKET, policy: POLICY, risks, terms: termsAt(10_000), account, instruments: NAMES, lot: LOT, maxNotional, maxTrades: 2, maxProposals: 1 };
      const found = attempt(request);
      if (found === "Healthy") return;
      const least = leastOfAll(request);
      expect(typeof found === "string" ? null : found.proposals[0]!.notional).toBe(least);
      if (typeof found !== "string") trades.push(found.proposals[0]!.trades.length);
    }),
    20,
  );

  it("of which some need two", () => expect([trades.filter((count) => count === 1).length > 1, trades.filter((count) => count === 2).length > 1]).toEqual([true, true]));

  /** The least notional of one or two trades of up to `MOST` times 50000 each, by margining the book with every one of them. */
  function leastOfAll(request: HedgeRequest): Value | null {
    const single = traded.flatMap(({ instrument, long, short }) =>
      (["buy", "sell"] as const).flatMap((side) => {
        const perLot = (instrument.name.startsWith("ETH") ? 2_500n : 50_000n) * SCALE.value;
        const most = (MOST * 50_000n * SCALE.value) / perLot;
        const trade = { instrument: instrument.name, side, quantity: LOT, price: side === "buy" ? -short.value : long.value, cost: 0n, notional: perLot, settlement: { instrument: "USD", quantity: 0n } } as HedgeTrade;
        return Array.from({ length: Number(most) }, (_, i) => ({ ...inLots(trade, BigInt(i + 1), request), notional: (BigInt(i + 1) * perLot) as Value }));
      }),
    );
    const pairs = single.flatMap((a, i) => single.slice(i + 1).flatMap((b) => (b.instrument === a.instrument ? [] : [[a, b]])));
    const sets = [...single.map((trade) => [trade]), ...pairs].map((trades) => ({ trades, notional: trades.reduce((sum, { notional }) => sum + notional, 0n) }));
    const ordered = sets.sort((a, b) => (a.notional < b.notional ? -1 : a.notional > b.notional ? 1 : 0));
    return (ordered.find(({ trades }) => isHealthyWith(request, trades))?.notional ?? null) as Value | null;
  }
});

describe("leastLots", () => {
  /** A concave score: the least of some lines, none of them at 0 when it starts. */
  const lines = fc.array(fc.record({ slope: fc.bigInt({ min: -50n, max: 50n }), at0: fc.bigInt({ min: -3_000n, max: 3_000n }) }), { minLength: 1, maxLength: 6 });
  law(
    "is the least of all lots where the score is concave, whatever the distance between two points of a slope",
    fc.property(lines, (pieces) => {
      const score = (lots: bigint): bigint => pieces.map(({ slope, at0 }) => at0 + slope * lots).reduce((low, value) => (value < low ? value : low));
      const at0 = score(0n);
      const all = Array.from({ length: 200 }, (_, i) => BigInt(i + 1));
      const expected = at0 >= 0n ? null : (all.find((lots) => score(lots) >= 0n) ?? null);
      expect(leastLots({ score, at0, most: 200n, step: 1n, probe: false })).toBe(expected);
      expect(leastLots({ score, at0, most: 200n, step: 1n, probe: true })).toBe(expected);
    }),
    1_000,
  );

  it("finds behind a dip what a tangent would have given up on, if it probes", () => {
    const score = (lots: bigint): bigint => (lots < 10n ? -5n - lots : lots - 30n);
    expect(leastLots({ score, at0: -5n, most: 1_000n, step: 1n, probe: false })).toBeNull();
    expect(leastLots({ score, at0: -5n, most: 1_000n, step: 1n, probe: true })).toBe(30n);
  });
});
