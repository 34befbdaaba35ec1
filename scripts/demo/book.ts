/** The shipped book: a market maker with BTC and ETH options at one venue, coins and cash at a custodian. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { importCsv } from "../../prover/import/csv.ts";
import { importDeribitAccount } from "../../prover/import/deribit-account.ts";
import { readDeribitFolder } from "../../prover/import/deribit-folder.ts";
import { importDeribitMarket } from "../../prover/import/deribit-market.ts";
import { restampAccount, restampMarket } from "../../prover/import/restamp.ts";
import { readSource } from "../../prover/import/source-text.ts";
import type { Account } from "../../prover/risk/book.ts";
import type { Market } from "../../prover/risk/market.ts";
import { parsePolicy, type Policy } from "../../prover/risk/policy.ts";
import { packageRoot } from "../../prover/proof/tiers.ts";

const FOLDER = join(import.meta.dirname, "../demo-book");

export interface DemoBook {
  readonly market: Market;
  readonly policy: Policy;
  /** At the derivatives venue and at the custodian. */
  readonly accounts: readonly Account[];
  /** The same, with more options sold than the collateral carries. */
  readonly overextended: readonly Account[];
}

/** Imports the saved responses and moves everything dated to `asOf`, so that the demo works on any day. */
export function readDemoBook(asOf: number): DemoBook {
  const responses = readDeribitFolder(join(FOLDER, "deribit"));
  const saved = importDeribitMarket(responses);
  const custody = importCsv(readSource(join(FOLDER, "custody.csv")), saved);
  const accountsOf = (...variants: string[]): Account[] => {
    const { positions, summaries } = readDeribitFolder(join(FOLDER, "deribit"), ...variants.map((variant) => join(FOLDER, variant)));
    return [importDeribitAccount({ account: "main", positions, summaries }, saved), ...custody].map((account) => restampAccount(account, asOf));
  };
  return {
    market: restampMarket(saved, asOf),
    policy: parsePolicy(JSON.parse(readFileSync(join(packageRoot(), "prover/risk/policies/grid-33.json"), "utf8"))),
    accounts: accountsOf(),
    overextended: accountsOf("deribit-unhealthy"),
  };
}
