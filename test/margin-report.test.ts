import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Account, Book } from "../prover/risk/book.ts";
import { marginReport, type MarginReport } from "../prover/risk/margin-report.ts";
import { marginReportJson } from "../prover/risk/margin-report-json.ts";
import { divUp } from "../prover/numeric/rounding.ts";
import { marginTable } from "../prover/risk/margin-table.ts";
import { describeScenario } from "../prover/risk/scenario-text.ts";
import { marketRisk, type InstrumentRisk } from "../prover/risk/risk-array.ts";
import { BITS, type Factor, type Quantity, type Usd } from "../prover/units.ts";
import { generatedPortfolios, type GeneratedPortfolio } from "./support/arbitraries.ts";
import { law } from "./support/law.ts";
import { portfolios, reportNumbers, type Portfolio } from "./support/portfolios.ts";
import { refusal } from "./support/refusal.ts";

const sizes = { nettingSets: 2, scenarios: 4, positions: 6, venues: 2 };
const generated = generatedPortfolios(sizes);

const report = ({ book, risks, policy, terms }: GeneratedPortfolio, accounts: readonly Account[] = book.accounts): MarginReport =>
  marginReport(accounts, risks, policy, terms);

const reportOf = ({ market, policy, book, terms }: Portfolio): MarginReport =>
  marginReport(book.accounts, marketRisk(market, policy), policy, terms);

const named = (name: string): Portfolio => portfolios.find((portfolio) => portfolio.name === name)!;

describe("marginReport on named portfolios", () => {
  it.each(portfolios.map((portfolio) => [portfolio.name, portfolio] as const))("%s", (_, portfolio) => {
    expect(reportNumbers(reportOf(portfolio))).toEqual(portfolio.expected);
  });

  it("tells in every fixture how its numbers come about", () => {
    expect(portfolios.length).toBeGreaterThanOrEqual(6);
    expect(portfolios.filter(({ why }) => why.length < 40)).toEqual([]);
  });
});

describe("marginReport refuses", () => {
  it("a position without a vector, by its place in the book", () => {
    const { market, policy, terms } = named("short-call-worst-is-spot-up");
    const position = { instrument: "BTC-91-C", quantity: 1n as Quantity };
    const accounts = [{ venue: "deribit", account: "main", asOf: 0, positions: [position] }];
    expect(refusal(() => marginReport(accounts, marketRisk(market, policy), policy, terms))).toEqual({
      code: "UnknownInstrument",
      path: "accounts[0].positions[0].instrument",
    });
  });
});

