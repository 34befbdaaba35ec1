/**
 * Deribit's private responses as one account of a book: the derivative positions, and one cash leg per currency.
 *
 * Derivatives carry no entry price in a book. A row's value is the full value of what the contract delivers, and the cash leg
 * is what then remains of the venue's equity:
 *
 *     cash = equity − Σ value of each position settled in this currency, at the venue's own mark
 *     value of an inverse or linear option      = mark · size               (mark in the currency of settlement)
 *     value of an inverse future or perpetual   = −size / mark              (a long owes `size` dollars of coins)
 *     value of a linear future or perpetual     = mark · size_currency
 *
 * Example: equity 10 BTC; short 5 calls marked 0.02; long 90,000 USD of BTC-PERPETUAL marked 90,000. Options are worth −0.1,
 * the perpetual −1, so cash = 10 + 0.1 + 1 = 11.1 BTC. Revalued at the same marks: 11.1 − 0.1 − 1 = 10 again. If BTC rises by
 * a tenth and the mark with it, the 11.1 coins gain a tenth while the perpetual still owes 90,000 dollars: the P&L of a long.
 *
 * Quantities are in the venue's contracts (see deribit-instrument.ts): inverse futures size_usd / contract_size, options
 * size / contract_size, linear futures size_currency / contract_size.
 * Rounding is against the holder: each quotient down to 1e-16, the cash leg down to 1e-8.
 */
import { MarginProofError } from "../errors.ts";
import { divDown } from "../numeric/rounding.ts";
import type { Account } from "../risk/book.ts";
import type { Market } from "../risk/market.ts";
import { DECIMALS, SCALE, type Quantity } from "../units.ts";
import { distinctPositions, instrumentNames, type FoundPosition } from "./accounts.ts";
import { readPosition, type VenuePosition } from "./deribit-position.ts";
import { summaryShape } from "./deribit-shapes.ts";
import { isRecord, oldestSecond, openResponse, readRecord, recordsOf, requiredDecimal, type Located, type OpenResponse } from "./response.ts";
import type { SourceText } from "./source-text.ts";

export interface DeribitAccountResponses {
  /** Our name of the account, for example the subaccount's id. */
  readonly account: string;
  readonly venue?: string | undefined;
  /** private/get_positions, one or more (one per currency, or `currency=any`). */
  readonly positions: readonly SourceText[];
  /** private/get_account_summary of each currency, or private/get_account_summaries. */
  readonly summaries: readonly SourceText[];
  /** Unix seconds of the responses; without it, the oldest `usOut` of their envelopes. */
  readonly asOf?: number | undefined;
}

interface Summary {
  readonly currency: string;
  /** 1e-8 of the currency. */
  readonly equity: bigint;
  readonly path: string;
}

/**
 * One account with its positions in canonical order. Positions of size zero are skipped.
 * @throws UnreadableFile, VenueError, InvalidSchema, InvalidDecimal, OutOfRange; UnknownInstrument, UnsupportedInstrument,
 * MissingMark, DuplicatePosition at a position; WrongCurrency when a position's currency of settlement has no summary;
 * InvalidBook when a currency has two summaries, or when nothing says how old the responses are
 */
export function importDeribitAccount(responses: DeribitAccountResponses, market: Market): Account {
  const positionLists = responses.positions.map(openResponse);
  const summaryLists = responses.summaries.map(openResponse);
  const asOf = responses.asOf ?? oldest([...positionLists, ...summaryLists], responses.account);
  const positions = positionLists.flatMap(recordsOf).flatMap((record) => readPosition(record, market) ?? []);
  const summaries = readSummaries(summaryLists);
  positions.forEach((position) => requireSummary(position, summaries));
  const legs = summaries.flatMap((summary) => cashLeg(summary, positions, market));
  return { venue: responses.venue ?? "deribit", account: responses.account, asOf, positions: distinctPositions([...positions, ...legs]) };
}

function readSummaries(responses: readonly OpenResponse[]): Summary[] {
  const byCurrency = new Map<string, Summary>();
  for (const record of responses.flatMap(summaryRecords)) {
    const { currency, equity } = readRecord(summaryShape, record);
    const known = byCurrency.get(currency);
    if (known !== undefined) {
      throw new MarginProofError("InvalidBook", `the summary of ${currency} is already given at ${known.path}`, {
        path: `${record.path}.currency`,
        hint: "give one summary per currency, all of the same account",
      });
    }
    byCurrency.set(currency, { currency, equity: requiredDecimal(equity, DECIMALS.quantity, `${record.path}.equity`), path: record.path });
  }
  return [...byCurrency.values()];
}

/** get_account_summaries nests what get_account_summary is. */
function summaryRecords(response: OpenResponse): Located[] {
  const nested = isRecord(response.value) ? response.value["summaries"] : undefined;
  return recordsOf(nested === undefined ? response : { value: nested, path: `${response.path}.summaries` });
}

function requireSummary({ instrument, currency, path }: VenuePosition, summaries: readonly Summary[]): void {
  if (summaries.some((summary) => summary.currency === currency)) return;
  const given = summaries.map((summary) => summary.currency).join(", ") || "none";
  throw new MarginProofError("WrongCurrency", `${instrument} settles in ${currency}; account summaries given: ${given}`, {
    path,
    hint: `add private/get_account_summary of ${currency}, or import these positions with the account they belong to`,
  });
}

/** What remains of the equity beside the positions; nothing when that is exactly zero. */
function cashLeg({ currency, equity, path }: Summary, positions: readonly VenuePosition[], market: Market): FoundPosition[] {
  const settled = positions.filter((position) => position.currency === currency);
  const cash = settled.reduce((rest, { value }) => rest - value, equity * SCALE.quantity);
  const quantity = divDown(cash, SCALE.quantity) as Quantity;
  if (quantity === 0n) return [];
  if (!instrumentNames(market).has(currency)) {
    throw new MarginProofError("UnknownInstrument", `the market has no price of ${currency}, of which the account has some`, {
      path: `${path}.currency`,
      hint: `import a market with public/get_index_price of ${currency.toLowerCase()}_usd`,
    });
  }
  return [{ instrument: currency, quantity, path: `${path}.equity` }];
}

function oldest(responses: readonly OpenResponse[], account: string): number {
  const asOf = oldestSecond(responses.map(({ answeredAt }) => answeredAt));
  if (asOf !== undefined) return asOf;
  throw new MarginProofError("InvalidBook", `no response of account ${account} says when it was made`, {
    path: "asOf",
    hint: "import the whole JSON-RPC envelopes, which carry usOut, or give the time as asOf",
  });
}
