import type { Signer } from "ethers";
import { MarginProofError } from "../errors.ts";
import type { ProofBundle } from "../proof/bundle.ts";
import { tierParameters } from "../proof/tiers.ts";
import { batchArguments, submitArguments } from "./calldata.ts";
import { sendCall, type Call, type Submission } from "./calls.ts";
import { contractAt } from "./contracts.ts";

export interface SubmitOptions {
  /** Address of the MarginHealthRegistry. */
  readonly registry: string;
  /** Pays; need not be the subject. */
  readonly signer: Signer;
}

/** What submits a bundle, of health or of a breach as its tier says, to be previewed or sent. */
export const submitCall = (bundle: ProofBundle, { registry, signer }: SubmitOptions): Call =>
  ({ contract: contractAt("MarginHealthRegistry", registry, signer), method: tierParameters(bundle.tier).breach ? "proveBreach" : "submit", args: submitArguments(bundle) });

/**
 * Submits a proof bundle, of health or of a breach as its tier says, and waits for the transaction. Asked without sending first, so a refusal costs nothing.
 * @throws ContractRefused with the registry's own error, e.g. `StaleSnapshot(…)`; ChainError
 */
export const submitBundle = async (bundle: ProofBundle, options: SubmitOptions): Promise<Submission> => sendCall(submitCall(bundle, options));

/**
 * What submits many bundles of health under one tier in one transaction, at a fraction of their single prices: all of them count, or none.
 * @throws InvalidBundle when there is none, or they are of several tiers or of breaches
 */
export function batchCall(bundles: readonly ProofBundle[], { registry, signer }: SubmitOptions): Call {
  const [first] = bundles;
  if (first === undefined) throw new MarginProofError("InvalidBundle", "there is none", { path: "bundles", hint: "give at least one" });
  bundles.forEach(({ tier }, i) => {
    if (tier !== first.tier) throw new MarginProofError("InvalidBundle", `of tier ${tier}, not ${first.tier}`, { path: `bundles[${i}].tier`, hint: "submit one batch per tier" });
  });
  if (tierParameters(first.tier).breach) throw new MarginProofError("InvalidBundle", "of a breach", { path: "bundles[0].tier", hint: "breaches are submitted one by one" });
  return { contract: contractAt("MarginHealthRegistry", registry, signer), method: "submitBatch", args: batchArguments(bundles) };
}

/** Sends a `batchCall`. @throws as it, ContractRefused naming the first bad claim or proof; ChainError */
export const submitBundles = async (bundles: readonly ProofBundle[], options: SubmitOptions): Promise<Submission> => sendCall(batchCall(bundles, options));
