import { Option, type Command } from "commander";
import { policyId } from "../../chain/calldata.ts";
import { policyHash } from "../../commitment/snapshot.ts";
import { systemClock } from "../../keeper/clock.ts";
import { hedgeSearch } from "../../keeper/hedge-search.ts";
import { Inbox } from "../../keeper/inbox.ts";
import { Journal } from "../../keeper/journal.ts";
import { keep } from "../../keeper/keep.ts";
import { Keeper, keeperFiles, type KeeperSettings } from "../../keeper/keeper.ts";
import { lockFile } from "../../keeper/lock-file.ts";
import { registryPort } from "../../keeper/registry-port.ts";
import { tierProver } from "../../keeper/tier-prover.ts";
import { walletPort } from "../../keeper/wallet-port.ts";
import type { AccountName } from "../../statement/account-set.ts";
import type { Address } from "../../statement/address.ts";
import { scopeOf } from "../../statement/scope.ts";
import type { Bps, Usd } from "../../units.ts";
import { withNodes } from "../chain-connection.ts";
import { makeCommand } from "../command.ts";
import { readPolicyOption } from "../documents.ts";
import { eventLines } from "../event-lines.ts";
import { artifactsOption, chainIdOption, collateralOption, countOption, parseAccountName, parsedOption, policyOption, registryAddressOption, rpcsOption, subjectOption, tierOption, wholeOption } from "../options.ts";
import { makeFolder } from "../output-file.ts";
import { readSalt, readWallet } from "../secrets.ts";
import { withStopSignal } from "../stop-signal.ts";
import type { Outcome, Terminal } from "../terminal.ts";

interface Options {
  readonly from: readonly string[];
  readonly journal: string;
  readonly policy: string;
  readonly subject: Address;
  readonly account: readonly string[];
  readonly accountSetSalt: string;
  readonly registryAddress: Address;
  readonly rpc: readonly string[];
  readonly chainId?: bigint;
  readonly key: string;
  readonly ratioBps?: Bps;
  readonly collateral: Usd;
  readonly tier?: string;
  readonly artifacts?: string;
  readonly poll: number;
  readonly minInterval: number;
  readonly warnBps: number;
  readonly confirmations: number;
  readonly stuckAfter: number;
  readonly maxFeeGwei: number;
  readonly provingSeconds: number;
  readonly leadFactor: number;
  readonly inclusionSeconds: number;
  readonly patience: number;
  readonly hedge?: AccountName;
  readonly once?: true;
  readonly json?: true;
}

const GWEI = 1_000_000_000n;

export function watchCommand(terminal: Terminal): Command {
  return makeCommand(terminal, {
    usage: "watch",
    summary: "keep a subject healthy: follow snapshots and statements, prove before health ends, submit, warn",
    example: "watch --from inbox statements --journal keeper --policy grid-33 --subject 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed --account deribit/main custody/treasury --account-set-salt set.salt --registry-address 0x5FbDB2315678afecb367f032d93F642f64180aa3 --rpc http://127.0.0.1:8545 env:SECOND_NODE --key env:SENDER_KEY",
    options: [
      new Option("--from <folders...>", "where snapshots, markets, attester registries and signed statements arrive as .json files").makeOptionMandatory(),
      new Option("--journal <folder>", "the keeper's own folder: journal, lock, proofs; made when it is not there").makeOptionMandatory(),
      policyOption().makeOptionMandatory(),
      subjectOption().makeOptionMandatory(),
      new Option("--account <names...>", "the registered accounts, venue/account, in their order").makeOptionMandatory(),
      new Option("--account-set-salt <file>", "the salt of the registered account set, or env:VARIABLE").makeOptionMandatory(),
      registryAddressOption().makeOptionMandatory(),
      rpcsOption().makeOptionMandatory(),
      chainIdOption(),
      new Option("--key <file>", "private key of the account that pays, or env:VARIABLE; the keeper alone sends from it").makeOptionMandatory(),
      wholeOption("--ratio-bps <bps>", "claim this ratio (default: what the registry demands)", 20, (bps) => bps as Bps),
      collateralOption(),
      tierOption(),
      artifactsOption(),
      countOption("--poll <seconds>", "between two looks", 12),
      countOption("--min-interval <seconds>", "between two routine renewals, at least", 0),
      countOption("--warn-bps <bps>", "warn when the ratio is within so much of what is claimed", 500),
      countOption("--confirmations <blocks>", "after which an accepted proof is final", 12),
      countOption("--stuck-after <seconds>", "after which a waiting transaction is paid more", 120),
      countOption("--max-fee-gwei <gwei>", "never pay more per gas", 500),
      countOption("--proving-seconds <seconds>", "what proving takes, until it was measured", 60),
      countOption("--lead-factor <n>", "renew so many proving times before health ends", 2),
      countOption("--inclusion-seconds <seconds>", "and so much earlier, for blocks", 60),
      countOption("--patience <seconds>", "until a file that cannot be read is reported", 60),
      parsedOption("--hedge <venue/account>", "with a warning of the margin, propose what this account could trade; it shows positions", parseAccountName),
      new Option("--once", "do what can be done without waiting, and end"),
    ],
    notes: "Prints one line per event, with --json one JSON object per line. SIGINT or SIGTERM end it once the step in hand is done; it may be killed at any time and goes on where it was.",
  }).action(terminal.action((options: Options) => run(options, terminal)));
}

