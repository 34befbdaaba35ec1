import type { Command } from "commander";
import { shapeOf } from "../../commitment/padded-rules.ts";
import { buildSnapshot } from "../../commitment/snapshot.ts";
import { serializeSnapshot } from "../../commitment/snapshot-json.ts";
import { tierForMarket } from "../../proof/tier-fit.ts";
import { tierParameters } from "../../proof/tiers.ts";
import { riskPlan } from "../../risk/risk-plan.ts";
import { BITS } from "../../units.ts";
import { makeCommand } from "../command.ts";
import { readMarket, readPolicyOption } from "../documents.ts";
import { forceOption, marketOption, outOption, policyOption, tierOption, wholeOption } from "../options.ts";
import { outputFile } from "../output-file.ts";
import { outcomeOf, snapshotSummary } from "../summaries.ts";
import type { Terminal } from "../terminal.ts";

interface Options {
  readonly market: string;
  readonly policy: string;
  readonly out: string;
  readonly tier?: string;
  readonly treeParents?: number;
  readonly force?: boolean;
}

export function snapshotBuild(terminal: Terminal): Command {
  return makeCommand(terminal, {
    usage: "build",
    summary: "commit to the risk numbers of every instrument of a market under a policy",
    example: "snapshot build --market market.json --policy grid-33 --out snapshot.json",
    options: [
      marketOption().makeOptionMandatory(),
      policyOption().makeOptionMandatory(),
      tierOption(),
      wholeOption("--tree-parents <n>", "size of the tree, 32 instruments each; instead of a tier", BITS.count, Number).conflicts("tier"),
      outOption("write the snapshot here, to be published"),
      forceOption(),
    ],
  }).action(terminal.action((options: Options) => run(options, terminal)));
}

function run(options: Options, { progress }: Terminal) {
  const output = outputFile(options.out, options);
  const market = readMarket(options.market);
  const policy = readPolicyOption(options.policy);
  const { tier: name, why } = options.tier === undefined ? tierForMarket(market, riskPlan(market, policy).rules) : { tier: options.tier, why: "as asked for" };
  const tier = tierParameters(name);
  const snapshot = buildSnapshot(market, policy, { treeParents: options.treeParents ?? tier.treeParents, shape: shapeOf(tier), progress });
  output.write(`${serializeSnapshot(snapshot)}\n`);
  return outcomeOf({ ...snapshotSummary(snapshot), tier: name, tierChoice: why, out: output.path });
}
