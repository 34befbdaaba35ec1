import { Option, type Command } from "commander";
import { pointJson } from "../../commitment/json-fields.ts";
import { MarginProofError } from "../../errors.ts";
import { nameField, readJson } from "../../risk/schema.ts";
import { AttesterKey } from "../../statement/attester-key.ts";
import { ASSURANCES, buildRegistry, type Assurance } from "../../statement/attester-registry.ts";
import { attesterJson } from "../../statement/registry-json.ts";
import { makeCommand } from "../command.ts";
import { forceOption, outOption, parsedOption, parseTime } from "../options.ts";
import { outputFile } from "../output-file.ts";
import { jsonText, outcomeOf } from "../summaries.ts";
import type { Terminal } from "../terminal.ts";

interface Options {
  readonly out: string;
  readonly entryOut?: string;
  readonly venue?: string;
  readonly assurance: Assurance;
  readonly validFrom?: number;
  readonly validUntil?: number;
  readonly force?: boolean;
}

export function attesterKeygen(terminal: Terminal): Command {
  return makeCommand(terminal, {
    usage: "keygen",
    summary: "draw a signing key; the secret goes to a file that only you can read, the public key is printed",
    example: "attester keygen --out deribit.key --entry-out deribit.json --venue deribit --valid-from 2026-01-01T00:00:00Z --valid-until 2027-12-31T00:00:00Z",
    options: [
      outOption("write the secret key here, readable by you alone"),
      new Option("--entry-out <file>", "write the public entry for the registry here; needs --venue, --valid-from and --valid-until"),
      parsedOption("--venue <name>", "whose accounts the key signs for", (text, path) => readJson(nameField(), text, path)),
      new Option("--assurance <assurance>", "how good the source is").choices([...ASSURANCES]).default("venue-signed"),
      parsedOption("--valid-from <time>", "first second at which statements may be dated", parseTime),
      parsedOption("--valid-until <time>", "last second at which statements may be dated", parseTime),
      forceOption(),
    ],
  }).action(terminal.action((options: Options) => run(options, terminal)));
}

function run({ out, entryOut, venue, assurance, validFrom, validUntil, force }: Options, terminal: Terminal) {
  const keyFile = outputFile(out, { force, privacy: "private" });
  const entryFile = entryOut === undefined ? undefined : outputFile(entryOut, { force });
  const key = AttesterKey.generate();
  terminal.hide(key.exportSecret());
  if (entryFile !== undefined) {
    const attester = { venue: present(venue, "--venue"), key: key.publicKey, assurance, validFrom: present(validFrom, "--valid-from"), validUntil: present(validUntil, "--valid-until") };
    // Refused now rather than when the registry is made.
    buildRegistry([attester]);
    entryFile.write(jsonText(attesterJson(attester)));
  }
  keyFile.write(`${key.exportSecret()}\n`);
  return outcomeOf({ publicKey: pointJson(key.publicKey), out, ...(entryFile === undefined ? {} : { entry: entryFile.path }) });
}

function present<T>(value: T | undefined, option: string): T {
  if (value !== undefined) return value;
  throw new MarginProofError("UsageError", "is missing", { path: option, hint: "an entry names venue and validity" });
}
