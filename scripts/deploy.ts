/**
 * Deploys the protocol: `npm run deploy -- --plan plan.json --out deployment.json [--rpc <url> --key env:DEPLOYER_KEY] [--json]`.
 * Without --rpc it is a rehearsal on a chain in this process. On networks that do not forget, steps are kept in a journal beside the module,
 * so that running the same plan again goes on where it stopped. What it writes is what `margin-health deployment verify` compares a chain with.
 */
import { parseArgs } from "node:util";
import hre from "hardhat";
import { serializeDeployment } from "../prover/chain/deployment.ts";
import { readDocument, readPolicyOption, rethrowIn } from "../prover/cli/documents.ts";
import { outputFile } from "../prover/cli/output-file.ts";
import { readWallet } from "../prover/cli/secrets.ts";
import { Terminal, type Outcome } from "../prover/cli/terminal.ts";
import { MarginProofError } from "../prover/errors.ts";
import { compileContracts } from "./contracts.ts";
import { deployProtocol, LOCAL_CHAINS, type Connection } from "./deployment/deploy.ts";
import { parsePlan } from "./deployment/plan.ts";
import { stage } from "./stages.ts";

const ENVIRONMENT = "env:";

/** @throws UsageError */
function readOptions() {
  const text = { type: "string" } as const;
  const flag = { type: "boolean", default: false } as const;
  const { plan, out, rpc, key, force } = parseArgs({ options: { plan: text, out: text, rpc: text, key: text, force: flag, json: flag } }).values;
  if (plan === undefined || out === undefined) throw new MarginProofError("UsageError", "--plan and --out are needed", { hint: "npm run deploy -- --plan plan.json --out deployment.json" });
  if ((rpc === undefined) !== (key === undefined)) throw new MarginProofError("UsageError", "--rpc and --key belong together", { hint: "give both, or neither for a rehearsal" });
  return { plan, out, rpc, key, force };
}

/** The address of a node often carries a secret: it may come from a variable, and is not printed. */
async function connect(rpc: string | undefined, key: string | undefined, terminal: Terminal): Promise<Connection> {
  if (rpc === undefined || key === undefined) return hre.network.create();
  const url = rpc.startsWith(ENVIRONMENT) ? process.env[rpc.slice(ENVIRONMENT.length)] : rpc;
  if (url === undefined) throw new MarginProofError("UnreadableFile", "the variable is not set", { path: rpc, hint: "set it to the node's address" });
  terminal.hide(url);
  return hre.network.create({ network: "remote", override: { url, accounts: [readWallet(key, "--key", terminal).privateKey] } });
}

async function run(terminal: Terminal): Promise<Outcome> {
  const options = readOptions();
  const file = outputFile(options.out, { force: options.force });
  await stage("compile contracts", compileContracts);
  const json = readDocument(options.plan, (document) => document);
  const plan = await stage("read the plan, check digests of keys", () => parsePlan(json, readPolicyOption).catch(rethrowIn(options.plan)));
  const chain = await connect(options.rpc, options.key, terminal);
  try {
    const { chainId } = await chain.ethers.provider.getNetwork();
    const { record } = await stage("deploy, and compare with the plan", () => deployProtocol(chain, plan, LOCAL_CHAINS.includes(chainId) ? {} : { deploymentId: `chain-${chainId}` }));
    file.write(serializeDeployment(record));
    const lines = [
      ...Object.entries(record.contracts).map(([name, { address }]) => [name, address]),
      ...record.tiers.map(({ tier, address, setup }) => [`tier ${tier}`, `${address} (${setup})`]),
    ];
    return { json: record, text: lines.map(([name, value]) => `${name!.padEnd(24)} ${value}`).join("\n") };
  } finally {
    await chain.close();
  }
}

const terminal = new Terminal(process.argv.includes("--json"), process.stdout, process.stderr);
await terminal.action(() => run(terminal))();
process.exitCode = terminal.exitCode;
