import { tierId } from "./calldata.ts";
import { contractAt, namingRefusals, send } from "./contracts.ts";
import type { SubmitOptions } from "./submit.ts";
import type { ProofBundle } from "../proof/bundle.ts";

/**
 * Has a tier's key keep what its proofs under this bundle's attester registry and scope have in common, for everybody and for as long as the two last:
 * about 80,000 gas once, and 11,000 less for every proof that is submitted alone. Anybody may, and nothing depends on it but the price.
 * @returns the transaction's hash, undefined where somebody had prepared it
 * @throws ChainError where the registry knows no such tier, or the node does not answer
 */
export async function prepareKey({ tier, publicSignals }: Pick<ProofBundle, "tier" | "publicSignals">, { registry, signer }: SubmitOptions): Promise<string | undefined> {
  const health = contractAt("MarginHealthRegistry", registry, signer);
  const { attesterRoot, scope } = publicSignals;
  const address = await namingRefusals(health, async () => {
    const verifier = contractAt("MarginHealthVerifier", await health.getFunction("verifier").staticCall(), signer);
    return (await verifier.getFunction("tierOf").staticCall(tierId(tier))).verifier as string;
  });
  const key = contractAt("Groth16Verifier", address, signer);
  const isPrepared = await namingRefusals(key, () => key.getFunction("isPrepared").staticCall(attesterRoot, scope));
  return isPrepared ? undefined : (await send(key, "prepare", [attesterRoot, scope])).hash;
}
