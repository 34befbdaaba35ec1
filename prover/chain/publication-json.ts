import { z } from "zod";
import { canonicalJson } from "../commitment/canonical-json.ts";
import { fieldElementField, integerField } from "../commitment/json-fields.ts";
import { MarginProofError } from "../errors.ts";
import { nameField, positivePrice, priceText, readJson, timeField, type Json } from "../risk/schema.ts";
import { addressField } from "../statement/address.ts";
import { byAsset } from "./publication.ts";
import { verifyPublicationSignature, type SignedPublication } from "./publication-signature.ts";

export const SIGNATURE_FORMAT = "snapshot-signature/1";

const schema = z.strictObject({
  format: z.literal(SIGNATURE_FORMAT),
  chainId: integerField(1n << 256n),
  oracle: addressField(),
  policyHash: fieldElementField(),
  epoch: integerField(1n << 64n),
  root: fieldElementField(),
  asOf: timeField(),
  spots: z.array(z.strictObject({ asset: nameField(), price: positivePrice("OutOfRange") })).min(1).max(64),
  publisher: addressField(),
  signature: z.string().regex(/^0x[0-9a-f]{130}$/, "expected 65 bytes in lower-case hexadecimal"),
});

/** The `snapshot-signature/1` document: one publisher's signature, and everything it says. */
export function publicationSignatureJson({ publication, domain, publisher, signature }: SignedPublication): Json {
  const { policyHash, epoch, root, asOf, spots } = publication;
  return {
    format: SIGNATURE_FORMAT,
    chainId: domain.chainId.toString(),
    oracle: domain.oracle,
    policyHash: policyHash.toString(),
    epoch: epoch.toString(),
    root: root.toString(),
    asOf,
    spots: spots.map(({ asset, price }) => ({ asset, price: priceText(price) })),
    publisher,
    signature,
  };
}

/** As canonical text. */
export function serializePublicationSignature(signed: SignedPublication): string {
  return canonicalJson(publicationSignatureJson(signed));
}

/**
 * Reads a publisher's signature and verifies it. That the publication is right is for whoever recomputes the snapshot to say.
 * @throws InvalidSchema, OutOfRange, InvalidDecimal with the path; SnapshotMismatch for spots out of order; InvalidSignature
 */
export function parsePublicationSignature(json: unknown): SignedPublication {
  const { chainId, oracle, policyHash, epoch, root, asOf, spots, publisher, signature } = readJson(schema, json);
  spots.forEach((spot, i) => {
    const previous = spots[i - 1];
    if (previous === undefined || (previous.asset !== spot.asset && byAsset(previous, spot) < 0)) return;
    throw new MarginProofError("SnapshotMismatch", "spots ascend by identifier, each asset once", {
      path: `spots[${i}].asset`,
      hint: "give the file as the command that made it wrote it",
    });
  });
  const signed = { publication: { policyHash, epoch, root, asOf, spots }, domain: { chainId, oracle }, publisher, signature };
  verifyPublicationSignature(signed);
  return signed;
}
