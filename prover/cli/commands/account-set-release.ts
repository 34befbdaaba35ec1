import type { Command } from "commander";
import { releaseCall, type ReleaseStep } from "../../chain/register.ts";
import type { Address } from "../../statement/address.ts";
import { makeAct } from "../acting.ts";
import { readAccountSetFacts } from "../account-set-facts.ts";
import { registryAddressOption } from "../options.ts";
import type { Terminal } from "../terminal.ts";

interface Options {
  readonly registryAddress: Address;
}

const SUMMARIES: Readonly<Record<ReleaseStep, string>> = {
  announce: "announce that the subject gives up its account set: its health ends at once",
  cancel: "keep the account set after all; health comes back with the next proof",
  execute: "give up the account set once its notice has passed; another can be registered then",
};

/** What `release announce`, `cancel` and `execute` do is one step each. */
export function accountSetRelease(terminal: Terminal, step: ReleaseStep): Command {
  return makeAct<Options>(terminal, {
    usage: step,
    summary: SUMMARIES[step],
    example: `account-set release ${step} --registry-address 0x5FbDB2315678afecb367f032d93F642f64180aa3 --rpc http://127.0.0.1:8545 --key env:SUBJECT_KEY`,
    options: [registryAddressOption().makeOptionMandatory()],
    whose: "the subject",
    contractOption: "--registry-address",
    notes: "A set is given up with a week's notice, and only while no creditor holds a pledge. `status` shows where it stands.",
    plan: ({ registryAddress: registry }, { signer, address: subject }) => ({
      calls: [releaseCall(step, { registry, signer })],
      facts: { subject },
      after: async () => ({ accountSet: await readAccountSetFacts({ registry, subject, provider: signer.provider! }) }),
    }),
  });
}
