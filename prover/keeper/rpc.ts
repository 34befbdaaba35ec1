import pRetry from "p-retry";
import { JsonRpcProvider, Network, type JsonRpcPayload, type JsonRpcResult } from "ethers";
import { MarginProofError } from "../errors.ts";
import type { EventSink } from "./events.ts";
import { askNode, NodeFailure, type Answer } from "./rpc-node.ts";

export interface RpcOptions {
  /** In the order of preference. They often carry a secret and are named by their place, never printed. */
  readonly urls: readonly string[];
  /** The chain that every node must be of; else the first node's answer counts. */
  readonly chainId?: bigint | undefined;
  readonly report?: EventSink;
  /** Milliseconds for one answer. */
  readonly timeout?: number;
  /** Rounds over all nodes after the first. */
  readonly retries?: number;
  /** Milliseconds before the second round; doubled from round to round, with jitter, up to `maxDelay`. */
  readonly minDelay?: number;
  readonly maxDelay?: number;
  /** Milliseconds after a node told its chain in which it is not asked again, whatever happens. */
  readonly trust?: number;
  /** Ends all waiting. */
  readonly signal?: AbortSignal | undefined;
}

/** How often all nodes may be behind the highest block seen before it is believed that the chain went back. */
const DISBELIEF = 3;
const HINTS = {
  RpcUnavailable: "check the nodes' addresses and that they run, or add another with --rpc",
  WrongChain: "give nodes of the registry's chain",
  StaleNode: "wait until the nodes have caught up, or add another with --rpc",
} as const;

/** Several nodes as one: each request goes to the first that answers well, and is repeated with growing pauses when none does. */
export class RpcPool {
  readonly #options: Required<Omit<RpcOptions, "chainId" | "signal">> & Pick<RpcOptions, "signal">;
  #chainId: bigint | undefined;
  #preferred = 0;
  /** When each node last told the right chain; undefined when it is to be asked again. */
  readonly #checked: (number | undefined)[];
  #highest = 0;
  #wentBack = 0;

  constructor(options: RpcOptions) {
    this.#options = { report: () => {}, timeout: 15_000, retries: 4, minDelay: 500, maxDelay: 20_000, trust: 10_000, ...options };
    this.#chainId = options.chainId;
    this.#checked = options.urls.map(() => undefined);
  }

  /** @throws RpcUnavailable, WrongChain, StaleNode once all nodes have failed in every round */
  async request(payload: JsonRpcPayload): Promise<Answer> {
    const { retries, minDelay, maxDelay, signal } = this.#options;
    try {
      return await pRetry(() => this.#round(payload), {
        retries, minTimeout: minDelay, maxTimeout: maxDelay, factor: 2, randomize: true, signal,
        shouldRetry: ({ error }) => error instanceof NodeFailure && error.code !== "WrongChain",
      });
    } catch (error) {
      if (signal?.aborted) throw new MarginProofError("RpcUnavailable", "stopped before a node answered", { path: "--rpc", hint: "start again: nothing is lost" });
      if (!(error instanceof NodeFailure)) throw error;
      if (error.code === "StaleNode") this.#believeNextTime();
      throw new MarginProofError(error.code, error.message, { path: "--rpc", hint: HINTS[error.code], cause: error });
    }
  }

  /** The nodes' chain, asked once. @throws as `request` */
  async chainId(): Promise<bigint> {
    const answer = await this.request({ jsonrpc: "2.0", id: 0, method: "eth_chainId", params: [] });
    return BigInt((answer as JsonRpcResult).result);
  }

  /** Every node once, the one that answered last first. */
  async #round(payload: JsonRpcPayload): Promise<Answer> {
    const { urls, report } = this.#options;
    const failures: NodeFailure[] = [];
    for (let i = 0; i < urls.length; i++) {
      const node = (this.#preferred + i) % urls.length;
      try {
        const answer = await this.#ask(node, payload);
        this.#preferred = node;
        return answer;
      } catch (error) {
        if (!(error instanceof NodeFailure)) throw error;
        this.#distrust(node, error);
        failures.push(error);
        report("rpc", { node: `${node + 1} of ${urls.length}`, code: error.code, method: payload.method, problem: error.message });
      }
    }
    // The mildest failure decides what is said: a node of the wrong chain does not mend, the others may.
    throw failures.find(({ code }) => code === "RpcUnavailable") ?? failures.find(({ code }) => code === "StaleNode") ?? failures[0]!;
  }

  async #ask(node: number, payload: JsonRpcPayload): Promise<Answer> {
    if (this.#checked[node] === undefined) await this.#checkChain(node);
    const answer = await this.#post(node, payload);
    if (payload.method === "eth_getBlockByNumber" && Array.isArray(payload.params) && payload.params[0] === "latest") this.#checkHeight(answer);
    return answer;
  }

  async #checkChain(node: number): Promise<void> {
    const answer = await this.#post(node, { jsonrpc: "2.0", id: 0, method: "eth_chainId", params: [] });
    if (!("result" in answer) || typeof answer.result !== "string" || !/^0x[0-9a-f]+$/i.test(answer.result)) throw new NodeFailure("RpcUnavailable", "the node does not tell its chain");
    const found = BigInt(answer.result);
    this.#chainId ??= found;
    if (found !== this.#chainId) throw new NodeFailure("WrongChain", `a node of chain ${found}, not of ${this.#chainId}`);
    this.#checked[node] = performance.now();
  }

  /** Another node may come back in the place of one that failed; not within moments. */
  #distrust(node: number, { code }: NodeFailure): void {
    const checkedAt = this.#checked[node];
    if (code === "WrongChain" || (checkedAt !== undefined && performance.now() - checkedAt > this.#options.trust)) this.#checked[node] = undefined;
  }

  #checkHeight(answer: Answer): void {
    const block: unknown = "result" in answer ? answer.result : null;
    const number = Number((block as { number?: string } | null)?.number);
    if (!Number.isSafeInteger(number)) throw new NodeFailure("RpcUnavailable", "the node has no latest block");
    if (number < this.#highest) throw new NodeFailure("StaleNode", `the latest block is ${number}, and ${this.#highest} was seen`);
    this.#highest = number;
    this.#wentBack = 0;
  }

  #post(node: number, payload: JsonRpcPayload): Promise<Answer> {
    return askNode(this.#options.urls[node]!, payload, this.#options.timeout);
  }

  /** All nodes agree that the chain is shorter: at some point it is. */
  #believeNextTime(): void {
    this.#wentBack += 1;
    if (this.#wentBack < DISBELIEF) return;
    this.#highest = 0;
    this.#wentBack = 0;
  }
}

/** The pool as ethers sees it: one request at a time each, nothing cached. */
export class PooledProvider extends JsonRpcProvider {
  readonly #pool: RpcPool;

  private constructor(pool: RpcPool, network: Network) {
    super("http://pool.invalid", network, { staticNetwork: network, batchMaxCount: 1, cacheTimeout: -1 });
    this.#pool = pool;
  }

  /** Connects once a node has told its chain. Let go of it with `destroy()`. @throws RpcUnavailable, WrongChain */
  static async connect(options: RpcOptions): Promise<PooledProvider> {
    const pool = new RpcPool(options);
    return new PooledProvider(pool, Network.from(await pool.chainId()));
  }

  override async _send(payload: JsonRpcPayload | JsonRpcPayload[]): Promise<JsonRpcResult[]> {
    // Errors among the answers are ethers' to read; its type leaves them out.
    return (await Promise.all([payload].flat().map((each) => this.#pool.request(each)))) as JsonRpcResult[];
  }
}
