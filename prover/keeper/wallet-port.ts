import { keccak256, toQuantity, Transaction, type Wallet } from "ethers";
import { z } from "zod";
import { namingRefusals } from "../chain/contracts.ts";
import { MarginProofError } from "../errors.ts";
import { parseAddress } from "../statement/address.ts";
import type { BlockMark, Broadcast, Call, Fees, Receipt, SignedTransaction, TransactionPort } from "./ports.ts";
import type { PooledProvider } from "./rpc.ts";

/** Percent of the estimated gas that a transaction may use: another transaction before it may make it dearer. */
const GAS_LIMIT = 120n;
const LEAST_TIP = 1_000_000n;

const quantity = z.string().regex(/^0x[0-9a-fA-F]+$/).transform(BigInt);
const hash32 = z.string().regex(/^0x[0-9a-f]{64}$/);
const block = z.object({ number: quantity, hash: hash32, timestamp: quantity, baseFeePerGas: quantity.default(0n) });
const receipt = z.object({ blockNumber: quantity, blockHash: hash32, status: quantity }).nullable();

/** Sends from a key held in memory. Transactions are signed here, so that nodes are told twice without sending twice. */
export function walletPort(provider: PooledProvider, wallet: Wallet): TransactionPort {
  const ask = <T>(answer: z.ZodType<T>, method: string, ...params: unknown[]): Promise<T> => provider.send(method, params).then((result) => answer.parse(result)).catch(nodeRefusal);
  const latest = () => ask(block, "eth_getBlockByNumber", "latest", false);
  const count = async (tag: string): Promise<number> => Number(await ask(quantity, "eth_getTransactionCount", wallet.address, tag));
  return {
    sender: parseAddress(wallet.address),
    head: async (): Promise<BlockMark> => {
      const { number, hash, timestamp } = await latest();
      return { number: Number(number), hash, timestamp: Number(timestamp) };
    },
    blockHash: async (number) => (await ask(block.nullable(), "eth_getBlockByNumber", toQuantity(number), false))?.hash ?? null,
    nonces: async () => {
      const [mined, pending] = await Promise.all([count("latest"), count("pending")]);
      return { mined, pending: Math.max(mined, pending) };
    },
    fees: async (): Promise<Fees> => {
      const [{ baseFeePerGas }, tip] = await Promise.all([latest(), suggestedTip(provider)]);
      return { maxFeePerGas: 2n * baseFeePerGas + tip, maxPriorityFeePerGas: tip };
    },
    refusalOf: ({ contract, method, args }) => refusalOf(() => namingRefusals(contract, () => contract.getFunction(method).staticCall(...args, { from: wallet.address }))),
    sign: async (call, nonce, fees) => sign({ ...(await transactionOf(call, provider, wallet)), nonce }, fees, provider, wallet),
    replace: (raw, fees) => sign(Transaction.from(raw), fees, provider, wallet),
    broadcast: (raw) => broadcast(provider, raw),
    receipt: async (hash): Promise<Receipt | null> => {
      const found = await ask(receipt, "eth_getTransactionReceipt", hash);
      return found && { hash, blockNumber: Number(found.blockNumber), blockHash: found.blockHash, succeeded: found.status === 1n };
    },
    isKnown: async (hash) => (await ask(z.looseObject({}).nullable(), "eth_getTransactionByHash", hash)) !== null,
  };
}

/** A node's own errors, and answers that are none, are troubles of the node, not defects. */
function nodeRefusal(cause: unknown): never {
  if (cause instanceof MarginProofError) throw cause;
  throw new MarginProofError("ChainError", "the node refuses a question, or answers something else", { hint: "see what the node's log says, or use another node", cause });
}

/** A contract's refusal is an answer; a node that gives none is not. */
async function refusalOf(ask: () => Promise<unknown>): Promise<MarginProofError | null> {
  try {
    await ask();
    return null;
  } catch (error) {
    if (error instanceof MarginProofError && error.code === "ContractRefused") return error;
    throw error;
  }
}

async function suggestedTip(provider: PooledProvider): Promise<bigint> {
  try {
    const tip = BigInt(await provider.send("eth_maxPriorityFeePerGas", []));
    return tip > LEAST_TIP ? tip : LEAST_TIP;
  } catch (error) {
    // Some nodes do not know the method.
    if (error instanceof MarginProofError) throw error;
    return LEAST_TIP;
  }
}

interface Unsigned {
  readonly to: string | null;
  readonly data: string;
  readonly gasLimit: bigint;
  readonly nonce: number;
}

async function transactionOf({ contract, method, args }: Call, provider: PooledProvider, wallet: Wallet): Promise<Omit<Unsigned, "nonce">> {
  return namingRefusals(contract, async () => {
    const { to, data } = await contract.getFunction(method).populateTransaction(...args);
    // In the latest block: some nodes would count transactions that wait, among them the one to be replaced.
    const gas = BigInt(await provider.send("eth_estimateGas", [{ from: wallet.address, to, data }, "latest"]));
    return { to, data, gasLimit: (gas * GAS_LIMIT) / 100n };
  });
}

async function sign({ to, data, gasLimit, nonce }: Unsigned, fees: Fees, provider: PooledProvider, wallet: Wallet): Promise<SignedTransaction> {
  const { chainId } = await provider.getNetwork();
  const raw = await wallet.signTransaction(Transaction.from({ type: 2, chainId, nonce, to, data, gasLimit, ...fees }));
  return { hash: keccak256(raw), from: parseAddress(wallet.address), nonce, raw, ...fees };
}

/** In the words of geth, Erigon, Nethermind, Besu, Reth and Hardhat. */
const ANSWERS: readonly (readonly [RegExp, Broadcast])[] = [
  [/already known|known transaction|already imported|already exists|transaction already in/i, "known"],
  [/nonce.{0,20}too low|nonce too low|oldnonce|nonce is too low|expected nonce to be/i, "nonceTooLow"],
  [/underpriced|replacement.{0,40}(fee|price|gas)|gas price.{0,20}too low|feetoolow|max fee per gas less than block base fee|lower than the (?:current|minimum|base)|too low to replace/i, "underpriced"],
];

async function broadcast(provider: PooledProvider, raw: string): Promise<Broadcast> {
  try {
    await provider.send("eth_sendRawTransaction", [raw]);
    return "accepted";
  } catch (cause) {
    if (cause instanceof MarginProofError) throw cause;
    const said = messagesOf(cause).join("\n");
    const answer = ANSWERS.find(([pattern]) => pattern.test(said))?.[1];
    if (answer !== undefined) return answer;
    const funds = /insufficient funds|doesn't have enough funds|sender balance/i.test(said);
    throw new MarginProofError("ChainError", funds ? "the sender cannot pay for the transaction" : "the node does not take the transaction", {
      hint: funds ? "fund the account of --key" : "see what the node's log says", cause,
    });
  }
}

/** What a failure says, through the layers that ethers wraps around it. */
function messagesOf(error: unknown, depth = 0): string[] {
  if (typeof error !== "object" || error === null || depth > 4) return [];
  const { message, error: inner, info, cause } = error as { message?: unknown; error?: unknown; info?: { error?: unknown }; cause?: unknown };
  return [typeof message === "string" ? message : "", ...messagesOf(inner, depth + 1), ...messagesOf(info?.error, depth + 1), ...messagesOf(cause, depth + 1)];
}
