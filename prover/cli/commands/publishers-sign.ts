import { Option, type Command } from "commander";
import { decisionJson, serializeDecision, signDecision, type Decision } from "../../chain/decision.ts";
import { parseSnapshot } from "../../commitment/snapshot-json.ts";
import { MarginProofError } from "../../errors.ts";
import { parseAddress, type Address } from "../../statement/address.ts";
import { BITS } from "../../units.ts";
import { makeCommand } from "../command.ts";
import { readDocument } from "../documents.ts";
import { chainIdOption, forceOption, keyOption, listOption, oracleAddressOption, outOption, parsedOption, wholeOption } from "../options.ts";
import { outputFile } from "../output-file.ts";
import { readWallet } from "../secrets.ts";
import { outcomeOf } from "../summaries.ts";
import type { Outcome, Terminal } from "../terminal.ts";

interface SignOptions {
  readonly chainId: bigint;
  readonly oracleAddress: Address;
  readonly key: string;
  readonly out: string;
  readonly force?: boolean;
}

const FOR = "--chain-id 1 --oracle-address 0x5FbDB2315678afecb367f032d93F642f64180aa3 --key env:PUBLISHER_KEY --out veto-1.json";
const SET = "--publisher 0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC 0x90F79bf6EB2c4f870365E785982E1f101E93b906 0x15d34AAf54267DB7D7c367839AAf71A00a2C6A65 --quorum 2";

export function publishersSignVeto(terminal: Terminal): Command {
  return makeSigning<{ readonly rotation: string }>(terminal, {
    usage: "veto",
    summary: "sign against the announced set of publishers, as one of the set in use",
    example: `publishers sign veto --rotation 0xe972385efb70d4546254546498d1c249304d559542999c42837f8f01d02ba2f5 ${FOR}`,
    options: [parsedOption("--rotation <hash>", "hash of the announced set, as control status shows it", parseHash).makeOptionMandatory()],
    decide: ({ rotation }) => ({ kind: "veto", rotation }),
  });
}

export function publishersSignRotation(terminal: Terminal): Command {
  return makeSigning<{ readonly publisher: readonly Address[]; readonly quorum: number; readonly setVersion: bigint }>(terminal, {
    usage: "rotation",
    summary: "sign for the set that is to succeed the one in use at a relay, which no admin can announce there",
    example: `publishers sign rotation --set-version 2 ${SET} ${FOR}`,
    options: [
      listOption("--publisher <addresses...>", "all its members, in any order", parseAddress).makeOptionMandatory(),
      wholeOption("--quorum <n>", "how many of them must agree: more than half", BITS.count, Number).makeOptionMandatory(),
      wholeOption("--set-version <n>", "one more than the version in use at the relay", 64).makeOptionMandatory(),
    ],
    decide: ({ publisher, quorum, setVersion: version }) => ({ kind: "rotation", version, publishers: publisher.toSorted((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1)), quorum }),
  });
}

export function publishersSignRevocation(terminal: Terminal): Command {
  return makeSigning<object>(terminal, {
    usage: "revocation <snapshot>",
    summary: "sign that a relay is to revoke a snapshot",
    example: `publishers sign revocation snapshot.json ${FOR}`,
    options: [],
    decide: (_, [file]) => {
      const { policyHash: hash, root } = readDocument(file!, parseSnapshot);
      return { kind: "revocation", policyHash: hash, root };
    },
  });
}

interface SigningShape<O> {
  readonly usage: string;
  readonly summary: string;
  readonly example: string;
  readonly options: readonly Option[];
  decide(options: O, args: readonly string[]): Decision;
}

function makeSigning<O>(terminal: Terminal, { decide, options, ...shape }: SigningShape<O>): Command {
  const command = makeCommand(terminal, {
    ...shape,
    options: [
      ...options,
      chainIdOption("chain of the oracle that publishers sign for, also where a relay of it is meant").makeOptionMandatory(),
      oracleAddressOption().makeOptionMandatory(),
      keyOption("the publisher"),
      outOption("write the signature here, to be gathered by whoever hands it in"),
      forceOption(),
    ],
    notes: "Nothing is sent: `publishers decide` hands a quorum's signatures in.",
  });
  return command.action(terminal.action((...given: unknown[]) => sign(given.at(-2) as O & SignOptions, given.slice(0, -2) as string[], decide, terminal)));
}

async function sign<O>(options: O & SignOptions, args: readonly string[], decide: SigningShape<O>["decide"], terminal: Terminal): Promise<Outcome> {
  const { chainId, oracleAddress: oracle, key, out, force } = options;
  const output = outputFile(out, { force });
  const wallet = readWallet(key, "--key", terminal);
  const signed = await signDecision(decide(options, args), { chainId, oracle }, wallet);
  output.write(`${serializeDecision(signed)}\n`);
  return outcomeOf({ publisher: signed.publisher, decision: decisionJson(signed.decision), chainId: chainId.toString(), oracle, out: output.path });
}

function parseHash(text: string, path: string): string {
  if (/^0x[0-9a-f]{64}$/i.test(text)) return text.toLowerCase();
  throw new MarginProofError("UsageError", "not a hash", { path, hint: "write 0x and 64 hexadecimal digits, as control status shows it" });
}
