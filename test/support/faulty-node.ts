/** A node as networks make it: a server in front of a real one that drops, delays, repeats and changes what passes, as told. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

export interface Request {
  readonly id: number;
  readonly method: string;
  readonly params: readonly any[];
}

/** What happens to a request. */
export type Fault =
  /** The connection ends; the node has not seen the request. */
  | { readonly kind: "drop" }
  /** The node has seen the request, and its answer is lost. */
  | { readonly kind: "loseAnswer" }
  | { readonly kind: "status"; readonly status: number }
  | { readonly kind: "delay"; readonly ms: number }
  | { readonly kind: "repeat" }
  | { readonly kind: "error"; readonly error: { readonly code: number; readonly message: string } }
  | { readonly kind: "lie"; readonly tell: (result: any) => unknown };

export interface FaultyNode {
  readonly url: string;
  /** Decides about each request; undefined passes it on. */
  rule: (request: Request) => Fault | undefined;
  /** Methods that reached this server, in their order. */
  readonly seen: string[];
  close(): Promise<void>;
}

export async function faultyNode(target: string): Promise<FaultyNode> {
  const seen: string[] = [];
  const server = createServer((request, response) => void answer(request, response).catch(() => response.destroy()));
  const node: FaultyNode = { url: "", rule: () => undefined, seen, close: () => new Promise((resolve) => (server.closeAllConnections(), server.close(() => resolve()))) };

  async function answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = "";
    for await (const chunk of incoming) body += chunk;
    const request: Request = JSON.parse(body);
    seen.push(request.method);
    const fault = node.rule(request);
    const pass = async (): Promise<any> => (await fetch(target, { method: "POST", headers: { "content-type": "application/json" }, body })).json();
    const reply = (json: unknown, status = 200) => response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(json));
    switch (fault?.kind) {
      case "drop": return void response.destroy();
      case "loseAnswer": await pass(); return void response.destroy();
      case "status": return void reply({ message: "no" }, fault.status);
      case "delay": await sleep(fault.ms); return void reply(await pass());
      case "repeat": await pass(); return void reply(await pass());
      case "error": return void reply({ jsonrpc: "2.0", id: request.id, error: fault.error });
      case "lie": {
        const honest = await pass();
        return void reply({ ...honest, result: fault.tell(honest.result) });
      }
      default: reply(await pass());
    }
  }

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return Object.assign(node, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
}

/** A rule that holds for the first `times` requests of a method, counted from now. */
export function first(times: number, method: string, fault: Fault): FaultyNode["rule"] {
  let left = times;
  return (request) => (request.method === method && left-- > 0 ? fault : undefined);
}
