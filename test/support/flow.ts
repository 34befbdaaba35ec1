/** A small desk that fits tier `test`: two venues, two netting sets, five scenarios; books that need exactly what they have. */
import { buildSnapshot } from "../../prover/commitment/snapshot.ts";
import { claimFor, type Claim } from "../../prover/proof/claim.ts";
import type { ProvingRequest } from "../../prover/proof/proving-request.ts";
import { tierParameters } from "../../prover/proof/tiers.ts";
import type { Position } from "../../prover/risk/book.ts";
import { marginReport } from "../../prover/risk/margin-report.ts";
import { evaluateRules } from "../../prover/risk/margin-program.ts";
import { parseMarket } from "../../prover/risk/market.ts";
import { parsePolicy } from "../../prover/risk/policy.ts";
import { marketRisk } from "../../prover/risk/risk-array.ts";
import { buildRegistry } from "../../prover/statement/attester-registry.ts";
import { signStatement } from "../../prover/statement/signed-statement.ts";
import type { Statement } from "../../prover/statement/statement.ts";
import { SCALE, type Bps, type Level, type Quantity, type Usd } from "../../prover/units.ts";
import { OTHER_KEY, quantity, STATEMENT, VENUE_KEY } from "./statements.ts";
import { snapshotSizes } from "./sizes.ts";

const DAY = 86_400;
const STRIKES = [36_000, 40_000, 44_000];
const rate = (MM: string, IM: string) => ({ MM, IM });

/** Worth one unit of value (1e-16) per unit of quantity (1e-8): the smallest change there is. */
const DUST = "DUST";

function policyJson(nettingSets: readonly string[]) {
  return {
    format: "margin-policy/1",
    name: "flow",
    version: 1,
    quote: "USD",
    nettingSets: nettingSets.map((name) => ({ id: name, underlyings: [name] })),
    scenarios: [["0.8", "up"], ["0.9", "down"], ["1", "down"], ["1.1", "down"], ["1.2", "up"]].map(([spot, vol]) => ({ spot, vol, weight: "1" })),
    volShock: { up: "0.5", down: "0.3", shortPower: "0.3", longPower: "0.13", dteFloorDays: "1", minShockedVol: "0.1" },
    lossFactor: rate("0.8", "1"),
    charges: { perpetual: rate("0.03", "0.05"), future: rate("0.03", "0.05"), optionShort: rate("0.005", "0.01") },
    haircuts: [{ asset: "BTC", rate: rate("0.05", "0.1") }, { asset: DUST, rate: rate("0", "0") }],
  };
}

function marketJson(asOf: number) {
  const expiry = asOf + 30 * DAY;
  const option = (strike: number, type: "call" | "put") => ({ kind: "option", name: optionName(strike, type), underlying: "BTC", expiry, strike: String(strike), type, multiplier: "1" });
  return {
    format: "margin-market/1",
    asOf,
    quote: "USD",
    currencies: [{ name: DUST, price: "0.00000001" }],
    underlyings: [
      { name: "BTC", spot: "40000", expiries: [{ expiry, forward: "40000", rate: "0", surface: { kind: "flat", vol: "0.5" } }] },
      { name: "ETH", spot: "2000", expiries: [] },
    ],
    instruments: [
      { kind: "cash", name: "USD", currency: "USD" },
      { kind: "cash", name: DUST, currency: DUST },
      { kind: "spot", name: "BTC", underlying: "BTC" },
      ...STRIKES.flatMap((strike) => [option(strike, "call"), option(strike, "put")]),
      ...["BTC", "ETH"].map((name) => ({ kind: "perpetual", name: `${name}-PERPETUAL`, underlying: name, settlement: "linear", multiplier: "1", mark: name === "BTC" ? "40010.5" : "1999.25" })),
    ],
  };
}

const optionName = (strike: number, type: "call" | "put") => `BTC-30D-${strike}-${type === "call" ? "C" : "P"}`;