describe("marginReport obeys", () => {
  law(
    "healthy if and only if the exact inequality holds",
    fc.property(generated, (portfolio) => {
      const { totals, nettingSets, isHealthy, excess, ratioBps } = report(portfolio);
      const { policy, terms } = portfolio;
      const losses = nettingSets.reduce((sum, { loss }) => sum + loss, 0n);
      const charge = terms.level === "MM" ? totals.charge.MM : totals.charge.IM;
      const left = (totals.value + terms.onChainCollateral * 10n ** 8n) * 10n ** 13n;
      const right = terms.minRatioBps * (policy.lossFactor[terms.level] * losses + 10n ** 9n * charge);
      expect(isHealthy).toBe(left >= right);
      expect(excess >= 0n).toBe(isHealthy);
      if (ratioBps !== null) expect(ratioBps >= terms.minRatioBps).toBe(isHealthy);
    }),
  );

  law(
    "the least collateral that suffices passes, and one unit less fails",
    fc.property(generated, (portfolio) => {
      const { policy, terms } = portfolio;
      const { totals, nettingSets } = report(portfolio);
      const losses = nettingSets.reduce((sum, { loss }) => sum + loss, 0n);
      const charge = terms.level === "MM" ? totals.charge.MM : totals.charge.IM;
      const missing = terms.minRatioBps * (policy.lossFactor[terms.level] * losses + 10n ** 9n * charge) - totals.value * 10n ** 13n;
      const least = divUp(missing, 10n ** 21n);
      fc.pre(least > 0n);
      const withCollateral = (collateral: bigint) =>
        report({ ...portfolio, terms: { ...terms, onChainCollateral: collateral as Usd } }).isHealthy;
      expect([withCollateral(least), withCollateral(least - 1n)]).toEqual([true, false]);
    }),
  );

  law(
    "totals equal the sums of magnitude times vector",
    fc.property(generated, (portfolio) => {
      const { totals } = report(portfolio);
      const rows = rowsOf(portfolio.book, portfolio.risks);
      const sum = (pick: (row: Row) => bigint) => rows.reduce((total, row) => total + row.magnitude * pick(row), 0n);
      expect(totals.value).toBe(sum(({ vector }) => vector.value));
      expect(totals.charge.MM).toBe(sum(({ vector }) => vector.chargeMM));
      expect(totals.charge.IM).toBe(sum(({ vector }) => vector.chargeIM));
      totals.scenario.forEach((scenarios, u) =>
        scenarios.forEach((pnl, s) => {
          expect(pnl).toBe(sum(({ vector, nettingSet }) => (nettingSet === u ? vector.scenarioPnl[s]! : 0n)));
        }),
      );
    }),
  );

  law(
    "the loss of a netting set is the largest over its scenarios, and the binding scenario attains it",
    fc.property(generated, (portfolio) => {
      for (const { scenarioPnl, bindingScenario, loss } of report(portfolio).nettingSets) {
        expect(scenarioPnl.every((pnl) => loss >= -pnl) && loss >= 0n).toBe(true);
        expect(bindingScenario === null ? loss : scenarioPnl[bindingScenario]! + loss).toBe(0n);
      }
    }),
  );

  law(
    "adding cash never lowers excess",
    fc.property(generated, fc.bigInt({ min: 1n, max: 2n ** 60n }), (portfolio, added) => {
      const before = report(portfolio).excess;
      const cash: Account = { venue: "bank", account: "new", asOf: 0, positions: [{ instrument: "USD", quantity: added as Quantity }] };
      expect(report(portfolio, [...portfolio.book.accounts, cash]).excess).toBe(before + added * 10n ** 8n);
    }),
  );

  law(
    "the order of accounts and positions does not matter",
    fc.property(generated, (portfolio) => {
      const reversed = portfolio.book.accounts.map((account) => ({ ...account, positions: [...account.positions].reverse() })).reverse();
      const { positions: _, charges, ...before } = report(portfolio);
      const { positions: __, charges: reordered, ...after } = report(portfolio, reversed);
      expect(after).toEqual(before);
      expect(new Set(reordered.map(({ kind, MM, IM }) => `${kind} ${MM} ${IM}`))).toEqual(
        new Set(charges.map(({ kind, MM, IM }) => `${kind} ${MM} ${IM}`)),
      );
    }),
  );

  law(
    "splitting a position over two accounts changes nothing",
    fc.property(generated, (portfolio) => {
      const first = portfolio.book.accounts.map((account) => ({ ...account, positions: account.positions.map(half) }));
      const second = portfolio.book.accounts.map((account) => ({
        ...account,
        account: "second",
        positions: account.positions.map((position) => ({
          ...position,
          quantity: (position.quantity - half(position).quantity) as Quantity,
        })),
      }));
      const { totals, requirement, excess } = report(portfolio);
      const split = report(
        portfolio,
        [...first, ...second].map((account) => ({ ...account, positions: account.positions.filter(({ quantity }) => quantity !== 0n) })),
      );
      expect({ totals: split.totals, requirement: split.requirement, excess: split.excess }).toEqual({ totals, requirement, excess });
    }),
  );

  law(
    "netting never asks for more than the positions one by one",
    fc.property(generated, (portfolio) => {
      const { nettingSaving, isolatedRequirement, requirement } = report(portfolio);
      expect(nettingSaving >= 0n).toBe(true);
      expect(isolatedRequirement - nettingSaving).toBe(requirement[portfolio.terms.level]);
    }),
  );

  law(
    "initial margin is never below maintenance margin, and neither is negative",
    fc.property(generated, (portfolio) => {
      const { MM, IM } = report(portfolio).requirement;
      expect(MM >= 0n && IM >= MM).toBe(true);
    }),
  );

  law(
    "holding the opposite position elsewhere never gains value, P&L or charge relief",
    fc.property(generated, (portfolio) => {
      const opposite = portfolio.book.accounts.map((account) => ({
        ...account,
        account: "opposite",
        positions: account.positions.map(({ instrument, quantity }) => ({ instrument, quantity: -quantity as Quantity })),
      }));
      const alone = report(portfolio);
      const both = report(portfolio, [...portfolio.book.accounts, ...opposite]);
      expect(both.totals.value <= 0n && both.totals.scenario.flat().every((pnl) => pnl <= 0n)).toBe(true);
      expect(both.totals.charge.MM >= alone.totals.charge.MM && both.totals.charge.IM >= alone.totals.charge.IM).toBe(true);
      expect(both.requirement.MM >= 0n).toBe(true);
    }),
  );

  law(
    "charges by kind add up to the charges in the totals",
    fc.property(generated, (portfolio) => {
      const { charges, totals, positions, terms } = report(portfolio);
      const sum = (level: "MM" | "IM") => charges.reduce((total, charge) => total + charge[level], 0n);
      expect([sum("MM"), sum("IM")]).toEqual([totals.charge.MM, totals.charge.IM]);
      expect(positions.reduce((total, { charge }) => total + charge, 0n)).toBe(sum(terms.level));
    }),
  );

  law(
    "generated books stay inside the widths of the circuits' totals",
    fc.property(generated, (portfolio) => {
      const { totals } = report(portfolio);
      const all = [totals.value, totals.charge.MM, totals.charge.IM, ...totals.scenario.flat()];
      expect(all.every((total) => total < 2n ** BigInt(BITS.total - 2) && total > -(2n ** BigInt(BITS.total - 2)))).toBe(true);
    }),
  );
});

