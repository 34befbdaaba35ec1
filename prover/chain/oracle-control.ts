/** What its guardian and its admin may do to an oracle, or to a relay of one: calls to be previewed or sent. twin: verifier-contracts/GuardedSnapshots.sol */
import type { Contract } from "ethers";
import { policyId } from "./calldata.ts";
import type { Call } from "./calls.ts";
import type { Revocation, Rotation } from "./publisher-decisions.ts";

/** A set of publishers, and how many of them must agree. */
export type PublisherPlan = Pick<Rotation, "publishers" | "quorum">;

/** The guardian stops publication and new credit under all policies. Of a MarginHealthRegistry: submissions and new credit. */
export const pause = (contract: Contract): Call => ({ contract, method: "pause", args: [] });

/** The admin lets it go on. */
export const resume = (contract: Contract): Call => ({ contract, method: "unpause", args: [] });

/** The guardian stops new credit on a policy's snapshots. */
export const tripBreaker = (contract: Contract, policyHash: bigint): Call => ({ contract, method: "trip", args: [policyId(policyHash)] });

/** The guardian reopens new credit before the calm is complete, once a publication without a new cause has followed. */
export const rearmBreaker = (contract: Contract, policyHash: bigint): Call => ({ contract, method: "rearm", args: [policyId(policyHash)] });

/** The guardian revokes a snapshot, accepted or on its way, at once and for good. */
export const revokeSnapshot = (contract: Contract, { policyHash, root }: Revocation): Call => ({ contract, method: "revoke", args: [policyId(policyHash), root] });

/** The guardian removes a compromised publisher, at once and for good. */
export const removePublisher = (contract: Contract, publisher: string): Call => ({ contract, method: "removePublisher", args: [publisher] });

/** The admin of an oracle announces the set that is to succeed the one in use. A relay is told by signatures: `relayRotation`. */
export const announceRotation = (contract: Contract, plan: PublisherPlan): Call => ({ contract, method: "announceRotation", args: rotationArguments(plan) });

/** The admin of a relay announces another set where guardians have cut the one in use down to its quorum and it has fallen silent. */
export const replaceBlockedSet = (relay: Contract, plan: PublisherPlan): Call => ({ contract: relay, method: "replaceBlockedSet", args: rotationArguments(plan) });

/** Anyone puts the announced set to use, once its notice has passed. */
export const applyRotation = (contract: Contract, plan: PublisherPlan): Call => ({ contract, method: "applyRotation", args: rotationArguments(plan) });

/** The guardian cancels the announced set, for good. */
export const cancelRotation = (contract: Contract): Call => ({ contract, method: "cancelRotation", args: [] });

/** As contracts take them: ascending, whatever their order. */
const rotationArguments = ({ publishers, quorum }: PublisherPlan): [publishers: string[], quorum: number] => [publishers.toSorted((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1)), quorum];
