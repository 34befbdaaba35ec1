import { randomBytes } from "node:crypto";
import { identifier, TAGS } from "../commitment/domain.ts";
import { poseidon, signedToField } from "../commitment/poseidon.ts";
import { requireUnsigned, requireWhole } from "../commitment/ranges.ts";
import { MarginProofError } from "../errors.ts";
import type { Account, Position } from "../risk/book.ts";
import { BITS } from "../units.ts";
import { accountHash } from "./account-set.ts";
import type { Address } from "./address.ts";

/** What a venue says about one account, for one subject in one scope. */
export interface Statement extends Account {
  /** Who may use it. */
  readonly subject: Address;
  /** Where it may be used, see `scopeOf`. */
  readonly scope: bigint;
  /** Counts a venue's statements about this account; below 2^32. */
  readonly sequence: number;
  /** Secret, below 2^248: hides the positions behind the statement's hash. */
  readonly salt: bigint;
}

/** A fresh secret below 2^248, from the system's generator. */
export function randomSalt(): bigint {
  return BigInt(`0x${randomBytes(BITS.salt / 8).toString("hex")}`);
}


/** @throws DuplicatePosition, InvalidBook, OutOfRange: positions must be ascending by instrument, distinct, and hold something */
function requireCanonical(positions: readonly Position[]): void {
  positions.forEach(({ instrument, quantity }, i) => {
    const previous = positions[i - 1]?.instrument;
    if (previous === instrument) {
      throw new MarginProofError("DuplicatePosition", `${instrument} is listed twice`, { path: `positions[${i}].instrument`, hint: "add the quantities up" });
    }
    if (previous !== undefined && previous > instrument) {
      throw new MarginProofError("InvalidBook", `${instrument} stands after ${previous}`, { path: `positions[${i}].instrument`, hint: "sort positions by instrument name" });
    }
    requireUnsigned(quantity < 0n ? -quantity : quantity, BITS.quantity, `positions[${i}].quantity`);
    if (quantity === 0n) throw new MarginProofError("OutOfRange", "a quantity of zero", { path: `positions[${i}].quantity`, hint: "leave the position out" });
  });
}

/** h_0 = tag, h_{i+1} = Poseidon3(h_i, identifier(instrument_i), quantity_i mod p), over positions in canonical order. */
export function positionsHash(positions: readonly Position[]): bigint {
  requireCanonical(positions);
  return positions.reduce((head, { instrument, quantity }) => poseidon([head, identifier(instrument), signedToField(quantity)]), TAGS.positions);
}

/**
 * The message a venue signs: Poseidon7(tag, subject, scope, account, asOf + sequence·2^32 + count·2^64, positionsHash, salt).
 *
 * @throws OutOfRange, DuplicatePosition, InvalidBook when the statement is not canonical
 */
export function statementHash(statement: Statement): bigint {
  const { subject, scope, asOf, sequence, positions, salt } = statement;
  const packed =
    requireWhole(asOf, BITS.time, "asOf") +
    (requireWhole(sequence, BITS.sequence, "sequence") << 32n) +
    (requireWhole(positions.length, BITS.count, "positions.length") << 64n);
  requireUnsigned(scope, BITS.identifier, "scope");
  requireUnsigned(salt, BITS.salt, "salt");
  return poseidon([TAGS.statement, BigInt(subject), scope, accountHash(statement), packed, positionsHash(positions), salt]);
}
