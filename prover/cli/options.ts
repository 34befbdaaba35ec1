/** Options that several commands share, each read and checked in one place. A value that makes no sense is a UsageError. */
import { Option } from "commander";
import { formatTime } from "../chain/time-text.ts";
import { requireUnsigned } from "../commitment/ranges.ts";
import { MarginProofError } from "../errors.ts";
import { policyNames } from "../import/shipped-policies.ts";
import { parseUsd } from "../numeric/amounts.ts";
import { parseDecimal } from "../numeric/decimal.ts";
import { parseAddress } from "../statement/address.ts";
import { ASSURANCES } from "../statement/attester-registry.ts";
import type { AccountName } from "../statement/account-set.ts";
import { nameField, readJson } from "../risk/schema.ts";
import { BITS, SCALE, type Bps, type Usd } from "../units.ts";

/** An option whose text `parse` turns into a value; `path` is the option's own name. */
export function parsedOption<T>(flags: string, description: string, parse: (text: string, path: string) => T): Option {
  const option = new Option(flags, description);
  return option.argParser((text) => {
    try {
      return parse(text, option.long!);
    } catch (error) {
      if (!(error instanceof MarginProofError)) throw error;
      throw new MarginProofError("UsageError", error.reason, { path: option.long!, hint: error.hint, cause: error });
    }
  });
}

/** An option that takes several values, each read by `parse`. */
export function listOption<T>(flags: string, description: string, parse: (text: string, path: string) => T): Option {
  const one = parsedOption(flags, description, parse);
  const read = one.parseArg as (text: string) => T;
  return one.argParser((text: string, sofar: readonly T[] | undefined) => [...(sofar ?? []), read(text)]);
}

export const jsonOption = () => new Option("--json", "print one JSON document instead of text; no progress");
export const forceOption = () => new Option("--force", "replace files that are already there");
export const outOption = (what: string) => new Option("--out <file>", what).makeOptionMandatory();
export const marketOption = () => new Option("--market <file>", "market, margin-market/1");
export const policyOption = () => new Option("--policy <file>", `policy, margin-policy/1, or one that comes with the package: ${policyNames().join(", ")}`);
export const registryOption = () => new Option("--registry <file>", "attester registry, attester-registry/1");
export const tierOption = () => new Option("--tier <name>", "circuit size, see circuits/sizes.json (default: the smallest that fits)");
export const artifactsOption = () => new Option("--artifacts <folder>", "where the tiers' keys and circuits are (default: MARGIN_HEALTH_ARTIFACTS, else circuits/build)");

export const levelOption = () => new Option("--level <level>", "margin level: maintenance or initial").choices(["MM", "IM"]).default("IM");
export const assuranceOption = () => new Option("--min-assurance <assurance>", "every statement's source is at least this good").choices([...ASSURANCES]).default("venue-signed");

export function ratioOption(): Option {
  return wholeOption("--ratio-bps <bps>", "least equity as a share of the requirement, 10000 is all of it", BITS.claimRatio, (bps) => bps as Bps).default(SCALE.bps, "10000");
}

export function collateralOption(): Option {
  return parsedOption("--collateral <amount>", "collateral that the contract itself holds, in the quote currency", parseUsd).default(0n as Usd, "0");
}

export const subjectOption = () => parsedOption("--subject <address>", "EVM address that the statements and the proof are about", parseAddress);
export const asOfOption = (what: string) => parsedOption("--as-of <time>", `${what}: UTC such as 2026-11-20T10:30:00Z, or unix seconds`, parseTime);
export const sequenceOption = () => wholeOption("--sequence <n>", "counts the statements about this account; grows with each", BITS.sequence, Number);
export const scopeOption = () => wholeOption("--scope <integer>", "where and under which policy statements may be used; or give --chain-id, --registry-address and --policy", BITS.identifier);
export const chainIdOption = (what = "chain of the registry contract") => wholeOption("--chain-id <n>", what, 256);
export const oracleAddressOption = () => parsedOption("--oracle-address <address>", "the SnapshotOracle contract", parseAddress);
export const epochOption = () => wholeOption("--epoch <n>", "counts the policy's publications: above the oracle's latest epoch, the same for all publishers", 64);
export const registryAddressOption = () => parsedOption("--registry-address <address>", "the MarginHealthRegistry contract", parseAddress);
export const keyOption = (whose: string) => new Option("--key <file>", `private key of ${whose}, or env:VARIABLE`).makeOptionMandatory();
export const dryRunOption = () => new Option("--dry-run", "ask the contract what it would say and what it would cost, and send nothing");
export const rpcOption = () => new Option("--rpc <url>", "JSON-RPC node, or env:VARIABLE for an address with a secret in it");
export const rpcsOption = () => new Option("--rpc <urls...>", "JSON-RPC nodes, the next when one fails; or env:VARIABLE for an address with a secret in it");

/** A count that steers a command, such as seconds or blocks: small enough for arithmetic, and with a default that is shown. */
export const countOption = (flags: string, description: string, fallback: number) => wholeOption(flags, description, 31, Number).default(fallback);

/** A whole number of at most `bits` bits. */
export function wholeOption<T = bigint>(flags: string, description: string, bits: number, convert: (value: bigint) => T = (value) => value as T): Option {
  return parsedOption(flags, description, (text, path) => convert(requireUnsigned(parseDecimal(text, 0, path), bits, path)));
}

/** A venue account written `venue/account`. */
export function parseAccountName(text: string, path: string): AccountName {
  const [venue, ...rest] = text.split("/");
  if (rest.length === 0) throw new MarginProofError("UsageError", `${JSON.stringify(text.slice(0, 80))} names no venue`, { path, hint: "write venue/account, such as deribit/main" });
  return { venue: readJson(nameField(), venue, path), account: readJson(nameField(), rest.join("/"), path) };
}

/** Unix seconds from digits, or from UTC in ISO 8601. @throws UsageError */
export function parseTime(text: string, path: string): number {
  const isUtc = /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$/.test(text);
  const seconds = isUtc ? Date.parse(text) / 1000 : /^[0-9]{1,10}$/.test(text) ? Number(text) : NaN;
  const isExact = !isUtc || (Number.isFinite(seconds) && formatTime(seconds) === text);
  if (seconds < 2 ** BITS.time && isExact) return seconds;
  throw new MarginProofError("UsageError", `${JSON.stringify(text.slice(0, 40))} is not a time`, { path, hint: "write UTC as 2026-11-20T10:30:00Z, or unix seconds" });
}
