import type { JsonRpcError, JsonRpcPayload, JsonRpcResult } from "ethers";

export type Answer = JsonRpcResult | JsonRpcError;

/** A node's failure to answer, or an answer that another node might give better. */
export class NodeFailure extends Error {
  readonly code: "RpcUnavailable" | "WrongChain" | "StaleNode";

  constructor(code: NodeFailure["code"], message: string) {
    super(message);
    this.code = code;
  }
}

const unavailable = (problem: string) => new NodeFailure("RpcUnavailable", problem);

/** One request to one node. @throws NodeFailure for anything but a JSON-RPC answer to it; an error that another node might not give counts as none */
export async function askNode(url: string, payload: JsonRpcPayload, timeout: number): Promise<Answer> {
  const [status, answer] = await post(url, payload, timeout);
  if (!isAnswer(answer, payload.id)) throw unavailable(status === 200 ? "the node answers something else" : `the node answers with status ${status}`);
  if (isBusy(answer)) throw unavailable("the node asks for patience");
  return answer;
}

async function post(url: string, payload: JsonRpcPayload, timeout: number): Promise<[status: number, answer: unknown]> {
  try {
    const response = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(payload), signal: AbortSignal.timeout(timeout) });
    const text = await response.text();
    return [response.status, response.headers.get("content-type")?.includes("json") ? JSON.parse(text) : undefined];
  } catch (error) {
    // Without the cause: some messages quote the address.
    throw unavailable((error as Error).name === "TimeoutError" ? "the node does not answer in time" : "the connection failed, or the answer is not JSON");
  }
}

function isAnswer(answer: unknown, id: number): answer is Answer {
  if (typeof answer !== "object" || answer === null || (answer as { id?: unknown }).id !== id) return false;
  return "result" in answer || typeof (answer as { error?: { message?: unknown } }).error?.message === "string";
}

/** Rate limits, failures of the node itself, and nodes that have not yet seen the block they were asked about. */
function isBusy(answer: Answer): boolean {
  if (!("error" in answer)) return false;
  const { code, message = "" } = answer.error;
  return code === -32005 || code === 429 || /rate limit|too many requests|header not found|internal server error|try again/i.test(message);
}
