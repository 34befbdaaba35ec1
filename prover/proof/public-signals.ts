import { MarginProofError } from "../errors.ts";
import { BITS, FIELD } from "../units.ts";
import { CLAIM_BITS } from "./claim.ts";

/**
 * The one table of public signals, in the order of the circuit's `public [...]` list, of the verifier's inputs and of
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
] as const satisfies readonly { readonly name: string; readonly limit: bigint; readonly range: string; readonly meaning: string }[];

export type PublicSignalName = (typeof PUBLIC_SIGNALS)[number]["name"];
export type PublicSignals = Readonly<Record<PublicSignalName, bigint>>;

/** Public signals by name as canonical decimal strings, as bundles carry them. */
export type PublicSignalsJson = Readonly<Record<PublicSignalName, string>>;

const invalid = (message: string, path: string): MarginProofError =>
  new MarginProofError("InvalidPublicSignals", message, { path, hint: "use the public signals exactly as the prover wrote them" });

/** One text for one value: no sign, no leading zero, below the signal's limit. */
function readSignal(text: unknown, { limit, range }: (typeof PUBLIC_SIGNALS)[number], path: string): bigint {
  if (typeof text !== "string" || !/^(?:0|[1-9][0-9]{0,77})$/.test(text)) throw invalid("expected a canonical decimal string", path);
  const value = BigInt(text);
  if (value >= limit) throw invalid(`not in ${range === "field" ? "the field" : range}`, path);
  return value;
}

function fromEntries<T>(value: (signal: (typeof PUBLIC_SIGNALS)[number], index: number) => T): Record<PublicSignalName, T> {
  return Object.fromEntries(PUBLIC_SIGNALS.map((signal, i) => [signal.name, value(signal, i)])) as Record<PublicSignalName, T>;
}

/** The signals in verifier order, as canonical decimal strings. */
export function orderedSignals(signals: PublicSignals): string[] {
  return PUBLIC_SIGNALS.map(({ name }) => signals[name].toString());
}

/**
 * From the verifier's order. The length is checked first: a truncated list is read by some verifiers as ending in zeros.
 *
 * @throws InvalidPublicSignals naming the signal
 */
export function signalsFromOrder(ordered: readonly unknown[]): PublicSignals {
  if (ordered.length !== PUBLIC_SIGNALS.length) throw invalid(`expected ${PUBLIC_SIGNALS.length} signals, got ${ordered.length}`, "publicSignals");
  return fromEntries((signal, i) => readSignal(ordered[i], signal, `publicSignals[${i}] (${signal.name})`));
}

/** By name, as canonical decimal strings. */
export function signalsJson(signals: PublicSignals): PublicSignalsJson {
  return fromEntries(({ name }) => signals[name].toString());
}

/** From names. @throws InvalidPublicSignals for a missing, unknown, non-canonical or too large signal, by name */
export function parseSignals(json: unknown): PublicSignals {
  if (typeof json !== "object" || json === null || Array.isArray(json)) throw invalid("expected an object of signals by name", "publicSignals");
  const unknown = Object.keys(json).find((key) => !PUBLIC_SIGNALS.some(({ name }) => name === key));
  if (unknown !== undefined) throw invalid("there is no such signal", `publicSignals.${unknown.slice(0, 40)}`);
  return fromEntries((signal) => readSignal((json as Record<string, unknown>)[signal.name], signal, `publicSignals.${signal.name}`));
}
