import { Option, type Command } from "commander";
import { policyId } from "../../chain/calldata.ts";
import { policyHash } from "../../commitment/snapshot.ts";
import { systemClock } from "../../keeper/clock.ts";
import { hedgeSearch } from "../../keeper/hedge-search.ts";
import { Inbox } from "../../keeper/inbox.ts";
import { Journal } from "../../keeper/journal.ts";
import { Keeper, keeperFiles, type KeeperSettings } from "../../keeper/keeper.ts";
import { registryPort } from "../../keeper/registry-port.ts";
import { tierProver } from "../../keeper/tier-prover.ts";
import { walletPort } from "../../keeper/wallet-port.ts";
import type { AccountName } from "../../statement/account-set.ts";
import type { Address } from "../../statement/address.ts";
import { scopeOf } from "../../statement/scope.ts";
import type { Bps, Usd } from "../../units.ts";
import { makeCommand } from "../command.ts";
import { readPolicyOption } from "../documents.ts";
import { artifactsOption, collateralOption, countOption, listOption, parseAccountName, parsedOption, policyOption, registryAddressOption, subjectOption, tierOption, wholeOption } from "../options.ts";
import { readSalt } from "../secrets.ts";
import type { Outcome, Terminal } from "../terminal.ts";
import { paceOf, runUnattended, unattendedOptions, type UnattendedOptions } from "../unattended.ts";

interface Options extends UnattendedOptions {
  readonly from: readonly string[];
  readonly policy: string;
  readonly subject: Address;
  readonly account: readonly AccountName[];
  readonly accountSetSalt: string;
  readonly registryAddress: Address;
  readonly ratioBps?: Bps;
  readonly collateral: Usd;
  readonly tier?: string;
  readonly artifacts?: string;
  readonly minInterval: number;
  readonly warnBps: number;
  readonly provingSeconds: number;
  readonly leadFactor: number;
  readonly inclusionSeconds: number;
  readonly patience: number;
  readonly hedge?: AccountName;
}

export function watchCommand(terminal: Terminal): Command {
  return makeCommand(terminal, {
    usage: "watch",
    summary: "keep a subject healthy: follow snapshots and statements, prove before health ends, submit, warn",
    example: "watch --from inbox statements --journal keeper --policy grid-33 --subject 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed --account deribit/main custody/treasury --account-set-salt set.salt --registry-address 0x5FbDB2315678afecb367f032d93F642f64180aa3 --rpc http://127.0.0.1:8545 env:SECOND_NODE --key env:SENDER_KEY",
    options: [
      new Option("--from <folders...>", "where snapshots, markets, attester registries and signed statements arrive as .json files").makeOptionMandatory(),
      policyOption().makeOptionMandatory(),
      subjectOption().makeOptionMandatory(),
      listOption("--account <venue/account...>", "the registered accounts, in their order", parseAccountName).makeOptionMandatory(),
      new Option("--account-set-salt <file>", "the salt of the registered account set, or env:VARIABLE").makeOptionMandatory(),
      registryAddressOption().makeOptionMandatory(),
      wholeOption("--ratio-bps <bps>", "claim this ratio (default: what the registry demands)", 20, (bps) => bps as Bps),
      collateralOption(),
      tierOption(),
      artifactsOption(),
      countOption("--min-interval <seconds>", "between two routine renewals, at least", 0),
      countOption("--warn-bps <bps>", "warn when the ratio is within so much of what is claimed", 500),
      countOption("--proving-seconds <seconds>", "what proving takes, until it was measured", 60),
      countOption("--lead-factor <n>", "renew so many proving times before health ends", 2),
      countOption("--inclusion-seconds <seconds>", "and so much earlier, for blocks", 60),
      countOption("--patience <seconds>", "until a file that cannot be read is reported", 60),
      parsedOption("--hedge <venue/account>", "with a warning of the margin, propose what this account could trade; it shows positions", parseAccountName),
      ...unattendedOptions({ name: "keeper", holds: "journal, lock, proofs", does: "pays", final: "after which an accepted proof is final", confirmations: 12, stuckAfter: 120 }),
    ],
    notes: "Prints one line per event, with --json one JSON object per line. SIGINT or SIGTERM end it once the step in hand is done; it may be killed at any time and goes on where it was.",
  }).action(terminal.action((options: Options) => run(options, terminal)));
}

async function run(options: Options, terminal: Terminal): Promise<Outcome> {
  const { registryAddress, subject, account: accounts, ratioBps, collateral } = options;
  const accountSetSalt = readSalt(options.accountSetSalt, "--account-set-salt", terminal);
  const policy = readPolicyOption(options.policy);
  const inbox = new Inbox(options.from, options.patience);
  const files = keeperFiles(options.journal);
  return runUnattended(options, files.lock, terminal, async ({ provider, chainId, wallet, report }) => {
    const about = { chainId: chainId.toString(), registry: registryAddress, subject, policyId: policyId(policyHash(policy)) };
    const keeper = new Keeper({
      subject: { subject, policy, accounts, accountSetSalt, ratioBps, collateral, scope: scopeOf({ chainId, registry: registryAddress, policyHash: policyHash(policy) }) },
      inbox, report, bundles: files.bundles, clock: systemClock,
      journal: new Journal(files.journal, about, systemClock.now()),
      chain: walletPort(provider, wallet),
      registry: await registryPort(registryAddress, provider),
      prover: tierProver({ tier: options.tier, directory: options.artifacts }),
      hedge: options.hedge === undefined ? null : hedgeSearch({ account: options.hedge, maxProposals: 3 }),
      settings: settingsFrom(options),
    });
    report("watching", { subject, registry: registryAddress, chain: chainId.toString(), sender: wallet.address, leadSeconds: keeper.lead });
    return keeper;
  });
}

const settingsFrom = (options: Options): KeeperSettings => ({
  ...paceOf(options),
  minInterval: options.minInterval,
  warnMarginBps: BigInt(options.warnBps),
  provingGuess: options.provingSeconds,
  provingFactor: options.leadFactor,
  inclusion: options.inclusionSeconds,
});
