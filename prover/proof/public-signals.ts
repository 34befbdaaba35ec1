import { BITS, FIELD } from "../units.ts";
import { CLAIM_BITS } from "./claim.ts";
import { signalTable, type SignalRow, type Signals, type SignalsJson } from "./signal-table.ts";

/**
 * The one table of a margin proof's public signals, in the order of the circuit's `public [...]` list, of the verifier's inputs and of
 * verifier-contracts/PublicSignals.sol. Generated mains and the README take it from here.
 */
export const PUBLIC_SIGNALS = [
  { name: "snapshotRoot", limit: FIELD, range: "field", meaning: "the published risk numbers: instruments, policy, market, valuation time, loss factors" },
  { name: "attesterRoot", limit: FIELD, range: "field", meaning: "the keys whose statements count, with assurance level and validity" },
  { name: "accountSet", limit: FIELD, range: "field", meaning: "the subject's registered venue accounts, salted; every one of them is included" },
  { name: "portfolioCommitment", limit: FIELD, range: "field", meaning: "the statements used, hidden by their salts" },
  { name: "claim", limit: 1n << BigInt(CLAIM_BITS), range: `[0, 2^${CLAIM_BITS})`, meaning: "subject, asOf, sequence, ratio, level and assurance, packed" },
  { name: "onChainCollateral", limit: 1n << BigInt(BITS.collateral), range: `[0, 2^${BITS.collateral})`, meaning: "collateral the contract itself sees, in 1e-8 of the quote unit" },
  { name: "scope", limit: 1n << BigInt(BITS.identifier), range: `[0, 2^${BITS.identifier})`, meaning: "the chain, registry contract and policy for which the statements were signed" },
] as const satisfies readonly SignalRow[];

export type PublicSignalName = (typeof PUBLIC_SIGNALS)[number]["name"];
export type PublicSignals = Signals<PublicSignalName>;

/** Public signals by name as canonical decimal strings, as bundles carry them. */
export type PublicSignalsJson = SignalsJson<PublicSignalName>;

const table = signalTable<PublicSignalName>(PUBLIC_SIGNALS);

/** The signals in verifier order, as canonical decimal strings. */
export const orderedSignals = table.ordered;

/** From the verifier's order, of the full length. @throws InvalidPublicSignals naming the signal */
export const signalsFromOrder = table.fromOrder;

/** By name, as canonical decimal strings. */
export const signalsJson = table.json;

/** From names. @throws InvalidPublicSignals for a missing, unknown, non-canonical or too large signal, by name */
export const parseSignals = table.parse;
