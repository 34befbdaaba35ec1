import { identifier } from "../commitment/domain.ts";
import { MarginProofError } from "../errors.ts";
import { silent, type Progress } from "../progress.ts";
import { accountSet, type AccountName } from "../statement/account-set.ts";
import type { Address } from "../statement/address.ts";
import type { Artifacts } from "./artifacts.ts";
import type { GrowthBundle } from "./growth-bundle.ts";
import { growthSignals, type GrowthSignals } from "./growth-signals.ts";
import { prove } from "./groth16.ts";
import { growthParameters, type GrowthParameters } from "./tiers.ts";

/** What a proof of growth is made from; all of it private but the subject. */
export interface GrowthRequest {
  readonly subject: Address;
  /** The accounts of the registered set, in its order, and its salt. */
  readonly accounts: readonly AccountName[];
  readonly salt: bigint;
  /** Accounts that join them, after the others; none to change the salt alone. */
  readonly added: readonly AccountName[];
  /** A new one, drawn for this set: under one that was used before, the sets could be tried for accounts by their names. */
  readonly newSalt: bigint;
  /** The set as it is registered, if known: a forgotten account or another order then shows before proving, not on chain. */
  readonly registeredAccountSet?: bigint | undefined;
}

/** Every input of circuits/account-set-growth.circom, by name. */
export type GrowthInput = GrowthSignals & Readonly<Record<"zero" | "venueId" | "accountId", readonly bigint[]>> & Readonly<Record<"oldCount" | "newCount" | "oldSalt" | "newSalt", bigint>>;

const mismatch = (message: string, path: string, hint: string) => new MarginProofError("StatementMismatch", message, { path, hint });

/**
 * Everything the circuit will ask of accounts and old salt, asked first in words.
 * @throws BookTooLarge; StatementMismatch: no old account, an account twice, another set than the registered; OutOfRange
 */
export function requireGrowth({ accounts, salt, added, registeredAccountSet }: Omit<GrowthRequest, "newSalt" | "subject">, { accounts: places }: GrowthParameters): void {
  const all = [...accounts, ...added];
  if (accounts.length === 0) throw mismatch("there is no registered account", "accounts", "list the accounts of the registered set, in its order");
  if (all.length > places) throw new MarginProofError("BookTooLarge", `${all.length} accounts, and this tier takes ${places}`, { path: "added", hint: "prove what you hold there from a second address" });
  const old = accountSet(accounts, salt);
  accountSet(all, salt);
  if (registeredAccountSet !== undefined && registeredAccountSet !== old) {
    throw mismatch("these are not the registered accounts", "accounts", "list every registered account, in the registered order, and give the salt of the registration");
  }
}

/** The circuit's input. @throws as `requireGrowth`; StatementMismatch for the old salt again */
export function growthInput(request: GrowthRequest, parameters: GrowthParameters): GrowthInput {
  requireGrowth(request, parameters);
  const { subject, accounts, salt, added, newSalt } = request;
  if (salt === newSalt) throw mismatch("the grown set has the salt of the old one, which would show what was added", "newSalt", "draw a new salt");
  const all = [...accounts, ...added];
  const identifiers = (part: keyof AccountName) => Array.from({ length: parameters.accounts }, (_, v) => (v < all.length ? identifier(all[v]![part]) : 0n));
  return {
    accountSet: accountSet(accounts, salt), grownSet: accountSet(all, newSalt), subject: BigInt(subject), zero: [0n, 0n, 0n, 0n],
    venueId: identifiers("venue"), accountId: identifiers("account"),
    oldCount: BigInt(accounts.length), newCount: BigInt(all.length), oldSalt: salt, newSalt,
  };
}

/**
 * Proves that a set of venue accounts holds every account of the registered one, without showing any.
 * The tier is that of `artifacts`. Stages reported: `witness`, `prove`, `verify`.
 * @throws as `growthInput` and `prove`; ArtifactMissing for artefacts of a tier of another kind
 */
export async function proveAccountSetGrowth(request: GrowthRequest, artifacts: Artifacts, progress: Progress = silent): Promise<GrowthBundle> {
  const { proof, publicSignals } = await prove(growthInput(request, growthParameters(artifacts.tier)), artifacts, progress);
  return { tier: artifacts.tier, proof, publicSignals: growthSignals.fromOrder(publicSignals), artifacts: artifacts.digests };
}
