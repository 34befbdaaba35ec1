import type { Command } from "commander";
import { buildRegistry } from "../../statement/attester-registry.ts";
import { parseAttesters, serializeRegistry } from "../../statement/registry-json.ts";
import { makeCommand } from "../command.ts";
import { readDocument } from "../documents.ts";
import { forceOption, outOption } from "../options.ts";
import { outputFile } from "../output-file.ts";
import { outcomeOf } from "../summaries.ts";
import type { Terminal } from "../terminal.ts";

interface Options {
  readonly out: string;
  readonly force?: boolean;
}

export function attesterRegistry(terminal: Terminal): Command {
  return makeCommand(terminal, {
    usage: "registry <entries...>",
    summary: "gather public entries into a registry; each file holds one entry or a list of them",
    example: "attester registry deribit.json custody.json --out registry.json",
    options: [outOption("write the registry here, to be published"), forceOption()],
    notes: "An entry is { venue, key: [x, y], assurance, validFrom, validUntil }, as attester keygen --entry-out writes it.",
  }).action(terminal.action(run));
}

function run(entries: string[], { out, force }: Options) {
  const output = outputFile(out, { force });
  const registry = buildRegistry(entries.flatMap((file) => [...readDocument(file, parseAttesters)]));
  output.write(`${serializeRegistry(registry)}\n`);
  const attesters = registry.attesters.filter((attester) => attester !== null);
  return outcomeOf({ root: registry.root.toString(), attesters: attesters.map(({ venue, assurance, validFrom, validUntil }) => ({ venue, assurance, validFrom, validUntil })), out });
}
