import type { Command } from "commander";
import { confirmRootCall } from "../../chain/attester-control.ts";
import type { Address } from "../../statement/address.ts";
import { makeAct } from "../acting.ts";
import { attestersOf } from "../attesters-contract.ts";
import { readRegistry } from "../documents.ts";
import { registryAddressOption } from "../options.ts";
import type { Terminal } from "../terminal.ts";
import { rootFacts } from "./attester-publish.ts";

interface Options {
  readonly registryAddress: Address;
}

export function attesterConfirm(terminal: Terminal): Command {
  return makeAct<Options>(terminal, {
    usage: "confirm <registry>",
    summary: "end the notice of a published registry early, as a guardian who is no registrar",
    example: "attester confirm registry.json --registry-address 0x5FbDB2315678afecb367f032d93F642f64180aa3 --rpc http://127.0.0.1:8545 --key env:GUARDIAN_KEY",
    options: [registryAddressOption().makeOptionMandatory()],
    whose: "a guardian of the attester registry",
    contractOption: "--registry-address",
    notes: "Gather the entries from the venues yourself: the root is computed from your file, and only a published one is confirmed.",
    plan: async ({ registryAddress }, { signer }, [file]) => {
      const { root } = readRegistry(file!);
      const contract = await attestersOf(registryAddress, signer);
      return { calls: [confirmRootCall(contract, root)], facts: { root: root.toString() }, after: () => rootFacts(contract, root) };
    },
  });
}