async function run(options: Options, terminal: Terminal): Promise<Outcome> {
  const wallet = readWallet(options.key, "--key", terminal);
  const accountSetSalt = readSalt(options.accountSetSalt, "--account-set-salt", terminal);
  const accounts: readonly AccountName[] = options.account.map((text) => parseAccountName(text, "--account"));
  const policy = readPolicyOption(options.policy);
  const inbox = new Inbox(options.from, options.patience);
  const files = keeperFiles(options.journal);
  makeFolder(options.journal);
  const report = eventLines(terminal, options.json === true, systemClock.now);
  const lock = lockFile(files.lock);
  try {
    await withStopSignal(
      (signal) =>
        withNodes(options.rpc, { chainId: options.chainId, report, signal }, terminal, async (provider) => {
          const { chainId } = await provider.getNetwork();
          const { registryAddress, subject, ratioBps, collateral } = options;
          const about = { chainId: chainId.toString(), registry: registryAddress, subject, policyId: policyId(policyHash(policy)) };
          const journal = new Journal(files.journal, about, systemClock.now());
          const keeper = new Keeper({
            subject: { subject, policy, accounts, accountSetSalt, ratioBps, collateral, scope: scopeOf({ chainId, registry: registryAddress, policyHash: policyHash(policy) }) },
            inbox, journal, report, bundles: files.bundles, clock: systemClock,
            chain: walletPort(provider, wallet),
            registry: await registryPort(registryAddress, provider),
            prover: tierProver({ tier: options.tier, directory: options.artifacts }),
            hedge: options.hedge === undefined ? null : hedgeSearch({ account: options.hedge, maxProposals: 3 }),
            settings: settingsFrom(options),
          });
          report("watching", { subject, registry: registryAddress, chain: chainId.toString(), sender: wallet.address, leadSeconds: keeper.lead });
          await keep(keeper, { clock: systemClock, report, signal, once: options.once === true });
        }),
      () => report("stopping", { message: "after the step in hand; a second signal ends it at once" }),
    );
  } finally {
    lock.release();
  }
  return { json: { event: "stopped" }, text: "stopped" };
}

function settingsFrom({ poll, minInterval, warnBps, confirmations, stuckAfter, maxFeeGwei, provingSeconds, leadFactor, inclusionSeconds }: Options): KeeperSettings {
  return {
    poll, minInterval, confirmations, stuckAfter,
    warnMarginBps: BigInt(warnBps),
    settle: Math.min(2, confirmations),
    maxFeePerGas: BigInt(maxFeeGwei) * GWEI,
    provingGuess: provingSeconds,
    provingFactor: leadFactor,
    inclusion: inclusionSeconds,
  };
}
