import { formatDecimal } from "../numeric/decimal.ts";
import { amountDown, ratioText } from "../risk/amount-table.ts";
import { hedgeProposal } from "../risk/hedge/hedge-proposal.ts";
import type { HedgeProposal, HedgeRequest } from "../risk/hedge/hedge.ts";
import { DECIMALS } from "../units.ts";
import type { HedgePort } from "./ports.ts";

/** Searches the smallest trades of one account; see `hedgeProposal` for what may be said about them. */
export function hedgeSearch(options: Pick<HedgeRequest, "account" | "maxTrades" | "maxProposals">): HedgePort {
  return { propose: async (question) => hedgeProposal({ ...question, ...options }).proposals.map(sentence) };
}

/** `sell 0.25 BTC-PERPETUAL at 40010.5: then 105.01 %, 1.23 in excess` */
function sentence({ trades, after }: HedgeProposal): string {
  const legs = trades.map(({ side, quantity, instrument, price }) => {
    const size = formatDecimal(quantity < 0n ? -quantity : quantity, DECIMALS.quantity, { trim: true });
    return `${side} ${size} ${instrument} at ${formatDecimal(price, DECIMALS.price, { trim: true })}`;
  });
  return `${legs.join(" and ")}: then ${ratioText(after.ratioBps)}, ${amountDown(after.excess)} in excess`;
}
