/** A book, `margin-book/1`: what is held, venue account by venue account. Whether the instruments exist is the market's matter. */
import { z } from "zod";
import { MarginProofError } from "../errors.ts";
import { formatDecimal } from "../numeric/decimal.ts";
import { DECIMALS, type Quantity } from "../units.ts";
import { nameField, quantityField, readJson, SEE_PAGE, timeField, type Json } from "./schema.ts";

export const BOOK_FORMAT = "margin-book/1";

export interface Position {
  /** Canonical name of the instrument. */
  readonly instrument: string;
  /** Signed, never zero; negative is short. */
  readonly quantity: Quantity;
}

export interface Account {
  readonly venue: string;
  /** The venue's name of the account. */
  readonly account: string;
  /** Unix seconds at which the venue saw these positions. */
  readonly asOf: number;
  /** Ascending by instrument name, each instrument once. */
  readonly positions: readonly Position[];
}

export interface Book {
  readonly format: typeof BOOK_FORMAT;
  /** In the order given: it is the order in which statements are chained. */
  readonly accounts: readonly Account[];
}

export const bookSchema = z.strictObject({
  format: z.literal(BOOK_FORMAT),
  accounts: z
    .array(
      z.strictObject({
        venue: nameField(),
        account: nameField(),
        asOf: timeField(),
        positions: z.array(z.strictObject({ instrument: nameField(), quantity: quantityField() })),
      }),
    )
    .min(1, "a book has at least one account"),
});

/** Reads a book. Throws InvalidSchema, InvalidDecimal, OutOfRange (zero included), InvalidBook (repeated account) or DuplicatePosition. */
export function parseBook(json: unknown): Book {
  const book = readJson(bookSchema, json, "", SEE_PAGE);
  const accounts = book.accounts.map((account, a) => ({ ...account, positions: canonicalPositions(account.positions, `accounts[${a}]`) }));
  const seen = new Set<string>();
  accounts.forEach(({ venue, account }, a) => {
    const key = JSON.stringify([venue, account]);
    if (seen.has(key)) {
      throw new MarginProofError("InvalidBook", `account ${account} at ${venue} is listed twice`, {
        path: `accounts[${a}]`,
        hint: "merge the two lists: an account counts once",
      });
    }
    seen.add(key);
  });
  return { format: BOOK_FORMAT, accounts };
}

/** Positions in canonical order. Throws DuplicatePosition when an instrument occurs twice; `path` is the account's. */
export function canonicalPositions(positions: readonly Position[], path = ""): readonly Position[] {
  const seen = new Set<string>();
  positions.forEach(({ instrument }, p) => {
    if (seen.has(instrument)) {
      throw new MarginProofError("DuplicatePosition", `${instrument} is listed twice`, {
        path: `${path === "" ? "" : `${path}.`}positions[${p}].instrument`,
        hint: "add the quantities up and list the instrument once per account",
      });
    }
    seen.add(instrument);
  });
  return [...positions].sort((a, b) => (a.instrument < b.instrument ? -1 : 1));
}

/** The canonical JSON of a book: parseBook(bookJson(x)) equals x. */
export function bookJson(book: Book): Json {
  return {
    format: book.format,
    accounts: book.accounts.map((account) => ({
      ...account,
      positions: account.positions.map(({ instrument, quantity }) => ({
        instrument,
        quantity: formatDecimal(quantity, DECIMALS.quantity, { trim: true }),
      })),
    })),
  };
}

/** What a report says of a position that the market does not list; `path` is the instrument's place in the book. */
export function refuseUnlisted(instrument: string, path: string): never {
  throw new MarginProofError("UnknownInstrument", `${instrument} is not in the market`, {
    path,
    hint: "use a market that lists it, or correct the name",
  });
}
