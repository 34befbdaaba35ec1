import { Contract, type EventLog, type Provider } from "ethers";
import { contractAt } from "../chain/contracts.ts";
import { liquidatable, readAuction } from "../chain/liquidation.ts";
import { ask, namingRefusals } from "../chain/refusals.ts";
import { parseAddress, type Address } from "../statement/address.ts";
import type { LiquidationPort } from "./liquidation-port.ts";
import type { Call } from "./ports.ts";

export interface CreditorOptions {
  /** Only these debtors; left out: everyone who has borrowed since `fromBlock`, by the events of a PrivateCreditLine. */
  readonly subjects?: readonly Address[] | undefined;
  readonly fromBlock: number;
}

/** Blocks that nodes look through for events in one go. */
const RANGE = 5_000;
/** Blocks that are looked through again: another branch may have taken their place. */
const OVERLAP = 64;
const ERC20 = ["function balanceOf(address) view returns (uint256)", "function allowance(address, address) view returns (uint256)"];

/** A creditor that is an ILiquidationAuction, such as PrivateCreditLine. @throws ChainError when there is none at the address */
export async function creditorPort(creditor: Address, provider: Provider, { subjects, fromBlock }: CreditorOptions): Promise<LiquidationPort> {
  const auction = contractAt("ILiquidationAuction", creditor, provider);
  const line = contractAt("PrivateCreditLine", creditor, provider);
  const asset = new Contract(await ask<string>(line, "asset"), ERC20, provider);
  const call = (method: string, ...args: unknown[]): Call => ({ contract: auction, method, args });
  const borrowers = borrowersOf(line, provider, fromBlock);
  return {
    debtors: async () => subjects ?? (await borrowers()),
    state: async (subject) => {
      const query = { creditor, subject, provider };
      const [{ phase, startsFrom, sparedUntil, debt, unitPrice, largestRepayment, collateral }, isLiquidatable] = await Promise.all([readAuction(query), liquidatable(query)]);
      return { phase, isLiquidatable, startsFrom, sparedUntil, debt, unitPrice, largestRepayment, collateral };
    },
    funds: async (bidder) => {
      const [balance, allowance] = await Promise.all([ask<bigint>(asset, "balanceOf", bidder), ask<bigint>(asset, "allowance", bidder, creditor)]);
      return balance < allowance ? balance : allowance;
    },
    notice: (subject) => call("notice", subject),
    start: (subject) => call("start", subject),
    bid: (subject, offer, minCollateral) => call("bid", subject, offer, minCollateral),
    takeOver: (subject) => call("takeOver", subject),
    cancel: (subject) => call("cancel", subject),
  };
}

/** Everyone who has borrowed, added to at every look. */
function borrowersOf(line: Contract, provider: Provider, fromBlock: number): () => Promise<readonly Address[]> {
  const found = new Set<Address>();
  let next = fromBlock;
  return async () => {
    const head = await provider.getBlockNumber();
    for (; next <= head; next = Math.min(next + RANGE, head + 1)) {
      const last = Math.min(next + RANGE - 1, head);
      const events = await namingRefusals(line, () => line.queryFilter(line.filters.Borrowed!(), next, last));
      for (const event of events) found.add(parseAddress((event as EventLog).args.borrower));
    }
    next = Math.max(fromBlock, head + 1 - OVERLAP);
    return [...found];
  };
}
