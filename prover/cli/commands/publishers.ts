import type { Contract } from "ethers";
import type { Command, Option } from "commander";
import type { Call } from "../../chain/calls.ts";
import { contractAt } from "../../chain/contracts.ts";
import { announceRotation, applyRotation, cancelRotation, removePublisher, replaceBlockedSet, type PublisherPlan } from "../../chain/oracle-control.ts";
import { parseAddress, type Address } from "../../statement/address.ts";
import { BITS } from "../../units.ts";
import { makeAct, type Plan, type Sender } from "../acting.ts";
import { listOption, oracleAddressOption, parsedOption, wholeOption } from "../options.ts";
import { publisherFacts } from "../oracle-facts.ts";
import type { Terminal } from "../terminal.ts";

interface Options {
  readonly oracleAddress: Address;
}

interface SetOptions extends Options {
  readonly publisher: readonly Address[];
  readonly quorum: number;
}

const SET = "--publisher 0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC 0x90F79bf6EB2c4f870365E785982E1f101E93b906 0x15d34AAf54267DB7D7c367839AAf71A00a2C6A65 --quorum 2";
const at = (key: string): string => `--oracle-address 0x5FbDB2315678afecb367f032d93F642f64180aa3 --rpc http://127.0.0.1:8545 --key env:${key}`;

export function publishersAnnounce(terminal: Terminal): Command {
  return makeAct<SetOptions>(terminal, {
    usage: "announce",
    summary: "announce the set of publishers that is to succeed the one in use, as a whole",
    example: `publishers announce ${SET} ${at("ADMIN_KEY")}`,
    options: setOptions(),
    whose: "an admin of the oracle",
    contractOption: "--oracle-address",
    notes: "It counts once its notice has passed and somebody applies it, unless a guardian or a quorum of the set in use objects.",
    plan: (options, sender) => onOracle(options, sender, (oracle) => announceRotation(oracle, planOf(options))),
  });
}

export function publishersReplace(terminal: Terminal): Command {
  return makeAct<Omit<SetOptions, "oracleAddress"> & { readonly relayAddress: Address }>(terminal, {
    usage: "replace",
    summary: "announce, at a relay, the successor of a set that was cut down to its quorum and has fallen silent",
    example: `publishers replace ${SET} ${at("ADMIN_KEY").replace("--oracle-address", "--relay-address")}`,
    options: [...setOptions().slice(0, 2), parsedOption("--relay-address <address>", "the RelayedSnapshots contract", parseAddress).makeOptionMandatory()],
    whose: "an admin of the relay",
    contractOption: "--relay-address",
    notes: "A set that can still sign names its successor itself: publishers sign rotation.",
    plan: ({ relayAddress, ...set }, { signer }) => {
      const relay = contractAt("RelayedSnapshots", relayAddress, signer);
      return { calls: [replaceBlockedSet(relay, planOf(set))], facts: { relay: relayAddress }, after: () => publisherFacts(relay) };
    },
  });
}

export function publishersApply(terminal: Terminal): Command {
  return makeAct<SetOptions>(terminal, {
    usage: "apply",
    summary: "put the announced set to use once its notice has passed; anyone may",
    example: `publishers apply ${SET} ${at("SENDER_KEY")}`,
    options: setOptions(),
    whose: "the account that pays; anyone's",
    contractOption: "--oracle-address",
    notes: "Give the set as it was announced: `control status` shows it.",
    plan: (options, sender) => onOracle(options, sender, (oracle) => applyRotation(oracle, planOf(options))),
  });
}

export function publishersCancel(terminal: Terminal): Command {
  return makeAct<Options>(terminal, {
    usage: "cancel",
    summary: "cancel the announced set, for good, as a guardian",
    example: `publishers cancel ${at("GUARDIAN_KEY")}`,
    options: [oracleAddressOption().makeOptionMandatory()],
    whose: "a guardian",
    contractOption: "--oracle-address",
    plan: (options, sender) => onOracle(options, sender, cancelRotation),
  });
}

export function publishersRemove(terminal: Terminal): Command {
  return makeAct<Options & { readonly publisher: Address }>(terminal, {
    usage: "remove",
    summary: "remove a compromised publisher, at once and for good, but never below the quorum",
    example: `publishers remove --publisher 0x90F79bf6EB2c4f870365E785982E1f101E93b906 ${at("GUARDIAN_KEY")}`,
    options: [parsedOption("--publisher <address>", "who is to go", parseAddress).makeOptionMandatory(), oracleAddressOption().makeOptionMandatory()],
    whose: "a guardian",
    contractOption: "--oracle-address",
    plan: (options, sender) => onOracle(options, sender, (oracle) => removePublisher(oracle, options.publisher)),
  });
}

const setOptions = (): Option[] => [
  listOption("--publisher <addresses...>", "all its members, in any order", parseAddress).makeOptionMandatory(),
  wholeOption("--quorum <n>", "how many of them must agree: more than half", BITS.count, Number).makeOptionMandatory(),
  oracleAddressOption().makeOptionMandatory(),
];

const planOf = ({ publisher, quorum }: Omit<SetOptions, "oracleAddress">): PublisherPlan => ({ publishers: publisher, quorum });

function onOracle({ oracleAddress }: Options, { signer }: Sender, call: (oracle: Contract) => Call): Plan {
  const oracle = contractAt("SnapshotOracle", oracleAddress, signer);
  return { calls: [call(oracle)], facts: { oracle: oracleAddress }, after: () => publisherFacts(oracle) };
}
