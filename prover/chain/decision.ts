/** A quorum's decisions as documents: each publisher signs one at its own machine, anyone gathers them and hands them in. */
import { TypedDataEncoder, verifyTypedData, type Contract, type Signer } from "ethers";
import { z } from "zod";
import { canonicalJson } from "../commitment/canonical-json.ts";
import { fieldElementField, integerField } from "../commitment/json-fields.ts";
import { MarginProofError } from "../errors.ts";
import { readJson, type Json } from "../risk/schema.ts";
import { addressField, parseAddress, type Address } from "../statement/address.ts";
import { policyId } from "./calldata.ts";
import type { Call } from "./calls.ts";
import { typedDomain, type OracleDomain } from "./publication.ts";
import { inOrder, REVOCATION, ROTATION, VETO, type Revocation, type Rotation, type Veto } from "./publisher-decisions.ts";
import type { PublisherSignature } from "./publication-signature.ts";

export const DECISION_FORMAT = "publisher-decision/1";

/** What publishers decide by signature: against an announced set anywhere; at a relay, also the next set and the end of a snapshot. */
export type Decision = ({ readonly kind: "veto" } & Veto) | ({ readonly kind: "rotation" } & Rotation) | ({ readonly kind: "revocation" } & Revocation);

/** One publisher's signature, with all that it is about. */
export interface SignedDecision extends PublisherSignature {
  readonly decision: Decision;
  /** The oracle that publishers sign for, also when the decision is about a relay of it. */
  readonly domain: OracleDomain;
  readonly publisher: Address;
}

/** Signatures of one decision. */
export interface GatheredDecision extends Pick<SignedDecision, "decision" | "domain"> {
  readonly signatures: readonly PublisherSignature[];
}

/** Signs a decision as one of its publishers. */
export async function signDecision(decision: Decision, domain: OracleDomain, signer: Signer): Promise<SignedDecision> {
  const { types, message } = typed(decision);
  return { decision, domain, publisher: parseAddress(await signer.getAddress()), signature: await signer.signTypedData(typedDomain(domain), types, message) };
}

/**
 * Signatures of one decision for one oracle, each publisher's once.
 * @throws SnapshotMismatch when they are of several decisions or for several oracles; InvalidSignature for one that is not its publisher's, or a second one
 */
export function gatherDecision(signed: readonly SignedDecision[]): GatheredDecision {
  const [first] = signed;
  if (first === undefined) throw new MarginProofError("SnapshotMismatch", "there is no signature", { path: "signatures", hint: "gather a quorum of them" });
  signed.forEach((each, i) => {
    if (hashOf(each) !== hashOf(first)) {
      throw new MarginProofError("SnapshotMismatch", "the signatures are not of one decision", { path: `signatures[${i}]`, hint: "have every publisher sign the same decision for the same oracle" });
    }
    verifyDecision(each, `signatures[${i}].signature`);
    if (signed.findIndex(({ publisher }) => publisher === each.publisher) !== i) {
      throw new MarginProofError("InvalidSignature", `${each.publisher} signed already`, { path: `signatures[${i}].publisher`, hint: "give each publisher's signature once" });
    }
  });
  const { decision, domain } = first;
  return { decision, domain, signatures: inOrder(signed.map(({ publisher, signature }) => ({ publisher, signature }))) };
}

/** Hands a decision in; anyone may. To the oracle for a veto, or to a relay of it. */
export function decisionCall(contract: Contract, { decision, signatures }: GatheredDecision): Call {
  switch (decision.kind) {
    case "veto": return { contract, method: "vetoRotation", args: [signatures] };
    case "rotation": return { contract, method: "relayRotation", args: [decision.publishers, decision.quorum, signatures] };
    case "revocation": return { contract, method: "relayRevocation", args: [policyId(decision.policyHash), decision.root, signatures] };
  }
}

/** @throws InvalidSignature naming `path` when the publisher did not sign this decision for this oracle */
function verifyDecision({ decision, domain, publisher, signature }: SignedDecision, path: string): void {
  const { types, message } = typed(decision);
  try {
    if (parseAddress(verifyTypedData(typedDomain(domain), types, message, signature)) === publisher) return;
  } catch {
    // Not a signature at all: refused as any other.
  }
  throw new MarginProofError("InvalidSignature", `not ${publisher}'s signature of this decision`, { path, hint: "ask the publisher for the file again" });
}

function typed(decision: Decision) {
  switch (decision.kind) {
    case "veto": return { types: VETO, message: { rotation: decision.rotation } };
    case "rotation": return { types: ROTATION, message: { version: decision.version, publishers: decision.publishers, quorum: decision.quorum } };
    case "revocation": return { types: REVOCATION, message: { policyId: policyId(decision.policyHash), root: decision.root } };
  }
}

const hashOf = ({ decision, domain }: SignedDecision): string => {
  const { types, message } = typed(decision);
  return TypedDataEncoder.hash(typedDomain(domain), types, message);
};

const decisionSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("veto"), rotation: z.string().regex(/^0x[0-9a-f]{64}$/, "expected 32 bytes in lower-case hexadecimal") }),
  z.strictObject({ kind: z.literal("rotation"), version: integerField(1n << 64n), publishers: z.array(addressField()).min(1).max(16), quorum: z.int().min(1).max(16) }),
  z.strictObject({ kind: z.literal("revocation"), policyHash: fieldElementField(), root: fieldElementField() }),
]);

const schema = z.strictObject({
  format: z.literal(DECISION_FORMAT),
  decision: decisionSchema,
  chainId: integerField(1n << 256n),
  oracle: addressField(),
  publisher: addressField(),
  signature: z.string().regex(/^0x[0-9a-f]{130}$/, "expected 65 bytes in lower-case hexadecimal"),
});

/** What a decision says, as JSON. */
export function decisionJson(decision: Decision): { readonly [key: string]: Json } {
  switch (decision.kind) {
    case "veto": return { ...decision };
    case "rotation": return { ...decision, version: decision.version.toString(), publishers: [...decision.publishers] };
    case "revocation": return { ...decision, policyHash: decision.policyHash.toString(), root: decision.root.toString() };
  }
}

/** The `publisher-decision/1` document, as canonical text. */
export function serializeDecision({ decision, domain, publisher, signature }: SignedDecision): string {
  return canonicalJson({ format: DECISION_FORMAT, decision: decisionJson(decision), chainId: domain.chainId.toString(), oracle: domain.oracle, publisher, signature });
}

/** Reads a publisher's decision and verifies its signature. @throws InvalidSchema, OutOfRange with the path; InvalidSignature */
export function parseDecision(json: unknown): SignedDecision {
  const { decision, chainId, oracle, publisher, signature } = readJson(schema, json);
  const signed = { decision, domain: { chainId, oracle }, publisher, signature };
  verifyDecision(signed, "signature");
  return signed;
}
