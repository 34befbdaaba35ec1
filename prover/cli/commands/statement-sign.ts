import { Option, type Command } from "commander";
import { MarginProofError } from "../../errors.ts";
import type { Account } from "../../risk/book.ts";
import type { AccountName } from "../../statement/account-set.ts";
import type { Address } from "../../statement/address.ts";
import { serializeStatement, signStatement } from "../../statement/signed-statement.ts";
import { randomSalt } from "../../statement/statement.ts";
import { makeCommand } from "../command.ts";
import { readBook } from "../documents.ts";
import { asOfOption, chainIdOption, forceOption, outOption, parseAccountName, parsedOption, policyOption, registryAddressOption, scopeOption, sequenceOption, subjectOption } from "../options.ts";
import { outputFile } from "../output-file.ts";
import { scopeFrom, type ScopeOptions } from "../scope.ts";
import { readAttesterKey, readSalt } from "../secrets.ts";
import { statementFacts } from "../statement-facts.ts";
import { outcomeOf } from "../summaries.ts";
import type { Terminal } from "../terminal.ts";

interface Options extends ScopeOptions {
  readonly book: string;
  readonly account: AccountName;
  readonly key: string;
  readonly subject: Address;
  readonly sequence: number;
  readonly asOf?: number;
  readonly salt?: string;
  readonly out: string;
  readonly force?: boolean;
}

export function statementSign(terminal: Terminal): Command {
  return makeCommand(terminal, {
    usage: "sign",
    summary: "sign one account of a book for one subject and scope",
    example: "statement sign --book book.json --account deribit/main --key deribit.key --subject 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed --chain-id 31337 --registry-address 0x5FbDB2315678afecb367f032d93F642f64180aa3 --policy grid-33 --sequence 1 --out deribit.statement.json",
    options: [
      new Option("--book <file>", "book, margin-book/1").makeOptionMandatory(),
      parsedOption("--account <venue/account>", "which of its accounts", parseAccountName).makeOptionMandatory(),
      new Option("--key <file>", "the attester's secret key, or env:VARIABLE").makeOptionMandatory(),
      subjectOption().makeOptionMandatory(),
      scopeOption(),
      chainIdOption(),
      registryAddressOption(),
      policyOption(),
      sequenceOption().makeOptionMandatory(),
      asOfOption("time of the positions, instead of the book's"),
      new Option("--salt <file>", "salt in digits, or env:VARIABLE (default: a new one)"),
      outOption("write the statement here, readable by you alone: it holds positions and salt"),
      forceOption(),
    ],
  }).action(terminal.action((options: Options) => run(options, terminal)));
}

function run(options: Options, terminal: Terminal) {
  const output = outputFile(options.out, { force: options.force, privacy: "private" });
  const key = readAttesterKey(options.key, "--key", terminal);
  const salt = options.salt === undefined ? randomSalt() : readSalt(options.salt, "--salt", terminal);
  terminal.hide(salt.toString());
  const scope = scopeFrom(options);
  if (scope === undefined) throw new MarginProofError("UsageError", "is missing", { path: "--scope", hint: "give it, or --chain-id, --registry-address and --policy" });
  const account = accountOf(options);
  const { subject, sequence, asOf = account.asOf } = options;
  const signed = signStatement({ ...account, asOf, subject, scope, sequence, salt }, key);
  output.write(`${serializeStatement(signed)}\n`);
  return outcomeOf({ ...statementFacts(signed), out: output.path });
}

function accountOf({ book, account: { venue, account } }: Options): Account {
  const { accounts } = readBook(book);
  const found = accounts.find((each) => each.venue === venue && each.account === account);
  if (found !== undefined) return found;
  throw new MarginProofError("StatementMismatch", `there is no account ${venue}/${account}`, {
    path: `${book}, accounts`,
    hint: `choose one of ${accounts.map((each) => `${each.venue}/${each.account}`).join(", ")}`,
  });
}
