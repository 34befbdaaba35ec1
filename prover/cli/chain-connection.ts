import { JsonRpcProvider } from "ethers";
import { MarginProofError } from "../errors.ts";
import { PooledProvider, type RpcOptions } from "../keeper/rpc.ts";
import type { Terminal } from "./terminal.ts";

const ENVIRONMENT = "env:";
/** Milliseconds between two looks for a transaction's receipt. */
const POLLING = 500;

/**
 * Runs `work` with a node, and lets go of it afterwards. Addresses of nodes often carry a secret: they are not printed.
 * @throws UnreadableFile for a variable that is not set; ChainError when nobody answers
 */
export async function withNode<T>(rpc: string, terminal: Terminal, work: (provider: JsonRpcProvider) => Promise<T>): Promise<T> {
  const provider = await connect(addressOf(rpc, terminal));
  try {
    return await work(provider);
  } finally {
    provider.destroy();
  }
}

/** Runs `work` with several nodes that stand in for each other. @throws as `withNode`; WrongChain */
export async function withNodes<T>(rpcs: readonly string[], options: Omit<RpcOptions, "urls">, terminal: Terminal, work: (provider: PooledProvider) => Promise<T>): Promise<T> {
  const provider = await PooledProvider.connect({ ...options, urls: rpcs.map((rpc) => addressOf(rpc, terminal)) });
  try {
    return await work(provider);
  } finally {
    provider.destroy();
  }
}

function addressOf(rpc: string, terminal: Terminal): string {
  const url = rpc.startsWith(ENVIRONMENT) ? process.env[rpc.slice(ENVIRONMENT.length)] : rpc;
  if (url === undefined) throw new MarginProofError("UnreadableFile", "the variable is not set", { path: rpc, hint: "set it to the node's address" });
  terminal.hide(url);
  return url;
}

/** Asked once: left to itself, ethers would ask for ever. */
async function connect(url: string): Promise<JsonRpcProvider> {
  const first = new JsonRpcProvider(url);
  try {
    const network = await first._detectNetwork();
    // One request at a time each: not every node takes several at once.
    const provider = new JsonRpcProvider(url, network, { staticNetwork: network, cacheTimeout: -1, batchMaxCount: 1 });
    provider.pollingInterval = POLLING;
    return provider;
  } catch (cause) {
    throw new MarginProofError("ChainError", "the node does not answer", { path: "--rpc", hint: "check its address, and that it is running", cause });
  } finally {
    first.destroy();
  }
}
