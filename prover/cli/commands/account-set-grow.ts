import { Option, type Command } from "commander";
import { proveAccountSetGrowth, requireGrowth, type GrowthRequest } from "../../proof/account-set-growth.ts";
import { loadArtifacts } from "../../proof/artifacts.ts";
import { serializeGrowthBundle } from "../../proof/growth-bundle.ts";
import { growthParameters } from "../../proof/tiers.ts";
import type { AccountName } from "../../statement/account-set.ts";
import type { Address } from "../../statement/address.ts";
import { bundleFacts, SETUP_WARNING } from "../bundle-facts.ts";
import { makeCommand } from "../command.ts";
import { artifactsOption, forceOption, listOption, outOption, parseAccountName, subjectOption, wholeOption } from "../options.ts";
import { outputFile } from "../output-file.ts";
import { readOrCreateSalt, readSalt } from "../secrets.ts";
import { asStage } from "../stage-progress.ts";
import { outcomeOf } from "../summaries.ts";
import type { Outcome, Terminal } from "../terminal.ts";

interface Options {
  readonly account: readonly AccountName[];
  readonly salt: string;
  readonly add?: readonly AccountName[];
  readonly newSaltFile: string;
  readonly subject: Address;
  readonly accountSet?: bigint;
  readonly tier: string;
  readonly artifacts?: string;
  readonly out: string;
  readonly force?: boolean;
}

export function accountSetGrow(terminal: Terminal): Command {
  return makeCommand(terminal, {
    usage: "grow",
    summary: "prove that a new set holds every registered account, and perhaps more, without showing any",
    example: "account-set grow --subject 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 --account deribit/main custody/treasury --salt account-set.salt --add okx/main --new-salt-file grown-set.salt --out growth.json",
    options: [
      subjectOption().makeOptionMandatory(),
      listOption("--account <venue/account...>", "the registered accounts, in their order", parseAccountName).makeOptionMandatory(),
      new Option("--salt <file>", "the salt of the registered account set, or env:VARIABLE").makeOptionMandatory(),
      listOption("--add <venue/account...>", "accounts that join them; none to change the salt alone", parseAccountName),
      new Option("--new-salt-file <file>", "the grown set's salt, or env:VARIABLE; made when the file is not there. Keep it: every later proof needs it").makeOptionMandatory(),
      wholeOption("--account-set <integer>", "the registered account set, to notice a forgotten account before proving", 254),
      new Option("--tier <name>", "circuit size, see circuits/sizes.json").default("growth"),
      artifactsOption(),
      outOption("write the proof bundle here; it holds nothing private"),
      forceOption(),
    ],
    notes: "Statements are given in the order of the grown set from then on: the registered accounts, then those that joined.",
  }).action(terminal.action((options: Options) => run(options, terminal)));
}

async function run(options: Options, terminal: Terminal): Promise<Outcome> {
  const output = outputFile(options.out, options);
  const parameters = growthParameters(options.tier);
  const salt = readSalt(options.salt, "--salt", terminal);
  const old = { subject: options.subject, accounts: options.account, salt, added: options.add ?? [], registeredAccountSet: options.accountSet };
  // Before a key is read for nothing; and a salt is made only when nothing stands in the way of the proof.
  requireGrowth(old, parameters);
  const artifacts = await asStage(terminal.progress, `load tier ${options.tier}, compare digests`, () => loadArtifacts(options.tier, { directory: options.artifacts }));
  const { salt: newSalt, isNew } = readOrCreateSalt(options.newSaltFile, "--new-salt-file", terminal);
  const request: GrowthRequest = { ...old, newSalt };
  const bundle = await proveAccountSetGrowth(request, artifacts, terminal.progress);
  output.write(`${serializeGrowthBundle(bundle)}\n`);
  const accounts = [...request.accounts, ...request.added].map((each) => `${each.venue}/${each.account}`);
  return outcomeOf(
    { ...bundleFacts(bundle), accounts, newSaltFile: options.newSaltFile, newSaltIsNew: isNew, out: output.path },
    { warnings: bundle.artifacts.setup === "local" ? [SETUP_WARNING] : [] },
  );
}
