import { formatDecimal } from "../numeric/decimal.ts";
import { isGrowthBundle, type AnyBundle } from "../proof/any-bundle.ts";
import type { ProofBundle } from "../proof/bundle.ts";
import { unpackClaim } from "../proof/claim.ts";
import type { GrowthBundle } from "../proof/growth-bundle.ts";
import { signalsJson } from "../proof/public-signals.ts";
import { anyParameters, statementKind } from "../proof/tiers.ts";
import { formatAddress } from "../statement/address.ts";
import { DECIMALS } from "../units.ts";
import type { Facts } from "./summaries.ts";

/** Said on every use of such a key. */
export const SETUP_WARNING =
  "the tier's key comes from a LOCAL set-up: whoever made it can forge proofs under it. It convinces only its maker; use the key of a ceremony for everyone else.";

/** Everything a bundle shows: what it is about in words, and the public signals by name. */
export function bundleFacts(bundle: AnyBundle): Facts {
  const { tier, artifacts } = bundle;
  return { tier, states: statementKind(anyParameters(tier)), setup: artifacts.setup, ...(isGrowthBundle(bundle) ? growthFacts(bundle) : marginFacts(bundle)) };
}

function growthFacts({ publicSignals: { accountSet, grownSet, subject } }: GrowthBundle): Facts {
  return { subject: formatAddress(subject), accountSet: accountSet.toString(), grownSet: grownSet.toString() };
}

function marginFacts({ snapshot, publicSignals }: ProofBundle): Facts {
  const { subject, asOf, sequence, minRatioBps, level, minAssurance } = unpackClaim(publicSignals.claim);
  return {
    claim: { subject, asOf, sequence, minRatioBps: minRatioBps.toString(), level, minAssurance, onChainCollateral: formatDecimal(publicSignals.onChainCollateral, DECIMALS.usd, { trim: true }) },
    snapshot: { root: snapshot.root.toString(), asOf: snapshot.asOf, policyHash: snapshot.policyHash.toString() },
    publicSignals: { ...signalsJson(publicSignals) },
  };
}
