import { isError, type Contract, type ErrorDescription } from "ethers";
import { MarginProofError } from "../errors.ts";
import { chainTime } from "./chain-time.ts";
import { refusedPart, remedyFor } from "./remedies.ts";

/** Runs a call and turns a revert into ContractRefused, named as the contract names it, with what to do about it. */
export async function namingRefusals<T>(contract: Contract, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    if (cause instanceof MarginProofError) throw cause;
    const refusal = revertData(cause);
    const parsed = refusal === undefined ? null : contract.interface.parseError(refusal);
    if (parsed !== null) throw await contractRefused(contract, parsed, cause);
    if (isError(cause, "CALL_EXCEPTION") && cause.data === "0x") throw notOurs("the contract at this address refuses without a reason", cause);
    if (isError(cause, "BAD_DATA")) throw notOurs("what stands at this address does not answer as asked, or nothing does", cause);
    const reason = isError(cause, "CALL_EXCEPTION") ? (cause.reason ?? cause.shortMessage) : cause instanceof Error ? cause.message : String(cause);
    throw new MarginProofError("ChainError", reason, { hint: "check the address, the network and the sender's balance", cause });
  }
}

/** Asks a contract without sending. @throws ContractRefused, ChainError */
export function ask<T = any>(contract: Contract, method: string, ...args: readonly unknown[]): Promise<T> {
  return namingRefusals(contract, () => contract.getFunction(method).staticCall(...args));
}

/** Every refusal of ours has a name, and every answer its shape: a contract that has neither is another one. */
const notOurs = (reason: string, cause: unknown): MarginProofError =>
  new MarginProofError("ChainError", reason, { hint: "check that the network is right, and that the address is that of the contract asked for", cause });

async function contractRefused(contract: Contract, parsed: ErrorDescription, cause: unknown): Promise<MarginProofError> {
  // A claim of a batch: what is wrong with it stands inside, unless it ran out of gas.
  const inner = parsed.name === "BadClaim" && parsed.args[1].length >= 10 ? contract.interface.parseError(parsed.args[1]) : null;
  const message = inner === null ? written(parsed) : `BadClaim(${parsed.args[0]}, ${written(inner)})`;
  const told = inner ?? parsed;
  return new MarginProofError("ContractRefused", message, { path: refusedPart(told), hint: remedyFor(told, await chainTime(contract.runner?.provider)), cause });
}

const written = ({ name, args }: ErrorDescription): string => `${name}(${args.map(String).join(", ")})`;

/** Revert data as ethers, Hardhat and plain JSON-RPC nodes carry it. */
function revertData(error: unknown, depth = 0): string | undefined {
  if (typeof error !== "object" || error === null || depth > 4) return undefined;
  const { data, error: inner, info, cause } = error as { data?: unknown; error?: unknown; info?: { error?: unknown }; cause?: unknown };
  if (typeof data === "string" && /^0x[0-9a-fA-F]{8,}$/.test(data)) return data;
  return revertData(data, depth + 1) ?? revertData(inner, depth + 1) ?? revertData(info?.error, depth + 1) ?? revertData(cause, depth + 1);
}
