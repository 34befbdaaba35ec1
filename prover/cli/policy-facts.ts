/** What commands say about the sizes of a policy. */
import type { PolicySizes } from "../proof/policy-sizes.ts";
import { amountTable } from "../risk/amount-table.ts";
import type { Json } from "../risk/schema.ts";

/** Every size, what an expiry adds, and the tier. */
export const sizesJson = ({ shape, perExpiry, tier }: PolicySizes): { readonly [key: string]: Json } => ({ sizes: { ...shape }, perExpiry: { ...perExpiry }, tier });

/** Sizes that are not nothing; a sum of netting sets is no matrix worth a line. @param where `in the market`, or which market is assumed */
export function sizesTable({ shape, perExpiry }: PolicySizes, where: string): string {
  const grows = Object.keys(perExpiry).length > 0;
  const some = (Object.entries(shape) as [keyof PolicySizes["shape"], number | boolean][]).filter(([size, count]) => Number(count) > (size === "correlations" ? 1 : 0));
  const added = (size: keyof PolicySizes["shape"]): string => (perExpiry[size] === undefined ? "" : `+${perExpiry[size]}`);
  return amountTable(
    ["size", where, ...(grows ? ["each further expiry"] : [])],
    some.map(([size, count]) => [size, count === true ? "yes" : String(count), ...(grows ? [added(size)] : [])]),
    1,
  );
}
