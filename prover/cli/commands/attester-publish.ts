import type { Contract } from "ethers";
import type { Command } from "commander";
import { attestersCall, readAttesterRoot } from "../../chain/attester-control.ts";
import type { Address } from "../../statement/address.ts";
import { makeAct } from "../acting.ts";
import { attestersOf } from "../attesters-contract.ts";
import { readRegistry, rethrowIn } from "../documents.ts";
import { registryAddressOption } from "../options.ts";
import type { Facts } from "../summaries.ts";
import type { Terminal } from "../terminal.ts";

/** When a root counts. */
export async function rootFacts(contract: Contract, root: bigint): Promise<Facts> {
  const found = await readAttesterRoot(contract, root);
  return found === null ? {} : { number: found.number, current: found.current, from: found.currentFrom };
}

interface Options {
  readonly registryAddress: Address;
}

export function attesterPublish(terminal: Terminal): Command {
  return makeAct<Options>(terminal, {
    usage: "publish <registry>",
    summary: "publish a registry on chain: its root, and its keys, so that anyone recomputes the root",
    example: "attester publish registry.json --registry-address 0x5FbDB2315678afecb367f032d93F642f64180aa3 --rpc http://127.0.0.1:8545 --key env:REGISTRAR_KEY",
    options: [registryAddressOption().makeOptionMandatory()],
    whose: "a registrar",
    contractOption: "--registry-address",
    notes: "A root after the first counts when its notice is over, or a guardian who is no registrar confirms it; the one before counts meanwhile.",
    plan: async ({ registryAddress }, { signer }, [file]) => {
      const registry = readRegistry(file!);
      const contract = await attestersOf(registryAddress, signer);
      const call = await Promise.resolve().then(() => attestersCall(contract, registry)).catch(rethrowIn(file!));
      return { calls: [call], facts: { root: registry.root.toString(), attesters: registry.attesters.filter((attester) => attester !== null).length }, after: () => rootFacts(contract, registry.root) };
    },
  });
}
