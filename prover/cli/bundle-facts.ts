import { formatDecimal } from "../numeric/decimal.ts";
import type { ProofBundle } from "../proof/bundle.ts";
import { unpackClaim } from "../proof/claim.ts";
import { signalsJson } from "../proof/public-signals.ts";
import { tierParameters } from "../proof/tiers.ts";
import { DECIMALS } from "../units.ts";
import type { Facts } from "./summaries.ts";

/** Said on every use of such a key. */
export const SETUP_WARNING =
  "the tier's key comes from a LOCAL set-up: whoever made it can forge proofs under it. It convinces only its maker; use the key of a ceremony for everyone else.";

/** Everything a bundle shows: the claim in words, and the public signals by name. */
export function bundleFacts(bundle: ProofBundle): Facts {
  const { tier, artifacts, snapshot, publicSignals } = bundle;
  const { subject, asOf, sequence, minRatioBps, level, minAssurance } = unpackClaim(publicSignals.claim);
  return {
    tier,
    states: tierParameters(tier).breach ? "breach" : "health",
    setup: artifacts.setup,
    claim: { subject, asOf, sequence, minRatioBps: minRatioBps.toString(), level, minAssurance, onChainCollateral: formatDecimal(publicSignals.onChainCollateral, DECIMALS.usd, { trim: true }) },
    snapshot: { root: snapshot.root.toString(), asOf: snapshot.asOf, policyHash: snapshot.policyHash.toString() },
    publicSignals: { ...signalsJson(publicSignals) },
  };
}
