import { Option, type Command } from "commander";
import { systemClock } from "../../keeper/clock.ts";
import { creditorPort } from "../../keeper/creditor-port.ts";
import { keep } from "../../keeper/keep.ts";
import { LiquidationLog } from "../../keeper/liquidation-log.ts";
import { Liquidator, liquidatorFiles } from "../../keeper/liquidator.ts";
import { lockFile } from "../../keeper/lock-file.ts";
import { walletPort } from "../../keeper/wallet-port.ts";
import { parseAddress, type Address } from "../../statement/address.ts";
import { withNodes } from "../chain-connection.ts";
import { makeCommand } from "../command.ts";
import { eventLines } from "../event-lines.ts";
import { chainIdOption, countOption, parsedOption, rpcsOption, wholeOption } from "../options.ts";
import { makeFolder } from "../output-file.ts";
import { readWallet } from "../secrets.ts";
import { withStopSignal } from "../stop-signal.ts";
import type { Outcome, Terminal } from "../terminal.ts";

interface Options {
  readonly creditor: Address;
  readonly debtor?: readonly string[];
  readonly fromBlock: number;
  readonly journal: string;
  readonly rpc: readonly string[];
  readonly chainId?: bigint;
  readonly key: string;
  readonly budget?: bigint;
  readonly maxOffer?: bigint;
  readonly minDiscountBps: number;
  readonly minGain: bigint;
  readonly observeEvery: number;
  readonly poll: number;
  readonly confirmations: number;
  readonly stuckAfter: number;
  readonly maxFeeGwei: number;
  readonly once?: true;
  readonly json?: true;
}

const GWEI = 1_000_000_000n;

export function liquidateCommand(terminal: Terminal): Command {
  return makeCommand(terminal, {
    usage: "liquidate",
    summary: "liquidate a creditor's debtors whose health has lapsed: give notice, start auctions, bid within limits",
    example: "liquidate --creditor 0x5FbDB2315678afecb367f032d93F642f64180aa3 --journal liquidations --rpc http://127.0.0.1:8545 --key env:SENDER_KEY --budget 5000000000 --min-discount-bps 800",
    options: [
      parsedOption("--creditor <address>", "the credit line or other creditor, an ILiquidationAuction", parseAddress).makeOptionMandatory(),
      new Option("--debtor <addresses...>", "look after these alone (default: everyone who has borrowed, by the line's events)"),
      countOption("--from-block <block>", "look for borrowers from this block on", 0),
      new Option("--journal <folder>", "the bot's own folder: journal and lock; made when it is not there").makeOptionMandatory(),
      rpcsOption().makeOptionMandatory(),
      chainIdOption(),
      new Option("--key <file>", "private key of the account that pays and bids, or env:VARIABLE; the bot alone sends from it").makeOptionMandatory(),
      wholeOption("--budget <units>", "bid, and spend at most this on all bids of this journal, in units of the asset (default: no bids)", 128),
      wholeOption("--max-offer <units>", "at most this in one bid (default: the budget)", 128),
      countOption("--min-discount-bps <bps>", "buy the pledge for so much less than its worth, at least", 500),
      wholeOption("--min-gain <units>", "and gain so much, in units of the pledged token: what the gas is worth (default: 0)", 128).default(0n, "0"),
      countOption("--observe-every <seconds>", "under a circuit breaker, have the creditor remember it, so that prices do not fall meanwhile", 300),
      countOption("--poll <seconds>", "between two looks", 12),
      countOption("--confirmations <blocks>", "after which a step is done and the next one begun", 2),
      countOption("--stuck-after <seconds>", "after which a waiting transaction is paid more", 60),
      countOption("--max-fee-gwei <gwei>", "never pay more per gas", 500),
      new Option("--once", "do what can be done without waiting, and end"),
    ],
    notes: "What can be spent is also what the creditor is allowed to take of the asset. Prints one line per event, with --json one JSON object per line. It may be killed at any time: no bid is made twice.",
  }).action(terminal.action((options: Options) => run(options, terminal)));
}

async function run(options: Options, terminal: Terminal): Promise<Outcome> {
  const { creditor, fromBlock, poll, confirmations, stuckAfter, budget, minDiscountBps, minGain, observeEvery } = options;
  const wallet = readWallet(options.key, "--key", terminal);
  const subjects = options.debtor?.map((text) => parseAddress(text, "--debtor"));
  const files = liquidatorFiles(options.journal);
  makeFolder(options.journal);
  const report = eventLines(terminal, options.json === true, systemClock.now);
  const lock = lockFile(files.lock);
  try {
    await withStopSignal(
      (signal) =>
        withNodes(options.rpc, { chainId: options.chainId, report, signal }, terminal, async (provider) => {
          const { chainId } = await provider.getNetwork();
          const bot = new Liquidator({
            creditor: await creditorPort(creditor, provider, { subjects, fromBlock }),
            chain: walletPort(provider, wallet),
            log: new LiquidationLog(files.journal, { chainId: chainId.toString(), creditor }, systemClock.now()),
            report,
            limits: { bids: budget !== undefined, budget: budget ?? 0n, maxOffer: options.maxOffer ?? budget ?? 0n, minDiscountBps: BigInt(minDiscountBps), minGain, observeEvery },
            settings: { poll, confirmations, stuckAfter, settle: Math.min(2, confirmations), maxFeePerGas: BigInt(options.maxFeeGwei) * GWEI },
          });
          report("watching", { creditor, chain: chainId.toString(), sender: wallet.address, budget: (budget ?? 0n).toString() });
          await keep(bot, { clock: systemClock, report, signal, once: options.once === true });
        }),
      () => report("stopping", { message: "after the step in hand; a second signal ends it at once" }),
    );
  } finally {
    lock.release();
  }
  return { json: { event: "stopped" }, text: "stopped" };
}
