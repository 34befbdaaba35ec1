import { buildSnapshot } from "../../prover/commitment/snapshot.ts";
import { marketJson, parseMarket, type Market } from "../../prover/risk/market.ts";
import { marketRisk } from "../../prover/risk/risk-array.ts";
import { riskPlan } from "../../prover/risk/risk-plan.ts";
import { readDemoBook } from "../demo/book.ts";
import { AS_OF } from "./request.ts";

export interface SnapshotTimes {
  readonly instruments: number;
  /** Milliseconds. */
  readonly price: number;
  readonly priceAndCommit: number;
}

/** The shipped market with more strikes between its own, until it lists `count` instruments. */
function wideMarket(count: number): { market: Market; policy: ReturnType<typeof readDemoBook>["policy"] } {
  const { market, policy } = readDemoBook(AS_OF);
  const options = market.listings.filter(({ instrument }) => instrument.kind === "option");
  const extra = Array.from({ length: Math.max(0, count - market.listings.length) }, (_, i) => {
    const listing = options[i % options.length]!;
    if (listing.instrument.kind !== "option") throw new TypeError("not an option");
    const { name, strike, ...rest } = listing.instrument;
    const step = BigInt(1 + Math.floor(i / options.length));
    // A mark belongs to one strike: the added ones are valued by the model.
    return { ...listing, mark: undefined, instrument: { ...rest, name: `${name}+${step}`, strike: (strike + step * 10n ** 8n) as typeof strike } };
  });
  const wide = { ...market, listings: [...market.listings, ...extra] } as Market;
  return { market: parseMarket(marketJson(wide)), policy };
}

export function snapshotTimes(count: number, treeParents: number): SnapshotTimes {
  const { market, policy } = wideMarket(count);
  const started = performance.now();
  marketRisk(market, policy);
  const priced = performance.now();
  buildSnapshot(market, policy, { treeParents, shape: riskPlan(market, policy).rules.shape });
  return { instruments: market.listings.length, price: priced - started, priceAndCommit: performance.now() - priced };
}
