import type { Provider, Signer } from "ethers";
import type { Groth16Proof } from "../proof/bundle.ts";
import { solidityProof, tierId } from "./calldata.ts";
import { sendCall, type Call } from "./calls.ts";
import { contractAt } from "./contracts.ts";
import { ask } from "./refusals.ts";

export interface RegisterOptions {
  /** Address of the MarginHealthRegistry. */
  readonly registry: string;
  /** The subject itself: it registers for nobody else. */
  readonly signer: Signer;
}

/** A proof that an account set holds every account of another. */
export interface AccountSetGrowth {
  /** A tier of account set growth. */
  readonly tier: string;
  readonly proof: Groth16Proof;
  readonly grownSet: bigint;
}

/** What the chain knows about a subject's account set. twin: `AccountSet` in verifier-contracts/IAccountSets.sol */
export interface AccountSetStatus {
  /** What every proof must cover; 0 when none is registered. */
  readonly current: bigint;
  /** What the last accepted proof covered. */
  readonly proved: bigint;
  /** Unix seconds: the next proof's statements must be later, where the set has changed. */
  readonly statementsAfter: number;
  /** Unix seconds from which an announced release can be executed; 0 when none is announced. */
  readonly releaseFrom: number;
}

/**
 * Fixes the accounts that every proof of the signer must cover.
 * @returns the transaction's hash
 * @throws ContractRefused, e.g. `AlreadyRegistered(…)`; ChainError
 */
export const registerAccountSet = (accountSet: bigint, options: RegisterOptions): Promise<string> => sent(registrationCall(accountSet, options));

/** What `registerAccountSet` sends, to be previewed. */
export const registrationCall = (accountSet: bigint, { registry, signer }: RegisterOptions): Call =>
  ({ contract: contractAt("MarginHealthRegistry", registry, signer), method: "registerAccountSet", args: [accountSet] });

/**
 * Adds accounts to the signer's set. Its health stands, but the next proof must cover all accounts by later statements.
 * @returns the transaction's hash
 * @throws ContractRefused, e.g. `ReleaseRunning(…)`; ChainError
 */
export const growAccountSet = (growth: AccountSetGrowth, options: RegisterOptions): Promise<string> => sent(growthCall(growth, options));

/** What `growAccountSet` sends, to be previewed. */
export const growthCall = ({ tier, proof, grownSet }: AccountSetGrowth, { registry, signer }: RegisterOptions): Call =>
  ({ contract: contractAt("MarginHealthRegistry", registry, signer), method: "growAccountSet", args: [tierId(tier), solidityProof(proof), grownSet] });

/** Steps of giving up an account set. twin: IAccountSets */
export const RELEASE_STEPS = ["announce", "cancel", "execute"] as const;
export type ReleaseStep = (typeof RELEASE_STEPS)[number];

/** A step of giving up the signer's account set, to be previewed or sent. */
export const releaseCall = (step: ReleaseStep, { registry, signer }: RegisterOptions): Call => ({ contract: contractAt("MarginHealthRegistry", registry, signer), method: `${step}Release`, args: [] });

/**
 * Announces that the signer gives up its account set: ends its health at once.
 * @returns the transaction's hash
 * @throws ContractRefused, e.g. `PledgesOutstanding(…)`; ChainError
 */
export const announceRelease = (options: RegisterOptions): Promise<string> => sent(releaseCall("announce", options));

/** Keeps the account set after all; health comes back with the next proof. @returns the transaction's hash @throws ContractRefused, ChainError */
export const cancelRelease = (options: RegisterOptions): Promise<string> => sent(releaseCall("cancel", options));

/** Gives up the account set once the announced time has come. @returns the transaction's hash @throws ContractRefused, e.g. `ReleaseTooEarly(…)`; ChainError */
export const executeRelease = (options: RegisterOptions): Promise<string> => sent(releaseCall("execute", options));

/** Reads what has become of a subject's account set. @throws ChainError when there is no registry at the address */
export async function readAccountSetStatus({ registry, subject, provider }: { readonly registry: string; readonly subject: string; readonly provider: Provider }): Promise<AccountSetStatus> {
  const contract = contractAt("MarginHealthRegistry", registry, provider);
  const { current, proved, statementsAfter, releaseFrom } = await ask(contract, "accountSetStatus", subject);
  return { current, proved, statementsAfter: Number(statementsAfter), releaseFrom: Number(releaseFrom) };
}

const sent = async (call: Call): Promise<string> => (await sendCall(call)).transactionHash;
