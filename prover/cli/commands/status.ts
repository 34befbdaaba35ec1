import type { Provider } from "ethers";
import type { Command } from "commander";
import { escrowOf, readCollateral } from "../../chain/collateral.ts";
import { readHealth, type Health } from "../../chain/status.ts";
import { formatDecimal } from "../../numeric/decimal.ts";
import { parseAddress, type Address } from "../../statement/address.ts";
import { DECIMALS } from "../../units.ts";
import { readAccountSetFacts } from "../account-set-facts.ts";
import { withNode } from "../chain-connection.ts";
import { collateralFacts } from "../collateral-facts.ts";
import { makeCommand } from "../command.ts";
import { rethrowIn } from "../documents.ts";
import { registryAddressOption, rpcOption } from "../options.ts";
import { outcomeOf, type Facts } from "../summaries.ts";
import type { Outcome, Terminal } from "../terminal.ts";

interface Options {
  readonly registryAddress: Address;
  readonly rpc: string;
}

export function statusCommand(terminal: Terminal): Command {
  return makeCommand(terminal, {
    usage: "status <subject>",
    summary: "what the chain knows about a subject: its health, its account set, its collateral",
    example: "status 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed --registry-address 0x5FbDB2315678afecb367f032d93F642f64180aa3 --rpc http://127.0.0.1:8545",
    options: [registryAddressOption().makeOptionMandatory(), rpcOption().makeOptionMandatory()],
    notes: "Exits with 0 when the subject is healthy now and with 1 when it is not.",
  }).action(terminal.action((subject: string, options: Options) => run(subject, options, terminal)));
}

async function run(text: string, { registryAddress: registry, rpc }: Options, terminal: Terminal): Promise<Outcome> {
  const subject = parseAddress(text, "subject");
  return withNode(rpc, terminal, async (provider) => {
    const health = await readHealth({ registry, subject, provider }).catch(rethrowIn(registry));
    return outcomeOf({ subject, ...healthFacts(health), ...(await beside(registry, subject, provider)) }, { exitCode: health.healthy ? 0 : 1 });
  });
}

/** What may become of the health: a set that is given up, collateral that is free to go. */
async function beside(registry: Address, subject: Address, provider: Provider): Promise<Facts> {
  const escrow = await escrowOf(registry, provider);
  const [registered, collateral] = await Promise.all([readAccountSetFacts({ registry, subject, provider }), readCollateral(escrow, subject)]);
  return { registeredSet: registered, escrow: collateralFacts(collateral, escrow) };
}

function healthFacts(health: Health): Facts {
  const { minRatioBps, snapshotRoot, attesterRoot, accountSet, onChainCollateral } = health;
  return {
    ...health,
    minRatioBps: minRatioBps.toString(),
    snapshotRoot: snapshotRoot.toString(),
    attesterRoot: attesterRoot.toString(),
    accountSet: accountSet.toString(),
    onChainCollateral: formatDecimal(onChainCollateral, DECIMALS.usd, { trim: true }),
  };
}
