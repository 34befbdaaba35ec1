/** A folder of saved responses, one file per request, each named after the method that gave it. README.md has the list. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { MarginProofError } from "../errors.ts";
import type { DeribitAccountResponses } from "./deribit-account.ts";
import type { DeribitMarketResponses } from "./deribit-market.ts";
import { readSource, type SourceText } from "./source-text.ts";

export type DeribitFolder = DeribitMarketResponses & Pick<DeribitAccountResponses, "positions" | "summaries">;

const INDEX_PRICE = /^get_index_price\.([a-z0-9_]+)\.json$/;

/**
 * `get_positions.BTC.json` holds a response of private/get_positions; what stands between method and extension is free, except
 * that `get_index_price.btc_usd.json` names the index. Other files are ignored. A later folder replaces files of the same name
 * in the earlier ones, so a variant of a book only holds what differs.
 * @throws UnreadableFile for a folder or file that cannot be read, or without instruments and prices
 */
export function readDeribitFolder(...folders: readonly string[]): DeribitFolder {
  const files = new Map(folders.flatMap((folder) => listFolder(folder).map((name) => [name, join(folder, name)] as const)));
  const sources = [...files].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, path]) => [name, () => readSource(path)] as const);
  const ofMethods = (...methods: string[]): SourceText[] =>
    sources.filter(([name]) => name.endsWith(".json") && methods.includes(name.split(".")[0]!)).map(([, read]) => read());
  const indices = sources.flatMap(([name, read]) => (INDEX_PRICE.test(name) ? [[INDEX_PRICE.exec(name)![1]!, read()] as const] : []));
  const folder = {
    instruments: ofMethods("get_instruments", "get_instrument"),
    prices: ofMethods("get_book_summary_by_currency", "get_book_summary_by_instrument", "ticker"),
    indexPrices: Object.fromEntries(indices),
    positions: ofMethods("get_positions", "get_position"),
    summaries: ofMethods("get_account_summary", "get_account_summaries"),
  };
  if (folder.instruments.length > 0 && folder.prices.length > 0) return folder;
  throw new MarginProofError("UnreadableFile", "no instruments or no prices of Deribit in this folder", {
    path: folders.join(", "),
    hint: "save responses as get_instruments.BTC.json, get_book_summary_by_currency.BTC.json, get_index_price.btc_usd.json and so on",
  });
}

function listFolder(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (cause) {
    throw new MarginProofError("UnreadableFile", "cannot be listed", { path: folder, hint: "give the folder that holds the saved responses", cause });
  }
}
