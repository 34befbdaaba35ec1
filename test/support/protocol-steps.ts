/** The calls of a random run, subject by subject. Each says what the model expects of it. */
import type { Step } from "./protocol-run.ts";
import { waitUntil } from "./protocol-run.ts";
import { ACCOUNT_SET_STEPS } from "./protocol-steps-account-sets.ts";
import { ATTESTER_STEPS } from "./protocol-steps-attesters.ts";
import { CLAIM_STEPS } from "./protocol-steps-claims.ts";
import { ESCROW_STEPS } from "./protocol-steps-escrow.ts";
import { GOVERNANCE_STEPS } from "./protocol-steps-governance.ts";
import { KEY_STEPS } from "./protocol-steps-keys.ts";
import { LENDING_STEPS } from "./protocol-steps-lending.ts";
import { LIQUIDATION_STEPS } from "./protocol-steps-liquidation.ts";
import { RELAY_STEPS } from "./protocol-steps-relay.ts";
import { RELAY_SET_STEPS } from "./protocol-steps-relay-set.ts";
import { SNAPSHOT_STEPS } from "./protocol-steps-snapshots.ts";

const TIME_STEP: Step = {
  name: "time passes", weight: 3,
  run: async (run, dice) => {
    waitUntil(run, run.time + dice.pick([300, 600, 1_800, 1_800, 3_600, 3_600, run.model.gracePeriod, run.model.releaseDelay]) + dice.below(60));
    return true;
  },
};

export const PROTOCOL_STEPS: readonly Step[] = [
  ...CLAIM_STEPS, ...ACCOUNT_SET_STEPS, ...SNAPSHOT_STEPS, ...GOVERNANCE_STEPS, ...ATTESTER_STEPS, ...KEY_STEPS, ...ESCROW_STEPS, ...LENDING_STEPS, ...LIQUIDATION_STEPS,
  ...RELAY_STEPS, ...RELAY_SET_STEPS, TIME_STEP,
];
/** What comes about within steps: a run that misses one of them shows less than it says. */
export const PROTOCOL_EVENTS = [
  "a notice after a breach", "a bid that leaves the auction to others", "a penalty of which lender and keeper have their shares", "a surplus that goes back to the subject",
  "a breaker spares a subject", "a pause alone spares a subject", "a proof that passes by prepared values", "a forgery under prepared values reaches the verifier",
  "a liquidation that ends healthy", "a liquidation that ends whole", "a liquidation that ends repaid", "a liquidation that ends pledge gone",
] as const;