/** What is public at one time: policy, market, snapshot, and the two venues' keys. */
export function deskAt(asOf: number, nettingSets: readonly string[] = ["BTC", "ETH"]) {
  const [policy, market] = [parsePolicy(policyJson(nettingSets)), parseMarket(marketJson(asOf))];
  const validity = { validFrom: asOf - 30 * DAY, validUntil: asOf + 30 * DAY };
  return {
    asOf,
    policy,
    market,
    snapshot: buildSnapshot(market, policy, snapshotSizes()),
    risks: marketRisk(market, policy),
    registry: buildRegistry([
      { venue: "deribit", key: VENUE_KEY.publicKey, assurance: "venue-signed", ...validity },
      { venue: "custodian", key: OTHER_KEY.publicKey, assurance: "attested", ...validity },
    ]),
  };
}
export type Desk = ReturnType<typeof deskAt>;

export const holding = (instrument: string, count: number): Position => ({ instrument, quantity: quantity(count) });

/** Options and futures that lose most in one of the policy's scenarios. Whole contracts, so totals are multiples of 1e8. */
export const LEGS: readonly (readonly Position[])[] = [
  [holding("BTC-PERPETUAL", 4)],
  ...STRIKES.map((strike) => [holding(optionName(strike, "call"), 4), holding(optionName(strike, "put"), 4)]),
  [holding("BTC-PERPETUAL", -4)],
];

export interface Terms {
  readonly level: Level;
  readonly minRatioBps: bigint;
  readonly onChainCollateral?: bigint;
  /** Distance of the equity from ratio × requirement, at 1e-16. */
  readonly surplus?: bigint;
}

/** Legs at the exchange, and at the custodian just the cash that makes equity ratio × requirement + surplus. */
export function exactBook({ policy, risks }: Desk, legs: readonly Position[], { level, minRatioBps, onChainCollateral = 0n, surplus = 0n }: Terms): Position[][] {
  const account = { venue: "deribit", account: "main", asOf: 0, positions: legs };
  const { totals } = marginReport([account], risks, policy, { level, minRatioBps: minRatioBps as Bps, onChainCollateral: 0n as Usd });
  const needed = minRatioBps * evaluateRules(risks.rules, totals, level).requirement;
  const cash = needed / (SCALE.bps * SCALE.factor) - totals.value - onChainCollateral * (SCALE.value / SCALE.usd);
  if (needed % (SCALE.bps * SCALE.factor) !== 0n || cash % SCALE.price !== 0n) throw new RangeError("no amount of cash meets this requirement exactly");
  const dust: Position[] = surplus === 0n ? [] : [{ instrument: DUST, quantity: surplus as Quantity }];
  return [[...legs], [...dust, { instrument: "USD", quantity: (cash / SCALE.price) as Quantity }]];
}

/** A request to prove that these two accounts meet the terms. */
export function requestFor(
  desk: Desk,
  [exchange, custodian]: readonly (readonly Position[])[],
  { level, minRatioBps, onChainCollateral = 0n }: Terms,
  { subject = STATEMENT.subject, scope = STATEMENT.scope, sequence = 1 }: Partial<Pick<Statement, "subject" | "scope" | "sequence">> = {},
): ProvingRequest & { readonly claim: Claim } {
  const common = { subject, scope, sequence, asOf: desk.asOf };
  const statements: Statement[] = [
    { ...common, venue: "deribit", account: "main", positions: exchange!, salt: 111n },
    { ...common, venue: "custodian", account: "vault", positions: custodian!, salt: 222n },
  ];
  return {
    ...desk,
    tier: tierParameters("test"),
    statements: [signStatement(statements[0]!, VENUE_KEY), signStatement(statements[1]!, OTHER_KEY)],
    accountSetSalt: 42n,
    claim: claimFor(statements, { subject, level, minRatioBps: minRatioBps as Bps, minAssurance: "attested" }),
    scope,
    onChainCollateral: onChainCollateral as Usd,
  };
}
