import { requireUnsigned, requireWhole } from "../commitment/ranges.ts";
import { MarginProofError } from "../errors.ts";
import { formatAddress } from "../statement/address.ts";
import type { Address } from "../statement/address.ts";
import { ASSURANCES, assuranceLevel } from "../statement/attester-registry.ts";
import type { Assurance } from "../statement/attester-registry.ts";
import type { Statement } from "../statement/statement.ts";
import { BITS } from "../units.ts";
import type { Bps, Level } from "../units.ts";

/** What a proof claims about its subject. */
export interface Claim {
  readonly subject: Address;
  /** Unix seconds: no statement is older. */
  readonly asOf: number;
  /** Sum of the statements' sequences; below 2^36. The contract wants it to grow from proof to proof. */
  readonly sequence: number;
  /** Equity covers at least this share of the requirement; 10000 is all of it. */
  readonly minRatioBps: Bps;
  readonly level: Level;
  readonly minAssurance: Assurance;
}

const LEVELS: readonly Level[] = ["MM", "IM"];

export const levelBit = (level: Level): bigint => BigInt(LEVELS.indexOf(level));

/** The parts of a packed claim, lowest bits first. twin: circuits/claim.circom, verifier-contracts/PublicSignals.sol */
export const CLAIM_LAYOUT = [
  { part: "subject", bits: BITS.claimSubject },
  { part: "asOf", bits: BITS.time },
  { part: "sequence", bits: BITS.claimSequence },
  { part: "minRatioBps", bits: BITS.claimRatio },
  { part: "level", bits: 1 },
  { part: "minAssurance", bits: BITS.assurance },
] as const satisfies readonly { readonly part: keyof Claim; readonly bits: number }[];

/** 251. */
export const CLAIM_BITS = CLAIM_LAYOUT.reduce((sum, { bits }) => sum + bits, 0);

/** The claim's parts as integers, as the circuit takes them. @throws OutOfRange naming the part that does not fit its width */
export function claimIntegers(claim: Claim): Record<keyof Claim, bigint> {
  const parts = { ...claim, subject: BigInt(claim.subject), level: levelBit(claim.level), minAssurance: assuranceLevel(claim.minAssurance) };
  const integers = CLAIM_LAYOUT.map(({ part, bits }) => {
    const value = parts[part];
    const check = typeof value === "number" ? requireWhole(value, bits, `claim.${part}`) : requireUnsigned(value, bits, `claim.${part}`);
    return [part, check];
  });
  return Object.fromEntries(integers) as Record<keyof Claim, bigint>;
}

/** One field element for the whole claim. @throws OutOfRange: a part must not spill into the next */
export function packClaim(claim: Claim): bigint {
  const parts = claimIntegers(claim);
  let shift = 0n;
  return CLAIM_LAYOUT.reduce((packed, { part, bits }) => {
    const place = parts[part] << shift;
    shift += BigInt(bits);
    return packed + place;
  }, 0n);
}

/** @throws OutOfRange for more than 251 bits, or an assurance level that does not exist */
export function unpackClaim(packed: bigint): Claim {
  let rest = requireUnsigned(packed, CLAIM_BITS, "claim");
  const take = (bits: number): bigint => {
    const value = BigInt.asUintN(bits, rest);
    rest >>= BigInt(bits);
    return value;
  };
  const [subject, asOf, sequence, minRatioBps, level, assurance] = CLAIM_LAYOUT.map(({ bits }) => take(bits)) as [bigint, bigint, bigint, bigint, bigint, bigint];
  const minAssurance = ASSURANCES[Number(assurance)];
  if (minAssurance === undefined) throw new MarginProofError("OutOfRange", `there is no assurance level ${assurance}`, { path: "claim.minAssurance", hint: "levels are 0 to 2" });
  return {
    subject: formatAddress(subject),
    asOf: Number(asOf),
    sequence: Number(sequence),
    minRatioBps: minRatioBps as Bps,
    level: LEVELS[Number(level)]!,
    minAssurance,
  };
}

/** The strongest claim about time and sequence that these statements carry: asOf of the oldest, sequences summed. */
export function claimFor(statements: readonly Statement[], terms: Pick<Claim, "subject" | "minRatioBps" | "level" | "minAssurance">): Claim {
  return {
    ...terms,
    asOf: statements.reduce((oldest, { asOf }) => Math.min(oldest, asOf), Infinity),
    sequence: statements.reduce((sum, { sequence }) => sum + sequence, 0),
  };
}
