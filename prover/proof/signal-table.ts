/** Public signals by name and in the order of a verification key: one table for each kind of statement, one reader for all. */
import { MarginProofError } from "../errors.ts";
import { FIELD } from "../units.ts";

/** Every key takes so many; a kind of statement that has fewer ends in zeros, which its circuit demands. */
export const SIGNAL_COUNT = 7;

/** One row of a table. `limit` is the first integer that is too large, `range` says it in words. */
export interface SignalRow<Name extends string = string> {
  readonly name: Name;
  readonly limit: bigint;
  readonly range: string;
  readonly meaning: string;
}

export type Signals<Name extends string> = Readonly<Record<Name, bigint>>;
/** Canonical decimal strings, as bundles carry them. */
export type SignalsJson<Name extends string> = Readonly<Record<Name, string>>;

export interface SignalTable<Name extends string> {
  /** The signals in verifier order, as canonical decimal strings. */
  ordered(signals: Signals<Name>): string[];
  /**
   * From the verifier's order. The length is checked first: a truncated list is read by some verifiers as ending in zeros.
   * @throws InvalidPublicSignals naming the signal
   */
  fromOrder(ordered: readonly unknown[]): Signals<Name>;
  /** By name, as canonical decimal strings. */
  json(signals: Signals<Name>): SignalsJson<Name>;
  /** From names. @throws InvalidPublicSignals for a missing, unknown, non-canonical or too large signal, by name */
  parse(json: unknown): Signals<Name>;
}

const invalid = (message: string, path: string): MarginProofError =>
  new MarginProofError("InvalidPublicSignals", message, { path, hint: "use the public signals exactly as the prover wrote them" });

/** One text for one value: no sign, no leading zero, below the signal's limit. */
function readSignal(text: unknown, { limit, range }: Pick<SignalRow, "limit" | "range">, path: string): bigint {
  if (typeof text !== "string" || !/^(?:0|[1-9][0-9]{0,77})$/.test(text)) throw invalid("expected a canonical decimal string", path);
  const value = BigInt(text);
  if (value >= limit) throw invalid(`not in ${limit === FIELD ? "the field" : range}`, path);
  return value;
}

const ZERO_ROW = { limit: 1n, range: "{0}" } as const;

export function signalTable<Name extends string>(rows: readonly SignalRow<Name>[]): SignalTable<Name> {
  const zeros = Array.from({ length: SIGNAL_COUNT - rows.length }, () => "0");
  const entries = <T>(value: (row: SignalRow<Name>, index: number) => T) => Object.fromEntries(rows.map((row, i) => [row.name, value(row, i)])) as Record<Name, T>;
  return {
    ordered: (signals) => [...rows.map(({ name }) => signals[name].toString()), ...zeros],
    fromOrder: (ordered) => {
      if (ordered.length !== SIGNAL_COUNT) throw invalid(`expected ${SIGNAL_COUNT} signals, got ${ordered.length}`, "publicSignals");
      ordered.slice(rows.length).forEach((text, k) => readSignal(text, ZERO_ROW, `publicSignals[${rows.length + k}]`));
      return entries((row, i) => readSignal(ordered[i], row, `publicSignals[${i}] (${row.name})`));
    },
    json: (signals) => entries(({ name }) => signals[name].toString()),
    parse: (json) => {
      if (typeof json !== "object" || json === null || Array.isArray(json)) throw invalid("expected an object of signals by name", "publicSignals");
      const unknown = Object.keys(json).find((key) => !rows.some(({ name }) => name === key));
      if (unknown !== undefined) throw invalid("there is no such signal", `publicSignals.${unknown.slice(0, 40)}`);
      return entries((row) => readSignal((json as Record<string, unknown>)[row.name], row, `publicSignals.${row.name}`));
    },
  };
}
