/** What every account importer needs: one position per instrument, the instruments there are, and a book of the results. */
import { MarginProofError } from "../errors.ts";
import { BOOK_FORMAT, bookJson, parseBook, type Account, type Book, type Position } from "../risk/book.ts";
import type { Market } from "../risk/market.ts";

/** A position and where its instrument is named. */
export interface FoundPosition extends Position {
  readonly path: string;
}

/** The positions in canonical order. @throws DuplicatePosition naming both places */
export function distinctPositions(found: readonly FoundPosition[]): Position[] {
  const places = new Map<string, string>();
  for (const { instrument, path } of found) {
    const first = places.get(instrument);
    if (first !== undefined) {
      throw new MarginProofError("DuplicatePosition", `${instrument} is already listed at ${first}`, {
        path,
        hint: "add the quantities up and list the instrument once per account",
      });
    }
    places.set(instrument, path);
  }
  return found.map(({ instrument, quantity }) => ({ instrument, quantity })).sort((a, b) => (a.instrument < b.instrument ? -1 : 1));
}

/** A book of imported accounts, checked like a book from a file. @throws InvalidBook when an account occurs twice; OutOfRange */
export function assembleBook(accounts: readonly Account[]): Book {
  return parseBook(bookJson({ format: BOOK_FORMAT, accounts }));
}

export function instrumentNames(market: Market): ReadonlySet<string> {
  return new Set(market.listings.map(({ instrument }) => instrument.name));
}

export function unknownInstrument(name: string, path: string): MarginProofError {
  return new MarginProofError("UnknownInstrument", `${name} is not in the market`, {
    path,
    hint: "import a market that lists and prices it (public/get_instruments with its prices), or correct the name",
  });
}
