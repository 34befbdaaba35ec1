/** Hedge proposals as tables for people. Amounts are shown to the cent, rounded against the holder; quantities are exact. */
import { formatDecimal } from "../../numeric/decimal.ts";
import { DECIMALS } from "../../units.ts";
import { amountDown, amountTable, amountUp, ratioText } from "../amount-table.ts";
import { describeBinding } from "../margin-table.ts";
import type { Policy } from "../policy.ts";
import type { Hedge, HedgeFigures, HedgeSearch, HedgeTrade } from "./hedge.ts";

/** The trades of each proposal, what the margin is now and with each, and what was searched. */
export function hedgeTable(hedge: Hedge, policy: Policy): string {
  return [tradesTable(hedge, policy), figuresTable(hedge, policy), searchText(hedge.search, policy)].join("\n");
}

const exact = (quantity: bigint): string => formatDecimal(quantity, DECIMALS.quantity, { trim: true, group: true });

function tradesTable({ proposals }: Hedge, { quote }: Policy): string {
  const rows = proposals.flatMap(({ trades }, i) => trades.map((trade, t) => [t === 0 ? String(i + 1) : "", ...tradeCells(trade)]));
  return amountTable(
    ["", "side", "instrument", "paid in", "quantity", "price", `notional, ${quote}`, "cost", "paid (−) or received"],
    rows,
    4,
  );
}

function tradeCells({ side, instrument, settlement, quantity, price, notional, cost }: HedgeTrade): string[] {
  const perContract = formatDecimal(price, DECIMALS.price, { digits: 2, round: side === "buy" ? "up" : "down", group: true });
  const size = quantity < 0n ? -quantity : quantity;
  return [
    side,
    instrument,
    settlement.instrument,
    exact(size),
    perContract,
    amountUp(notional),
    amountUp(cost),
    exact(settlement.quantity),
  ];
}

function figuresTable({ before, proposals, level, minRatioBps }: Hedge, policy: Policy): string {
  const rows = [before, ...proposals.map(({ after }) => after)].map((figures, i) => [
    i === 0 ? "now" : String(i),
    bindings(figures, policy),
    ...amounts(figures),
  ]);
  return amountTable(["", "binds", "equity", `requirement ${level}`, "ratio", `excess at ${ratioText(minRatioBps)}`, "limits"], rows, 2);
}

/** Netting sets that lose, one a line. */
function bindings({ nettingSets }: HedgeFigures, policy: Policy): string {
  const losing = nettingSets.filter(({ loss }) => loss > 0n);
  return losing.length === 0 ? "no scenario loses" : losing.map((set) => describeBinding(set, policy)).join("\n");
}

function amounts({ equity, requirement, ratioBps, excess, withinLimits }: HedgeFigures): string[] {
  return [amountDown(equity), amountUp(requirement), ratioText(ratioBps), amountDown(excess), withinLimits ? "kept" : "broken"];
}

const MEASURES: Record<HedgeSearch["measure"], string> = {
  notional: "notional",
  value: "money that changes hands",
  trades: "number of trades, then notional",
};

function searchText({ measure, lot, candidates, shortlist, triples, maxNotional, single }: HedgeSearch, { quote }: Policy): string {
  const alone =
    single === "least"
      ? "of a single trade no smaller quantity is enough"
      : "the policy's rules are not concave: of a single trade, one lot less is not enough, but smaller quantities between the probes were not all tried";
  const together = [
    ...(shortlist.length === 0
      ? []
      : [`Together: pairs of ${shortlist.join(", ")}; the best with each leg exchanged for any candidate. Smaller sets may exist.`]),
    ...(triples.length === 0 ? [] : [`By threes: of ${triples.join(", ")}.`]),
  ];
  return [
    `Smallest by ${measure}, in lots of ${exact(lot)}, up to ${amountDown(maxNotional)} ${quote} a trade: ${candidates} candidates alone; ${alone}.`,
    ...together,
  ].join("\n");
}
