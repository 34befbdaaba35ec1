/** How every command that sends something to a contract does it: asked first, refused by name with the option at fault, sent, told. */
import type { Signer } from "ethers";
import type { Command } from "commander";
import { previewCall, sendCall, type Call } from "../chain/calls.ts";
import { MarginProofError } from "../errors.ts";
import { parseAddress, type Address } from "../statement/address.ts";
import { withNode } from "./chain-connection.ts";
import { makeCommand, type CommandShape } from "./command.ts";
import { dryRunOption, keyOption, rpcOption } from "./options.ts";
import { readWallet } from "./secrets.ts";
import { asStage } from "./stage-progress.ts";
import { outcomeOf, type Facts } from "./summaries.ts";
import type { Outcome, Terminal } from "./terminal.ts";

/** What a command is about to do. */
export interface Plan {
  /** In their order; of several, the first makes room for the next. */
  readonly calls: readonly Call[];
  /** What is known before anything is sent. */
  readonly facts: Facts;
  /** Read once everything is sent. */
  readonly after?: () => Promise<Facts>;
}

/** Who sends, as seen from the command. */
export interface Sender {
  readonly signer: Signer;
  readonly address: Address;
}

interface ActShape<O> extends CommandShape {
  /** Whose key it takes. */
  readonly whose: string;
  /** The option that says which contract: what a refusal is about when it is about nothing nearer. */
  readonly contractOption: string | ((options: O) => string);
  plan(options: O, sender: Sender, args: readonly string[]): Plan | Promise<Plan>;
}

interface ActOptions {
  readonly rpc: string;
  readonly key: string;
  readonly dryRun?: true;
}

/** A command that sends, with its action. */
export function makeAct<O>(terminal: Terminal, { whose, options = [], notes, ...shape }: ActShape<O>): Command {
  const told = `${notes === undefined ? "" : `${notes}\n`}The contract is asked before anything is sent, so a refusal costs nothing.`;
  const command = makeCommand(terminal, { ...shape, notes: told, options: [...options, rpcOption().makeOptionMandatory(), keyOption(whose), dryRunOption()] });
  return command.action(terminal.action((...given: unknown[]) => run(shape as ActShape<O>, given, terminal)));
}

/** Commander gives the arguments, one by one or as a list, then the options, then the command. */
async function run<O>({ plan, contractOption }: Pick<ActShape<O>, "plan" | "contractOption">, given: readonly unknown[], terminal: Terminal): Promise<Outcome> {
  const options = given.at(-2) as O & ActOptions;
  const args = given.slice(0, -2).flat() as string[];
  const wallet = readWallet(options.key, "--key", terminal);
  return withNode(options.rpc, terminal, async (provider) => {
    const sender = { signer: wallet.connect(provider), address: parseAddress(wallet.address) };
    try {
      const { calls, facts, after } = await plan(options, sender, args);
      if (options.dryRun === true) return await previewed(calls, sender.address, facts);
      const transactions = await sendAll(calls, terminal);
      const { read, ...warned } = await afterwards(after);
      return outcomeOf({ from: sender.address, transactions, ...facts, ...read }, warned);
    } catch (error) {
      throw atOption(error, typeof contractOption === "string" ? contractOption : contractOption(options));
    }
  });
}

/** One by one; where one fails, what went before it is told. */
async function sendAll(calls: readonly Call[], { progress }: Terminal): Promise<Facts[]> {
  const transactions: Facts[] = [];
  for (const call of calls) {
    try {
      transactions.push(await asStage(progress, call.method, () => sent(call)));
    } catch (error) {
      if (!(error instanceof MarginProofError) || transactions.length === 0) throw error;
      const { code, reason, path, hint } = error;
      const before = `${calls.slice(0, transactions.length).map(({ method }) => method).join(", ")} was sent and stands`;
      throw new MarginProofError(code, reason, { path, hint: hint === undefined ? before : `${hint}; ${before}`, cause: error });
    }
  }
  return transactions;
}

/** What was sent stands, whether or not a node then tells what has become of it. */
async function afterwards(after: Plan["after"]): Promise<{ read: Facts; warnings?: string[] }> {
  try {
    return { read: (await after?.()) ?? {} };
  } catch (error) {
    if (!(error instanceof MarginProofError)) throw error;
    return { read: {}, warnings: [`it was sent and accepted, but what has become of it could not be read: ${error.message}`] };
  }
}

const named = ({ contract, method }: Call): Facts => ({ call: method, to: String(contract.target) });

async function sent(call: Call): Promise<Facts> {
  const { gasUsed, ...rest } = await sendCall(call);
  return { ...named(call), ...rest, gasUsed: gasUsed.toString() };
}

/** What `--dry-run` says: who would send what, and what it would cost. @throws as the contract refuses the first call */
export const previewed = async (calls: readonly Call[], from: string, facts: Facts): Promise<Outcome> => outcomeOf({ dryRun: true, from, transactions: await preview(calls), ...facts });

/** What the second of two calls costs is known only once the first is in a block. */
async function preview(calls: readonly Call[]): Promise<Facts[]> {
  const [first, ...rest] = calls;
  return [...(first === undefined ? [] : [{ ...named(first), gas: (await previewCall(first)).toString() }]), ...rest.map((call) => ({ ...named(call), gas: null }))];
}

/** The refusal with the option in place of the library's name of it. */
function atOption(error: unknown, contractOption: string): unknown {
  if (!(error instanceof MarginProofError) || error.path?.startsWith("--") === true) return error;
  const { code, reason, path, hint } = error;
  return new MarginProofError(code, reason, { path: path === undefined ? contractOption : (OPTIONS[path] ?? path), hint, cause: error });
}

/** Names that the library has for what these options give. */
const OPTIONS: Readonly<Record<string, string>> = { signer: "--key", amount: "--amount", publisher: "--publisher", quorum: "--quorum" };
