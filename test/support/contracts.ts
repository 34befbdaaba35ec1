import { readFile } from "node:fs/promises";
import type { Contract, Interface } from "ethers";
import hre from "hardhat";
import { afterEach, beforeEach } from "vitest";
import { compileContracts } from "../../scripts/contracts.ts";
import { oneAtATime } from "./one-at-a-time.ts";

/** A chain, in this process unless it is `remote`. Local by default (chain id 31337); `publicNetwork` has chain id 1. */
export type Chain = Awaited<ReturnType<typeof hre.network.create>>;

/** Contracts that are deployed: their size, their gas and the layout of their storage are committed numbers. */
export const DEPLOYED = ["Groth16Verifier", "MarginHealthVerifier", "SnapshotOracle", "RelayedSnapshots", "AttesterRegistry", "MarginHealthRegistry", "CollateralEscrow", "PrivateCreditLine", "GatedOptionWriter"] as const;

let built: Promise<void> | undefined;

type NetworkParameters = Exclude<Parameters<typeof hre.network.create>[0], string | undefined>;

/** A fresh chain with compiled contracts at hand, or a connection to one. Close it with `close()`. */
export async function connect(parameters: NetworkParameters = {}): Promise<Chain> {
  built ??= oneAtATime("contracts", compileContracts);
  await built;
  return hre.network.create(parameters);
}

/** A fresh chain that others can reach, which takes a server. */
export async function serve(): Promise<{ url: string; close: () => Promise<void> }> {
  const server = await hre.network.createServer("default", "127.0.0.1");
  const { port } = await server.listen();
  return { url: `http://127.0.0.1:${port}`, close: () => server.close() };
}

/** The error a call or transaction reverts with, by name with its arguments. Anything but a named revert is rethrown. */
export async function refusal(action: Promise<unknown>, contract: Contract | Interface): Promise<{ name: string; args: unknown[] }> {
  const abi = "interface" in contract ? (contract as Contract).interface : (contract as Interface);
  try {
    await action;
  } catch (error) {
    const data = (error as { data?: unknown }).data;
    const parsed = typeof data === "string" ? abi.parseError(data) : null;
    if (parsed === null) throw error;
    return { name: parsed.name, args: [...parsed.args] };
  }
  throw new Error("nothing was refused");
}

export async function now(chain: Chain): Promise<number> {
  const block = await chain.ethers.provider.getBlock("latest");
  return block!.timestamp;
}

/** Mines a block with this timestamp. */
export async function travelTo(chain: Chain, timestamp: number): Promise<void> {
  await chain.ethers.provider.send("evm_setNextBlockTimestamp", [timestamp]);
  await chain.ethers.provider.send("evm_mine", []);
}

/** Sets the timestamp of the next block, and runs a transaction in it. */
export async function at<T>(chain: Chain, timestamp: number, action: () => Promise<T>): Promise<T> {
  await chain.ethers.provider.send("evm_setNextBlockTimestamp", [timestamp]);
  return action();
}

/** Gas used by a transaction. */
export async function gasOf(sent: Promise<{ wait: () => Promise<{ gasUsed: bigint } | null> }>): Promise<number> {
  return Number((await (await sent).wait())!.gasUsed);
}

/** Arguments of the events of one name that a transaction left in a contract's log. */
export async function eventsOf(sent: Promise<{ wait: () => Promise<{ logs: readonly { topics: readonly string[]; data: string }[] } | null> }>, contract: Contract, name: string): Promise<unknown[][]> {
  const receipt = (await (await sent).wait())!;
  return receipt.logs.flatMap(({ topics, data }) => {
    const parsed = contract.interface.parseLog({ topics: [...topics], data });
    return parsed?.name === name ? [[...parsed.args]] : [];
  });
}

/** Puts the chain back after each test of the enclosing block. */
export function restoreAfterEach(chain: () => Chain): void {
  let snapshot: unknown;
  beforeEach(async () => {
    snapshot = await chain().ethers.provider.send("evm_snapshot", []);
  });
  afterEach(async () => {
    await chain().ethers.provider.send("evm_revert", [snapshot]);
  });
}

/** Where a struct of a mapping keeps a member, by the committed layout: the mapping's slot, and the member's place in the struct. */
export async function slotOf(contract: (typeof DEPLOYED)[number], mapping: string, member: string): Promise<{ slot: bigint; offset: bigint }> {
  const { [contract]: lines } = JSON.parse(await readFile("test/snapshots/storage-layout.json", "utf8")) as Record<string, string[]>;
  const at = (name: string): bigint => BigInt(/^(\d+)\+0 /.exec(lines!.find((line) => line.includes(` bytes ${name}: `))!)![1]!);
  return { slot: at(mapping), offset: at(`${mapping}.${member}`) };
}
