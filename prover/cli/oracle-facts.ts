import type { Contract } from "ethers";
import { chainTime } from "../chain/chain-time.ts";
import { readPolicyStatus, readPublishers } from "../chain/oracle-status.ts";
import { formatSpan, LAST_DATE } from "../chain/time-text.ts";
import type { Facts } from "./summaries.ts";

/** Who publishes to an oracle or relay, who is to, and whether it is paused. */
export async function publisherFacts(oracle: Contract): Promise<Facts> {
  const [{ publishers, quorum, version, rotationDelay, announced, pausedSince }, now] = await Promise.all([readPublishers(oracle), chainTime(oracle.runner?.provider)]);
  return {
    paused: pausedSince !== null,
    ...(pausedSince === null ? {} : { pausedSince }),
    publishers, quorum, version,
    notice: formatSpan(rotationDelay),
    ...(announced === null ? {} : {
      announced: {
        hash: announced.hash, publishers: announced.publishers ?? "not in this node's log", quorum: announced.quorum, from: announced.from, until: announced.until,
        state: now < announced.from ? `${formatSpan(announced.from - now)} of notice left` : now <= announced.until ? "can be applied" : "lapsed",
      },
    }),
  };
}

/** A policy's breaker and its latest snapshot there. */
export async function policyFacts(oracle: Contract, policyHash: bigint): Promise<Facts> {
  const [{ opensCredit, reason, since, graceUntil, latest }, now] = await Promise.all([readPolicyStatus(oracle, policyHash), chainTime(oracle.runner?.provider)]);
  return {
    policyHash: policyHash.toString(), opensCredit, breaker: reason,
    ...(since === 0 ? {} : { since }),
    ...(graceUntil === 0n ? {} : { graceUntil: graceUntil <= BigInt(LAST_DATE) ? Number(graceUntil) : graceUntil.toString() }),
    grace: graceUntil >= BigInt(now) ? `accounts are spared for ${formatSpan(Number(graceUntil) - now)} more` : "none",
    latest: latest === null ? "none" : { root: latest.root.toString(), epoch: latest.epoch.toString(), asOf: latest.asOf, revoked: latest.revoked },
  };
}
