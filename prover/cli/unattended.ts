/** What commands that go on until they are stopped, and send from one account, have in common: nodes, key, fees, pace, lock and end. */
import type { Wallet } from "ethers";
import { Option } from "commander";
import { systemClock } from "../keeper/clock.ts";
import type { EventSink } from "../keeper/events.ts";
import { keep, type Rounds } from "../keeper/keep.ts";
import { lockFile } from "../keeper/lock-file.ts";
import type { PooledProvider } from "../keeper/rpc.ts";
import { withNodes } from "./chain-connection.ts";
import { eventLines } from "./event-lines.ts";
import { chainIdOption, countOption, rpcsOption } from "./options.ts";
import { makeFolder } from "./output-file.ts";
import { readWallet } from "./secrets.ts";
import { withStopSignal } from "./stop-signal.ts";
import type { Outcome, Terminal } from "./terminal.ts";

export interface UnattendedOptions {
  readonly journal: string;
  readonly rpc: readonly string[];
  readonly chainId?: bigint;
  readonly key: string;
  readonly poll: number;
  readonly confirmations: number;
  readonly stuckAfter: number;
  readonly maxFeeGwei: number;
  readonly once?: true;
  readonly json?: true;
}

interface UnattendedShape {
  /** What runs, as its user calls it. */
  readonly name: string;
  /** What its own folder holds. */
  readonly holds: string;
  /** What its key's account does. */
  readonly does: string;
  /** What is final after so many blocks. */
  readonly final: string;
  readonly confirmations: number;
  readonly stuckAfter: number;
}

export function unattendedOptions({ name, holds, does, final, confirmations, stuckAfter }: UnattendedShape): Option[] {
  return [
    new Option("--journal <folder>", `the ${name}'s own folder: ${holds}; made when it is not there`).makeOptionMandatory(),
    rpcsOption().makeOptionMandatory(),
    chainIdOption(),
    new Option("--key <file>", `private key of the account that ${does}, or env:VARIABLE; the ${name} alone sends from it`).makeOptionMandatory(),
    countOption("--poll <seconds>", "between two looks", 12),
    countOption("--confirmations <blocks>", final, confirmations),
    countOption("--stuck-after <seconds>", "after which a waiting transaction is paid more", stuckAfter),
    countOption("--max-fee-gwei <gwei>", "never pay more per gas", 500),
    new Option("--once", "do what can be done without waiting, and end"),
  ];
}

const GWEI = 1_000_000_000n;

/** How what is sent is followed. A look that only a slow node would give is believed after two blocks. */
export const paceOf = ({ poll, confirmations, stuckAfter, maxFeeGwei }: UnattendedOptions) => ({
  poll, confirmations, stuckAfter, settle: Math.min(2, confirmations), maxFeePerGas: BigInt(maxFeeGwei) * GWEI,
});

interface Surroundings {
  readonly provider: PooledProvider;
  readonly chainId: bigint;
  readonly wallet: Wallet;
  readonly report: EventSink;
}

/** Runs what `make` makes, under the lock, until it is told to stop. @throws as `keep`, `lockFile` and `withNodes` */
export async function runUnattended(options: UnattendedOptions, lockPath: string, terminal: Terminal, make: (surroundings: Surroundings) => Promise<Rounds>): Promise<Outcome> {
  const wallet = readWallet(options.key, "--key", terminal);
  makeFolder(options.journal);
  const report = eventLines(terminal, options.json === true, systemClock.now);
  const lock = lockFile(lockPath);
  try {
    await withStopSignal(
      (signal) =>
        withNodes(options.rpc, { chainId: options.chainId, report, signal }, terminal, async (provider) => {
          const { chainId } = await provider.getNetwork();
          await keep(await make({ provider, chainId, wallet, report }), { clock: systemClock, report, signal, once: options.once === true });
        }),
      () => report("stopping", { message: "after the step in hand; a second signal ends it at once" }),
    );
  } finally {
    lock.release();
  }
  return { json: { event: "stopped" }, text: "stopped" };
}
