/** Totals that are updated are the totals of the book with the trades: under every policy that comes with the package. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { policyNames, readPolicy } from "../prover/import/shipped-policies.ts";
import { hedgeDesk } from "../prover/risk/hedge/candidates.ts";
import { hedgeProposal, withTrades } from "../prover/risk/hedge/hedge-proposal.ts";
import type { HedgeTrade } from "../prover/risk/hedge/hedge.ts";
import { makeTrial, quantityOf, settled, type Leg } from "../prover/risk/hedge/trial.ts";
import { marginReport, SLACK_SCALE } from "../prover/risk/margin-report.ts";
import { shownRequirement } from "../prover/risk/margin-totals.ts";
import type { Policy } from "../prover/risk/policy.ts";
import { marketRisk } from "../prover/risk/risk-array.ts";
import { divDown } from "../prover/numeric/rounding.ts";
import { parseQuantity } from "../prover/numeric/amounts.ts";
import type { Factor, Usd, Value } from "../prover/units.ts";
import { accountOf, MARKET, termsAt, type Held } from "./support/hedge-market.ts";
import { law } from "./support/law.ts";

const NAMES = MARKET.listings.map(({ instrument }) => instrument.name);
const holdings: fc.Arbitrary<Held> = fc
  .uniqueArray(fc.record({ name: fc.constantFrom(...NAMES), units: fc.integer({ min: -3, max: 3 }).filter((units) => units !== 0) }), { maxLength: 6, selector: ({ name }) => name })
  .map((held) => Object.fromEntries(held.map(({ name, units }) => [name, String(units)])));

/** A shipped policy, with a haircut of 1 % on the market's stablecoin where it has none. */
function policyNamed(name: string): Policy {
  const policy = readPolicy(name)!;
  if (policy.haircuts.some(({ asset }) => asset === "USDC")) return policy;
  return { ...policy, haircuts: [...policy.haircuts, { asset: "USDC", rate: { MM: 10_000_000n as Factor, IM: 10_000_000n as Factor } }] };
}

describe("a trial", () => {
  it("is tried under rules of every kind", () => {
    const shapes = policyNames().map((name) => marketRisk(MARKET, policyNamed(name)).rules.shape);
    const has = (size: (shape: (typeof shapes)[number]) => number | boolean): boolean => shapes.some((shape) => Number(size(shape)) > 0);
    expect([has(({ groups }) => groups), has(({ skews }) => skews), has(({ bases }) => bases), has(({ tails }) => tails), has(({ exposures }) => exposures)]).toEqual(Array(5).fill(true));
    expect([has(({ cellValues }) => cellValues), has(({ floors }) => floors), has(({ pairing }) => pairing), has(({ sensitivities }) => sensitivities)]).toEqual(Array(4).fill(true));
  });

  for (const name of policyNames()) {
    const policy = policyNamed(name);
    const risks = marketRisk(MARKET, policy);
    law(
      `says what a report of the whole book says: ${name}`,
      fc.property(holdings, holdings, fc.array(fc.record({ pick: fc.nat(), lots: fc.bigInt({ min: 1n, max: 5_000n }) }), { maxLength: 3 }), (held, elsewhere, picks) => {
        const accounts = [accountOf(held), accountOf(elsewhere, "other")];
        const terms = { ...termsAt(12_500), onChainCollateral: 7n as Usd };
        const desk = hedgeDesk({ accounts, market: MARKET, policy, terms, account: accounts[0], maxNotional: (1n << 62n) as Usd, lot: parseQuantity("0.003", "") }, risks);
        const legs = picks.map(({ pick, lots }): Leg => ({ candidate: desk.candidates[pick % desk.candidates.length]!, lots }));
        const riskOf = (instrument: string) => risks.find((risk) => risk.instrument.name === instrument)!;
        const rows = accounts.map(({ positions }) => positions.map(({ instrument, quantity }) => ({ risk: riskOf(instrument), quantity })));
        const own = new Map(rows[0]!.map(({ risk, quantity }) => [risk, quantity]));
        const trial = makeTrial({ risks, terms, minExcess: 0n as Value, lot: desk.lot, others: rows[1]!, own });
        const trades = legs.map((leg): HedgeTrade => {
          const { risk, side, price, settlement } = leg.candidate;
          return { instrument: risk.instrument.name, side, quantity: quantityOf(leg, desk.lot), price, notional: 0n as Value, cost: 0n as Value, settlement: { instrument: settlement.instrument.name, quantity: settled(leg, desk.lot) } };
        });
        const report = marginReport(withTrades(accounts, accounts[0]!, trades), risks, policy, terms);
        expect(shownRequirement(trial.working(legs))).toBe(report.requirement.IM);
        expect(divDown(trial.score(legs), SLACK_SCALE)).toBe([report.excess, ...report.exposures.flatMap(({ total, low, high }) => [total - low, high - total])].reduce<bigint>((a, b) => (b < a ? b : a), report.excess));
      }),
      40,
    );
  }

  it.each(policyNames().map((name) => [name]))("leads to a hedge that is confirmed under %s", (name) => {
    const policy = policyNamed(name);
    const accounts = [accountOf({ "CALL-50000": "-3", "PUT-50000": "-2", "BTC-PERP": "-1", USD: "75000" })];
    const risks = marketRisk(MARKET, policy);
    const { ratioBps } = marginReport(accounts, risks, policy, termsAt(1));
    const { proposals } = hedgeProposal({ accounts, market: MARKET, policy, risks, terms: termsAt(Number(ratioBps) + 1_000), lot: parseQuantity("0.01", ""), maxTrades: 2 });
    expect(proposals[0]!.after.isHealthy).toBe(true);
  });
});
