import { Option, type Command } from "commander";
import { MarginProofError } from "../../errors.ts";
import { accountSet, type AccountName } from "../../statement/account-set.ts";
import { makeCommand } from "../command.ts";
import { readStatement } from "../documents.ts";
import { listOption, parseAccountName } from "../options.ts";
import { readOrCreateSalt } from "../secrets.ts";
import { outcomeOf } from "../summaries.ts";
import type { Terminal } from "../terminal.ts";

export interface AccountSetOptions {
  readonly account?: readonly AccountName[];
  readonly statement?: readonly string[];
  readonly saltFile: string;
}

export function accountSetMake(terminal: Terminal): Command {
  return makeCommand(terminal, {
    usage: "make",
    summary: "the commitment to a subject's venue accounts that it registers on chain",
    example: "account-set --account deribit/main custody/treasury --salt-file account-set.salt",
    options: accountSetOptions(),
  }).action(terminal.action((options: AccountSetOptions) => outcomeOf(readAccountSet(options, terminal))));
}

/** Options that say which accounts a set has. */
export function accountSetOptions(): Option[] {
  return [
    listOption("--account <venue/account...>", "the accounts, in the order in which statements will be given", parseAccountName),
    new Option("--statement <files...>", "statements of the accounts, in place of names").conflicts("account"),
    new Option("--salt-file <file>", "the salt, or env:VARIABLE; made when the file is not there. Keep it: every later proof needs it").makeOptionMandatory(),
  ];
}

/** The set and what it was made from. @throws UsageError without accounts */
export function readAccountSet({ account, statement = [], saltFile }: AccountSetOptions, terminal: Terminal) {
  const accounts = account ?? statement.map((file) => readStatement(file).statement);
  if (accounts.length === 0) throw new MarginProofError("UsageError", "no accounts", { path: "--account", hint: "name them as venue/account, or give --statement" });
  const { salt, isNew } = readOrCreateSalt(saltFile, "--salt-file", terminal);
  const set = accountSet(accounts, salt);
  return { accountSet: set.toString(), accounts: accounts.map((each) => `${each.venue}/${each.account}`), saltFile, saltIsNew: isNew };
}
