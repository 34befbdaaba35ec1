import type { CollateralStatus, Escrow } from "../chain/collateral.ts";
import { formatDecimal } from "../numeric/decimal.ts";
import type { Facts } from "./summaries.ts";

/** What a subject has in escrow, in whole tokens. */
export function collateralFacts({ balance, pledged, free }: CollateralStatus, { decimals, symbol }: Escrow): Facts {
  const text = (amount: bigint): string => formatDecimal(amount, decimals, { trim: true });
  return { token: symbol, balance: text(balance), pledged: text(pledged), free: text(free) };
}
