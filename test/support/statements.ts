import { AttesterKey } from "../../prover/statement/attester-key.ts";
import { parseAddress } from "../../prover/statement/address.ts";
import type { Statement } from "../../prover/statement/statement.ts";
import type { Quantity } from "../../prover/units.ts";

/** Keys for tests only: their secrets are written here. */
export const VENUE_KEY = AttesterKey.fromHex("0001020304050607080900010203040506070809000102030405060708090001");
export const OTHER_KEY = AttesterKey.fromHex("11".repeat(32));
/** Four keys, of which the first two have names. */
export const ATTESTER_KEYS = [VENUE_KEY, OTHER_KEY, AttesterKey.fromHex("22".repeat(32)), AttesterKey.fromHex("33".repeat(32))] as const;

export const SUBJECT = parseAddress("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed");

export const quantity = (text: number): Quantity => (BigInt(text) * 100_000_000n) as Quantity;

/** A statement to change one thing of. */
export const STATEMENT: Statement = {
  subject: SUBJECT,
  scope: 12345n,
  venue: "deribit",
  account: "main",
  asOf: 1_700_000_000,
  sequence: 7,
  salt: 987654321n,
  positions: [
    { instrument: "BTC-PERPETUAL", quantity: quantity(-2) },
    { instrument: "USDC", quantity: quantity(50_000) },
  ],
};
