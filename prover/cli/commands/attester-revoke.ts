import type { Command } from "commander";
import { readAttesterKey, revokeKeyCall, revokeRootCall } from "../../chain/attester-control.ts";
import { pointJson } from "../../commitment/json-fields.ts";
import { MarginProofError } from "../../errors.ts";
import type { Address } from "../../statement/address.ts";
import { parseAttesters } from "../../statement/registry-json.ts";
import type { Attester } from "../../statement/attester-registry.ts";
import { makeAct } from "../acting.ts";
import { attestersOf } from "../attesters-contract.ts";
import { readDocument, readRegistry } from "../documents.ts";
import { registryAddressOption } from "../options.ts";
import type { Terminal } from "../terminal.ts";

interface Options {
  readonly registryAddress: Address;
}

const AT = "--registry-address 0x5FbDB2315678afecb367f032d93F642f64180aa3 --rpc http://127.0.0.1:8545 --key env:GUARDIAN_KEY";

export function attesterRevoke(terminal: Terminal): Command {
  return makeAct<Options>(terminal, {
    usage: "revoke <entry>",
    summary: "revoke an attester's key, at once and for good",
    example: `attester revoke deribit.json ${AT}`,
    options: [registryAddressOption().makeOptionMandatory()],
    whose: "a guardian of the attester registry",
    contractOption: "--registry-address",
    notes: "The entry is the public one, as attester keygen --entry-out writes it. Every proof against any root that holds the key stops counting,\nby whichever key its statements were signed: publish a registry without it at once.",
    plan: async ({ registryAddress }, { signer }, [file]) => {
      const { key, venue } = readDocument(file!, oneAttester);
      const contract = await attestersOf(registryAddress, signer);
      const { isRevoked, isInLatestRoot } = await readAttesterKey(contract, key);
      if (isRevoked) throw new MarginProofError("ContractRefused", "the key is revoked already", { path: file!, hint: "there is nothing to do: a revoked key never comes back" });
      return { calls: [revokeKeyCall(contract, key)], facts: { venue, key: pointJson(key), endsLatestRoot: isInLatestRoot } };
    },
  });
}

export function attesterRevokeRoot(terminal: Terminal): Command {
  return makeAct<Options>(terminal, {
    usage: "revoke-root <registry>",
    summary: "revoke a published registry as a whole, at once and for good: one that is not of its keys, or holds a wrong entry",
    example: `attester revoke-root registry.json ${AT}`,
    options: [registryAddressOption().makeOptionMandatory()],
    whose: "a guardian of the attester registry",
    contractOption: "--registry-address",
    plan: async ({ registryAddress }, { signer }, [file]) => {
      const { root } = readRegistry(file!);
      return { calls: [revokeRootCall(await attestersOf(registryAddress, signer), root)], facts: { root: root.toString() } };
    },
  });
}

/** Of a file that might hold several, which one is to go would be a guess. */
function oneAttester(json: unknown): Attester {
  const [attester, ...more] = parseAttesters(json);
  if (attester != null && more.length === 0) return attester;
  throw new MarginProofError("InvalidSchema", "not one entry", { hint: "give the file of the one key that is to be revoked" });
}
