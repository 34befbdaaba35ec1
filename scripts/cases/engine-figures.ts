/** The engine's figures of a published case, with more digits than the formats of its parameters have. */
import { DECIMALS, SCALE, type Bps, type Factor, type Price, type Usd } from "../../prover/units.ts";
import type { Real } from "../../prover/numeric/real.ts";
import { marginReport } from "../../prover/risk/margin-report.ts";
import type { Market } from "../../prover/risk/market.ts";
import type { Policy } from "../../prover/risk/policy.ts";
import { marketRisk, type MarketRisk, type RiskVector } from "../../prover/risk/risk-array.ts";
import { lossFactorOf, riskPlan, type RiskPlan } from "../../prover/risk/risk-plan.ts";
import { exactDiscountFactors } from "../../prover/risk/static-discount.ts";
import { accountOf, marketOf, policyOf } from "./engine-inputs.ts";
import type { PublishedCase } from "./published-case.ts";
import { ENTRY_BITS, FINER, amountOf, at, factorOf, finerFactorOf } from "./units.ts";

/** At 27 digits. */
export interface Figures {
  readonly MM: Real;
  readonly IM: Real;
  readonly basisContingency: Real;
  /** In the order of the case's scenarios. */
  readonly scenarioPnl: readonly Real[];
}

const finer = (value: bigint): bigint => value * 10n ** BigInt(FINER);

/**
 * The plan of the case with its static discounts and loss factors at 18 digits, which makes results as much larger and leaves the integer rules
 * what they are. Swapped discounts, gain above drag, are computed as they are published, which plans for proofs refuse.
 */
function finePlan(published: PublishedCase, market: Market, policy: Policy): RiskPlan {
  const { staticDiscount: discount, lossFactor: levels, contingency } = published.policy;
  const plan = riskPlan(market, policy);
  const long = { base: factorOf(discount.longBase), rateMultiplier: factorOf(discount.longRateMult), rateAdd: factorOf(discount.longRateAdd) };
  const short = { base: factorOf(discount.shortBase), rateMultiplier: factorOf(discount.shortRateMult), rateAdd: factorOf(discount.shortRateAdd) };
  const cells = plan.cells.map(({ expiry }, u) => {
    const rule = plan.rules.cells[u]!;
    if (expiry === null) return { ...rule, gain: finer(rule.gain) as Factor, drag: finer(rule.drag) as Factor };
    const priced = market.underlyings[0]!.expiries.find((known) => known.expiry === expiry)!;
    const { gain, drag } = exactDiscountFactors(priced, market.asOf, { long, short });
    return { ...rule, gain: finerFactorOf(gain), drag: finerFactorOf(drag) };
  });
  // The price of the peg has 9 digits more, and so has its threshold: what is short of it times the factor has the digits of a finer factor.
  const stable = { name: "STABLE", price: at(published.market.stable, DECIMALS.price + FINER) as Price, confidence: SCALE.factor as Factor };
  const { pegThreshold, pegFactor } = contingency;
  const lossFactor = lossFactorOf(
    { currencies: [stable] },
    {
      lossFactor: { MM: finerFactorOf(levels.MM), IM: finerFactorOf(levels.IM) },
      depeg: { asset: stable.name, threshold: finerFactorOf(pegThreshold), factor: factorOf(pegFactor) },
    },
    ENTRY_BITS,
  );
  const weights = plan.rules.weights.map((weight) => finer(weight) as Factor);
  return { ...plan, rules: { ...plan.rules, cells, weights, lossFactor }, entryBits: ENTRY_BITS };
}

/**
 * Vectors for a fine plan. Scenarios are there larger by weights and discounts, and their loss by its factor: everything that is compared with
 * them, or added, is made as large, by as many finer factors as are not in it yet.
 */
function grown(risks: MarketRisk): MarketRisk {
  const grow = (price: Price, factors: number): Price => (price * 10n ** BigInt(factors * FINER)) as Price;
  const level = <T extends { readonly MM: Price; readonly IM: Price }>(charge: T): T => ({ ...charge, MM: grow(charge.MM, 2), IM: grow(charge.IM, 2) });
  const side = (vector: RiskVector): RiskVector => ({
    ...vector,
    basisPnl: vector.basisPnl.map(([up, down]) => [grow(up, 1), grow(down, 1)] as const),
    value: grow(vector.value, 3),
    chargeMM: grow(vector.chargeMM, 2),
    chargeIM: grow(vector.chargeIM, 2),
    charges: vector.charges.map(level),
  });
  const vectors = risks.map(({ pairing, long, short, ...rest }) => ({
    ...rest,
    pairing: pairing && level(pairing),
    long: side(long),
    short: side(short),
  }));
  return Object.assign(vectors, { rules: risks.rules });
}

/** Computes a case. @throws MarginProofError for what cannot be expressed */
export function engineFigures(published: PublishedCase): Figures {
  const [policy, market] = [policyOf(published), marketOf(published)];
  const risks = grown(marketRisk(market, policy, undefined, finePlan(published, market, policy)));
  const report = marginReport([accountOf(published)], risks, policy, {
    level: "MM",
    minRatioBps: SCALE.bps as Bps,
    onChainCollateral: 0n as Usd,
  });
  const [set] = report.nettingSets;
  return {
    MM: amountOf(report.equity - report.requirement.MM, 3),
    IM: amountOf(report.equity - report.requirement.IM, 3),
    basisContingency: amountOf(set!.basisPnl[0]!, 2),
    scenarioPnl: set!.scenarioPnl.map((pnl) => amountOf(pnl, 2)),
  };
}
