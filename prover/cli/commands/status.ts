import type { Command } from "commander";
import { chainTime } from "../../chain/chain-time.ts";
import { escrowOf, readCollateral } from "../../chain/collateral.ts";
import { readHealth, type Health } from "../../chain/status.ts";
import { formatSpan } from "../../chain/time-text.ts";
import { formatDecimal } from "../../numeric/decimal.ts";
import type { Json } from "../../risk/schema.ts";
import { parseAddress, type Address } from "../../statement/address.ts";
import { DECIMALS } from "../../units.ts";
import { readAccountSetFacts } from "../account-set-facts.ts";
import { withNode } from "../chain-connection.ts";
import { collateralFacts } from "../collateral-facts.ts";
import { makeCommand } from "../command.ts";
import { rethrowIn } from "../documents.ts";
import { registryAddressOption, rpcOption } from "../options.ts";
import { factLines, outcomeOf, type Facts } from "../summaries.ts";
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
    const escrow = await escrowOf(registry, provider);
    const [registeredSet, collateral, now] = await Promise.all([readAccountSetFacts({ registry, subject, provider }), readCollateral(escrow, subject), chainTime(provider)]);
    const json = { subject, ...healthFacts(health), why: why(health, registeredSet, now), registeredSet, escrow: collateralFacts(collateral, escrow) };
    return { ...outcomeOf(json, { exitCode: health.healthy ? 0 : 1 }), text: factLines(forPeople(json, health)).join("\n") };
  });
}

/** Why it is as it is: what a subject that is no longer healthy asks first. */
function why({ healthy, sequence, breachedAt, healthyUntil }: Health, registeredSet: Facts, now: number): string {
  if (healthy) return `its last proof counts for ${formatSpan(healthyUntil - now + 1)} more`;
  if (registeredSet["registered"] !== true) return "no account set is registered";
  if (registeredSet["release"] !== undefined) return "its account set is being given up";
  if (sequence === 0) return "nothing was proved yet";
  if (breachedAt !== 0) return "a breach was proved since";
  if (healthyUntil < now) return `its last proof lapsed ${formatSpan(now - healthyUntil)} ago`;
  return "its last proof was ended, or the snapshot or the attesters it stands on no longer count";
}

/** Without what a proof would have said, where there was none. */
function forPeople({ subject, healthy, why, registeredSet, escrow, ...proved }: Facts & Record<"subject" | "healthy" | "why" | "registeredSet" | "escrow", Json>, { sequence, breachedAt }: Health): Facts {
  const { breachedAt: _, ...claimed } = proved;
  return { subject, healthy, why, ...(sequence === 0 ? {} : claimed), ...(breachedAt === 0 ? {} : { breachedAt }), registeredSet, escrow };
}

function healthFacts(health: Health) {
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