describe("marginTable", () => {
  it("names what binds in words", () => {
    const scenario = { spot: 820_000_000n as Factor, vol: "up", weight: 1_000_000_000n as Factor } as const;
    expect(describeScenario("BTC", scenario)).toBe("BTC −18 % / vol up");
    expect(describeScenario("ETH", { ...scenario, spot: 6_000_000_000n as Factor, weight: 27_720_000n as Factor })).toBe(
      "ETH +500 % / vol up × 0.02772",
    );
    expect(describeScenario("ETH", { spot: 1_045_000_000n as Factor, vol: "down", weight: 0n as Factor })).toBe(
      "ETH +4.5 % / vol down × 0",
    );
    expect(describeScenario("ETH", { ...scenario, spot: 1_000_000_000n as Factor, vol: "none" })).toBe("ETH 0 % / vol unchanged");
  });

  it("shows positions, netting sets, charges and summary", () => {
    const portfolio = named("short-inverse-perp-locks-in-dollars");
    expect(marginTable(reportOf(portfolio), portfolio.policy)).toMatchInlineSnapshot(`
      "┌─────────┬─────────┬───────────────┬──────────┬────────┬───────────┬────────────────┬───────────┬──────────┐
      │ venue   │ account │ instrument    │ quantity │  value │ worst P&L │ P&L that binds │ charge MM │ alone MM │
      ├─────────┼─────────┼───────────────┼──────────┼────────┼───────────┼────────────────┼───────────┼──────────┤
      │ deribit │ main    │ BTC           │      0.5 │  50.00 │    -10.00 │         -10.00 │      2.50 │    10.50 │
      │ deribit │ main    │ BTC-PERPETUAL │     -100 │ 100.00 │      0.00 │           0.00 │      3.00 │     3.00 │
      └─────────┴─────────┴───────────────┴──────────┴────────┴───────────┴────────────────┴───────────┴──────────┘
      ┌─────────────┬───────────────────────────┬───────┬─────────┬─────────┬───────┬───────────────┬───────────┬───────┐
      │ netting set │ binding scenario          │  loss │ charges │ minimum │ needs │ one by one MM │ netted MM │ saved │
      ├─────────────┼───────────────────────────┼───────┼─────────┼─────────┼───────┼───────────────┼───────────┼───────┤
      │ BTC         │ BTC −20 % / vol unchanged │ 10.00 │    0.00 │    0.00 │ 10.00 │         13.50 │     13.50 │  0.00 │
      └─────────────┴───────────────────────────┴───────┴─────────┴─────────┴───────┴───────────────┴───────────┴───────┘
      ┌────────────────────┬──────┬──────┐
      │ charge             │   MM │   IM │
      ├────────────────────┼──────┼──────┤
      │ collateral haircut │ 2.50 │ 5.00 │
      │ perpetuals         │ 3.00 │ 4.00 │
      └────────────────────┴──────┴──────┘
      ┌─────────┬──────────────────────────────────────┐
      │ rule    │ adds to MM (saves, if negative), USD │
      ├─────────┼──────────────────────────────────────┤
      │ charges │                                 5.50 │
      └─────────┴──────────────────────────────────────┘
      ┌─────────────────────────────────────────┬───────────┐
      │ summary                                 │       USD │
      ├─────────────────────────────────────────┼───────────┤
      │ value of the book                       │    150.00 │
      │ on-chain collateral                     │      0.00 │
      │ equity                                  │    150.00 │
      │ worst losses, aggregated                │     10.00 │
      │ requirement MM (losses × 0.8 + charges) │     13.50 │
      │ requirement IM (losses × 1 + charges)   │     19.00 │
      │ requirement MM, position by position    │     13.50 │
      │ saved by netting                        │      0.00 │
      │ equity / requirement MM                 │ 1111.11 % │
      │ excess at 100.00 % of MM                │    136.50 │
      │ healthy                                 │       yes │
      └─────────────────────────────────────────┴───────────┘"
    `);
  });
});

describe("marginReportJson", () => {
  it("writes exact decimals", () => {
    expect(marginReportJson(reportOf(named("equity-one-unit-below-requirement")))).toMatchObject({
      format: "margin-report/1",
      isHealthy: false,
      equity: "23.99999999",
      excess: "-0.00000001",
      ratioBps: "9999",
      requirement: { MM: "19", IM: "24" },
      nettingSets: [{ id: "BTC", scenarioPnl: ["-20", "20"], bindingScenario: 0, loss: "20" }],
    });
  });
});

interface Row {
  readonly magnitude: bigint;
  readonly nettingSet: number;
  readonly vector: { scenarioPnl: readonly bigint[]; value: bigint; chargeMM: bigint; chargeIM: bigint };
}

function rowsOf(book: Book, risks: readonly InstrumentRisk[]): readonly Row[] {
  return book.accounts.flatMap(({ positions }) =>
    positions.map(({ instrument, quantity }) => {
      const risk = risks.find((candidate) => candidate.instrument.name === instrument)!;
      return quantity > 0n
        ? { magnitude: quantity, nettingSet: risk.nettingSet, vector: risk.long }
        : { magnitude: -quantity, nettingSet: risk.nettingSet, vector: risk.short };
    }),
  );
}

function half<P extends { quantity: Quantity }>(position: P): P {
  return { ...position, quantity: (position.quantity / 2n) as Quantity };
}
