import type { Command } from "commander";
import { systemClock } from "../../keeper/clock.ts";
import { creditorPort } from "../../keeper/creditor-port.ts";
import { LiquidationLog } from "../../keeper/liquidation-log.ts";
import { Liquidator, liquidatorFiles } from "../../keeper/liquidator.ts";
import { walletPort } from "../../keeper/wallet-port.ts";
import { parseAddress, type Address } from "../../statement/address.ts";
import { makeCommand } from "../command.ts";
import { countOption, listOption, parsedOption, wholeOption } from "../options.ts";
import type { Outcome, Terminal } from "../terminal.ts";
import { paceOf, runUnattended, unattendedOptions, type UnattendedOptions } from "../unattended.ts";

interface Options extends UnattendedOptions {
  readonly creditor: Address;
  readonly debtor?: readonly Address[];
  readonly fromBlock: number;
  readonly budget?: bigint;
  readonly maxOffer?: bigint;
  readonly minDiscountBps: number;
  readonly minGain: bigint;
}

export function liquidateCommand(terminal: Terminal): Command {
  return makeCommand(terminal, {
    usage: "liquidate",
    summary: "liquidate a creditor's debtors whose health has lapsed: give notice, start auctions, bid within limits",
    example: "liquidate --creditor 0x5FbDB2315678afecb367f032d93F642f64180aa3 --journal liquidations --rpc http://127.0.0.1:8545 --key env:SENDER_KEY --budget 5000000000 --min-discount-bps 800",
    options: [
      parsedOption("--creditor <address>", "the credit line or other creditor, an ILiquidationAuction", parseAddress).makeOptionMandatory(),
      listOption("--debtor <addresses...>", "look after these alone (default: everyone who has borrowed, by the line's events)", parseAddress),
      countOption("--from-block <block>", "look for borrowers from this block on", 0),
      wholeOption("--budget <units>", "bid, and spend at most this on all bids of this journal, in units of the asset (default: no bids)", 128),
      wholeOption("--max-offer <units>", "at most this in one bid (default: the budget)", 128),
      countOption("--min-discount-bps <bps>", "buy the pledge for so much less than its worth, at least", 500),
      wholeOption("--min-gain <units>", "and gain so much, in units of the pledged token: what the gas is worth (default: 0)", 128).default(0n, "0"),
      ...unattendedOptions({ name: "bot", holds: "journal and lock", does: "pays and bids", final: "after which a step is done and the next one begun", confirmations: 2, stuckAfter: 60 }),
    ],
    notes: "What can be spent is also what the creditor is allowed to take of the asset. Prints one line per event, with --json one JSON object per line. It may be killed at any time: no bid is made twice.",
  }).action(terminal.action((options: Options) => run(options, terminal)));
}

async function run(options: Options, terminal: Terminal): Promise<Outcome> {
  const { creditor, debtor: subjects, fromBlock, budget, minDiscountBps, minGain } = options;
  const files = liquidatorFiles(options.journal);
  return runUnattended(options, files.lock, terminal, async ({ provider, chainId, wallet, report }) => {
    const bot = new Liquidator({
      creditor: await creditorPort(creditor, provider, { subjects, fromBlock }),
      chain: walletPort(provider, wallet),
      log: new LiquidationLog(files.journal, { chainId: chainId.toString(), creditor }, systemClock.now()),
      report,
      limits: { bids: budget !== undefined, budget: budget ?? 0n, maxOffer: options.maxOffer ?? budget ?? 0n, minDiscountBps: BigInt(minDiscountBps), minGain },
      settings: paceOf(options),
    });
    report("watching", { creditor, chain: chainId.toString(), sender: wallet.address, budget: (budget ?? 0n).toString() });
    return bot;
  });
}
