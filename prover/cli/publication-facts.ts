import type { OracleDomain, Publication } from "../chain/publication.ts";
import { priceText } from "../risk/schema.ts";
import type { Facts } from "./summaries.ts";

/** What publishers agree on, and for which oracle. */
export function publicationFacts({ publication, domain }: { readonly publication: Publication; readonly domain: OracleDomain }): Facts {
  const { policyHash, epoch, root, asOf, spots } = publication;
  return {
    epoch: epoch.toString(), root: root.toString(), asOf, policyHash: policyHash.toString(),
    spots: Object.fromEntries(spots.map(({ asset, price }) => [asset, priceText(price)])),
    chainId: domain.chainId.toString(), oracle: domain.oracle,
  };
}
