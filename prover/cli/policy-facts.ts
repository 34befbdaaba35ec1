/** What commands say about a policy's place in circuits: its sizes, tier and hash. */
import { policyHash } from "../commitment/snapshot.ts";
import type { PolicySizes } from "../proof/policy-sizes.ts";
import { amountTable, wrappedText } from "../risk/amount-table.ts";
import type { Policy } from "../risk/policy.ts";
import type { Json } from "../risk/schema.ts";

const WIDTH = 95;

/** The hash, every size, what an expiry adds, and the tier. */
export function placeJson(policy: Policy, { shape, perExpiry, tier, why }: PolicySizes): { readonly [key: string]: Json } {
  return { policyHash: policyHash(policy).toString(), sizes: { ...shape }, perExpiry: { ...perExpiry }, tier, why };
}

/** The same for people. @param inMarket whether sizes are those of a market that was given */
export function placeText(policy: Policy, sizes: PolicySizes, inMarket: boolean): string {
  const { tier, why, lack } = sizes;
  const fits = tier === null ? `no tier takes it: ${lack!.reason}` : `cheapest tier  ${wrappedText(`${tier}: ${why}`, WIDTH).join(`\n${" ".repeat(15)}`)}`;
  return [sizesTable(sizes, inMarket ? "in the market" : "one expiry per underlying"), fits, `policy hash    ${policyHash(policy)}`].join("\n");
}

/** Sizes that are not nothing; a sum of netting sets is no matrix worth a line. */
function sizesTable({ shape, perExpiry }: PolicySizes, where: string): string {
  const grows = Object.keys(perExpiry).length > 0;
  const some = (Object.entries(shape) as [keyof PolicySizes["shape"], number | boolean][]).filter(([size, count]) => Number(count) > (size === "correlations" ? 1 : 0));
  const added = (size: keyof PolicySizes["shape"]): string => (perExpiry[size] === undefined ? "" : `+${perExpiry[size]}`);
  return amountTable(
    ["size", where, ...(grows ? ["each further expiry"] : [])],
    some.map(([size, count]) => [size, count === true ? "yes" : String(count), ...(grows ? [added(size)] : [])]),
    1,
  );
}
