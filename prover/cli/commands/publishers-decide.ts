import type { Command } from "commander";
import { contractAt } from "../../chain/contracts.ts";
import { decisionCall, decisionJson, gatherDecision, parseDecision, type GatheredDecision } from "../../chain/decision.ts";
import { MarginProofError } from "../../errors.ts";
import { parseAddress, type Address } from "../../statement/address.ts";
import { makeAct } from "../acting.ts";
import { readDocument } from "../documents.ts";
import { parsedOption } from "../options.ts";
import { publisherFacts } from "../oracle-facts.ts";
import { oracleOn } from "../signed-for.ts";
import type { Terminal } from "../terminal.ts";

interface Options {
  readonly relayAddress?: Address;
}

export function publishersDecide(terminal: Terminal): Command {
  return makeAct<Options>(terminal, {
    usage: "decide <signatures...>",
    summary: "hand in what a quorum of publishers signed: a veto to their oracle, or any decision to a relay of it",
    example: "publishers decide veto-1.json veto-2.json --rpc http://127.0.0.1:8545 --key env:SENDER_KEY",
    options: [parsedOption("--relay-address <address>", "the RelayedSnapshots contract on this node's chain, instead of the oracle itself", parseAddress)],
    whose: "the account that pays; anyone's",
    contractOption: ({ relayAddress }) => (relayAddress === undefined ? "signatures" : "--relay-address"),
    plan: async ({ relayAddress }, { signer }, files) => {
      const gathered = gatherDecision(files.map((file) => readDocument(file, parseDecision)));
      if (relayAddress === undefined) requireVeto(gathered);
      const address = relayAddress ?? (await oracleOn(gathered.domain, signer.provider!));
      const contract = contractAt(relayAddress === undefined ? "SnapshotOracle" : "RelayedSnapshots", address, signer);
      return {
        calls: [decisionCall(contract, gathered)],
        facts: { at: address, decision: decisionJson(gathered.decision), signers: gathered.signatures.map(({ publisher }) => publisher) },
        after: () => publisherFacts(contract),
      };
    },
  });
}

/** An oracle takes nothing but vetoes: its admin announces, its guardian revokes. */
function requireVeto({ decision }: GatheredDecision): void {
  if (decision.kind === "veto") return;
  throw new MarginProofError("UsageError", `a ${decision.kind} by signatures is for a relay`, { path: "--relay-address", hint: "give the relay's address; at the oracle itself use publishers announce or control revoke" });
}
