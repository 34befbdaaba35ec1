import { Option, type Command } from "commander";
import { MarginProofError } from "../../errors.ts";
import { assembleBook } from "../../import/accounts.ts";
import { parsePrice, parseQuantity, parseUsd } from "../../numeric/amounts.ts";
import { HEDGE_MEASURES, type HedgeMeasure } from "../../risk/hedge/hedge.ts";
import { hedgeJson } from "../../risk/hedge/hedge-json.ts";
import { hedgeProposal } from "../../risk/hedge/hedge-proposal.ts";
import { hedgeTable } from "../../risk/hedge/hedge-table.ts";
import { marginReport } from "../../risk/margin-report.ts";
import { marketRisk } from "../../risk/risk-array.ts";
import type { InstrumentKind } from "../../risk/instruments.ts";
import type { AccountName } from "../../statement/account-set.ts";
import { BITS, type Bps, type Level, type Price, type Quantity, type Usd } from "../../units.ts";
import { makeCommand } from "../command.ts";
import { readBook, readMarket, readPolicyOption } from "../documents.ts";
import { isHealthyAlready, nothingToHedge } from "../hedge-room.ts";
import { collateralOption, levelOption, marketOption, parseAccountName, parsedOption, policyOption, ratioOption, wholeOption } from "../options.ts";
import type { Outcome, Terminal } from "../terminal.ts";

interface Options {
  readonly book: readonly string[];
  readonly market: string;
  readonly policy: string;
  readonly level: Level;
  readonly ratioBps: Bps;
  readonly collateral: Usd;
  readonly excess?: Usd;
  readonly account?: AccountName;
  readonly instruments?: readonly string[];
  readonly kinds?: readonly InstrumentKind[];
  readonly reduceOnly?: true;
  readonly lot?: Quantity;
  readonly maxTrades?: number;
  readonly measure: HedgeMeasure;
  readonly maxNotional?: Usd;
  readonly cost?: readonly string[];
  readonly costBps?: Bps;
  readonly cash?: string;
  readonly proposals?: number;
}

export function hedgeCommand(terminal: Terminal): Command {
  return makeCommand(terminal, {
    usage: "hedge",
    summary: "the smallest trades that restore a margin, each confirmed by the report that check prints",
    example: "hedge --book book.json --market market.json --policy grid-33 --level IM --ratio-bps 11000 --max-trades 2",
    options: [
      new Option("--book <files...>", "books, margin-book/1, margined as one").makeOptionMandatory(),
      marketOption().makeOptionMandatory(),
      policyOption().makeOptionMandatory(),
      levelOption(),
      ratioOption(),
      parsedOption("--excess <amount>", "least excess at that ratio, in the quote currency (default: 0)", parseUsd),
      collateralOption(),
      parsedOption("--account <venue/account>", "who trades; a book of one account needs none", parseAccountName),
      new Option("--instruments <names...>", "trade only these (default: all that the market lists)"),
      new Option("--kinds <kinds...>", "trade only these kinds (default: all but cash)").choices(["cash", "spot", "perpetual", "future", "option"]),
      new Option("--reduce-only", "the account's positions may only shrink"),
      parsedOption("--lot <quantity>", "quantities are multiples of it (default: 0.001)", parseQuantity),
      wholeOption("--max-trades <n>", "at most this many instruments, 1 to 3 (default: 1)", BITS.count, Number),
      new Option("--measure <measure>", "what makes trades small: notional, money that changes hands, or their number").choices([...HEDGE_MEASURES]).default("notional"),
      parsedOption("--max-notional <amount>", "at most this much a trade (default: four times the book's)", parseUsd),
      new Option("--cost <name=amount...>", "fee and price impact per contract of an instrument, in the quote currency"),
      wholeOption("--cost-bps <bps>", "fee and price impact of everything, as a share of notional (default: 0)", BITS.claimRatio, (bps) => bps as Bps),
      new Option("--cash <name>", "the balance that pays (default: the quote currency's); inverse contracts are paid in their coin"),
      wholeOption("--proposals <n>", "at most this many, the smallest first (default: 5)", BITS.count, Number),
    ],
    notes: "Exits with 0 when there is a proposal or nothing to hedge, and with 1 when none was found (NoHedge). Trades are made at the mark. Nothing leaves the machine.",
  }).action(terminal.action((options: Options) => run(options, terminal)));
}

function run({ book, market: marketFile, policy: policyFile, level, ratioBps, collateral, excess, cost = [], proposals, ...rest }: Options, { progress }: Terminal): Outcome {
  const market = readMarket(marketFile);
  const policy = readPolicyOption(policyFile);
  const { accounts } = assembleBook(book.flatMap((file) => readBook(file).accounts));
  const terms = { level, minRatioBps: ratioBps, onChainCollateral: collateral };
  const costs = new Map(cost.map(parseCost));
  const risks = marketRisk(market, policy, progress);
  try {
    const hedge = hedgeProposal({ ...rest, accounts, market, policy, risks, terms, minExcess: excess, costs, maxProposals: proposals }, progress);
    return { json: hedgeJson(hedge), text: hedgeTable(hedge, policy) };
  } catch (error) {
    if (isHealthyAlready(error)) return nothingToHedge(marginReport(accounts, risks, policy, terms), excess ?? (0n as Usd), policy.quote);
    throw error;
  }
}

/** `BTC-PERPETUAL=0.5` */
function parseCost(text: string): readonly [string, Price] {
  const at = text.lastIndexOf("=");
  const refuse = (message: string, hint?: string): never => {
    throw new MarginProofError("UsageError", message, { path: "--cost", hint: hint ?? "write name=amount, such as BTC-PERPETUAL=0.5" });
  };
  if (at < 1) return refuse(`${JSON.stringify(text.slice(0, 80))} names no instrument and amount`);
  try {
    return [text.slice(0, at), parsePrice(text.slice(at + 1), "--cost")];
  } catch (error) {
    if (error instanceof MarginProofError) return refuse(error.reason, error.hint);
    throw error;
  }
}
