/** On-chain collateral, as its subject moves it: calls to be previewed or sent. twin: verifier-contracts/CollateralEscrow.sol */
import { Contract, type ContractRunner } from "ethers";
import { MarginProofError } from "../errors.ts";
import { formatDecimal } from "../numeric/decimal.ts";
import type { Call } from "./calls.ts";
import { contractAt } from "./contracts.ts";
import { ask } from "./refusals.ts";

const ERC20 = [
  "function balanceOf(address) view returns (uint256)", "function allowance(address, address) view returns (uint256)", "function decimals() view returns (uint8)",
  "function symbol() view returns (string)", "function approve(address, uint256) returns (bool)",
];

/** A registry's escrow and the token that it holds. Amounts are in the token's units. */
export interface Escrow {
  readonly escrow: Contract;
  readonly token: Contract;
  readonly decimals: number;
  readonly symbol: string;
}

/** What a subject has in escrow. */
export interface CollateralStatus {
  /** Deposited and not withdrawn or lost. */
  readonly balance: bigint;
  /** Of it, to all creditors. */
  readonly pledged: bigint;
  /** Of it, what may be withdrawn or pledged now; the rest is pledged, or counted by a proof. */
  readonly free: bigint;
}

/** The escrow of a registry, connected as `runner`. @throws ChainError when there is no registry at the address */
export async function escrowOf(registry: string, runner: ContractRunner): Promise<Escrow> {
  const escrow = contractAt("CollateralEscrow", await ask(contractAt("MarginHealthRegistry", registry, runner), "escrow"), runner);
  const token = new Contract(await ask<string>(escrow, "token"), ERC20, runner);
  const [decimals, symbol] = await Promise.all([ask<bigint>(token, "decimals"), ask<string>(token, "symbol").catch(() => "units")]);
  return { escrow, token, decimals: Number(decimals), symbol };
}

/** Reads what a subject has in escrow. @throws ChainError */
export async function readCollateral({ escrow }: Pick<Escrow, "escrow">, subject: string): Promise<CollateralStatus> {
  const [balance, pledged, free] = await Promise.all(["balanceOf", "pledgedOf", "freeOf"].map((method) => ask<bigint>(escrow, method, subject)));
  return { balance: balance!, pledged: pledged!, free: free! };
}

/**
 * Deposits `from`'s tokens for a subject: lets the escrow take them where it may not yet, then has it take them.
 * @throws ContractRefused when `from` does not hold so much, which the token would say in no words of ours; ChainError
 */
export async function depositCalls({ escrow, token, decimals, symbol }: Escrow, { from, subject, amount }: { readonly from: string; readonly subject: string; readonly amount: bigint }): Promise<readonly Call[]> {
  const [held, allowed] = await Promise.all([ask<bigint>(token, "balanceOf", from), ask<bigint>(token, "allowance", from, escrow.target)]);
  if (held < amount) {
    const hint = `fund ${from}, or deposit at most ${formatDecimal(held, decimals, { trim: true })} ${symbol}`;
    throw new MarginProofError("ContractRefused", `the sender holds ${formatDecimal(held, decimals, { trim: true })} ${symbol}`, { path: "amount", hint });
  }
  const deposit: Call = { contract: escrow, method: "deposit", args: [subject, amount] };
  return allowed < amount ? [{ contract: token, method: "approve", args: [escrow.target, amount] }, deposit] : [deposit];
}

/** The subject withdraws what is neither pledged nor counted by a proof. */
export const withdrawCall = ({ escrow }: Pick<Escrow, "escrow">, to: string, amount: bigint): Call => ({ contract: escrow, method: "withdraw", args: [to, amount] });

/** The subject pledges what is free to a creditor, who alone can give it back or take it. */
export const pledgeCall = ({ escrow }: Pick<Escrow, "escrow">, creditor: string, amount: bigint): Call => ({ contract: escrow, method: "pledge", args: [creditor, amount] });
