import type { Signer } from "ethers";
import { Option, type Command } from "commander";
import { depositCalls, escrowOf, pledgeCall, readCollateral, withdrawCall, type Escrow } from "../../chain/collateral.ts";
import { MarginProofError } from "../../errors.ts";
import { parseDecimal } from "../../numeric/decimal.ts";
import { parseAddress, type Address } from "../../statement/address.ts";
import { makeAct, type Plan, type Sender } from "../acting.ts";
import { collateralFacts } from "../collateral-facts.ts";
import { parsedOption, registryAddressOption } from "../options.ts";
import type { Terminal } from "../terminal.ts";

interface Options {
  readonly registryAddress: Address;
  readonly amount: string;
}

const REGISTRY = "--registry-address 0x5FbDB2315678afecb367f032d93F642f64180aa3 --rpc http://127.0.0.1:8545 --key env:SUBJECT_KEY";
const amountOption = () => new Option("--amount <amount>", "in whole tokens of the escrow, such as 2500.5").makeOptionMandatory();

export function collateralDeposit(terminal: Terminal): Command {
  return makeAct<Options & { readonly subject?: Address }>(terminal, {
    usage: "deposit",
    summary: "put tokens into the registry's escrow, where a proof may count them",
    example: `collateral deposit --amount 250000 ${REGISTRY}`,
    options: [amountOption(), parsedOption("--subject <address>", "for whom (default: the sender)", parseAddress), registryAddressOption().makeOptionMandatory()],
    whose: "the account whose tokens they are",
    contractOption: "--registry-address",
    notes: "Where the escrow may not take the tokens yet, it is allowed to first: exactly so many.",
    plan: async (options, sender) => {
      const subject = options.subject ?? sender.address;
      const { escrow, amount } = await read(options, sender.signer);
      return { calls: await depositCalls(escrow, { from: sender.address, subject, amount }), ...about(subject, escrow) };
    },
  });
}

export function collateralWithdraw(terminal: Terminal): Command {
  return makeAct<Options & { readonly to?: Address }>(terminal, {
    usage: "withdraw",
    summary: "take tokens out again, apart from what is pledged and what a running proof counts",
    example: `collateral withdraw --amount 1000 ${REGISTRY}`,
    options: [amountOption(), parsedOption("--to <address>", "who receives them (default: the sender)", parseAddress), registryAddressOption().makeOptionMandatory()],
    whose: "the subject",
    contractOption: "--registry-address",
    plan: (options, sender) => bySubject(options, sender, (escrow, amount) => withdrawCall(escrow, options.to ?? sender.address, amount)),
  });
}

export function collateralPledge(terminal: Terminal): Command {
  return makeAct<Options & { readonly creditor: Address }>(terminal, {
    usage: "pledge",
    summary: "pledge tokens in escrow to a creditor, who alone can give them back or take them",
    example: `collateral pledge --creditor 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed --amount 11000 ${REGISTRY}`,
    options: [parsedOption("--creditor <address>", "the credit line or other creditor", parseAddress).makeOptionMandatory(), amountOption(), registryAddressOption().makeOptionMandatory()],
    whose: "the subject",
    contractOption: "--registry-address",
    notes: "What is pledged counts in no proof from then on.",
    plan: (options, sender) => bySubject(options, sender, (escrow, amount) => pledgeCall(escrow, options.creditor, amount)),
  });
}

async function bySubject(options: Options, { signer, address }: Sender, call: (escrow: Escrow, amount: bigint) => Plan["calls"][number]): Promise<Plan> {
  const { escrow, amount } = await read(options, signer);
  return { calls: [call(escrow, amount)], ...about(address, escrow) };
}

/** The amount in the token's own units: how many of them are one only the token says. */
async function read({ registryAddress, amount: text }: Options, signer: Signer): Promise<{ escrow: Escrow; amount: bigint }> {
  const escrow = await escrowOf(registryAddress, signer);
  const amount = parseDecimal(text, escrow.decimals, "--amount");
  if (amount <= 0n) throw new MarginProofError("UsageError", "not an amount above zero", { path: "--amount", hint: "write whole tokens, such as 2500.5" });
  return { escrow, amount };
}

const about = (subject: Address, escrow: Escrow): Pick<Plan, "facts" | "after"> => ({
  facts: { subject },
  after: async () => ({ escrow: collateralFacts(await readCollateral(escrow, subject), escrow) }),
});
