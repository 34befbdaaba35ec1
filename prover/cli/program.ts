import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { packageRoot } from "../proof/tiers.ts";
import { makeGroup, PROGRAM, strict } from "./command.ts";
import { accountSetGrow } from "./commands/account-set-grow.ts";
import { accountSetMake } from "./commands/account-set.ts";
import { attesterKeygen } from "./commands/attester-keygen.ts";
import { attesterRegistry } from "./commands/attester-registry.ts";
import { checkCommand } from "./commands/check.ts";
import { deploymentVerify } from "./commands/deployment-verify.ts";
import { hedgeCommand } from "./commands/hedge.ts";
import { importCsvCommand } from "./commands/import-csv.ts";
import { importDeribit } from "./commands/import-deribit.ts";
import { policyCheck } from "./commands/policy-check.ts";
import { policyHistory } from "./commands/policy-history.ts";
import { policyList } from "./commands/policy-list.ts";
import { policyShow } from "./commands/policy-show.ts";
import { liquidateCommand } from "./commands/liquidate.ts";
import { proveCommand } from "./commands/prove.ts";
import { scenariosCommand } from "./commands/scenarios.ts";
import { snapshotBuild } from "./commands/snapshot-build.ts";
import { snapshotPublish } from "./commands/snapshot-publish.ts";
import { snapshotSign } from "./commands/snapshot-sign.ts";
import { snapshotVerify } from "./commands/snapshot-verify.ts";
import { statementSign } from "./commands/statement-sign.ts";
import { statementVerify } from "./commands/statement-verify.ts";
import { statusCommand } from "./commands/status.ts";
import { registerCommand } from "./commands/register.ts";
import { submitCommand } from "./commands/submit.ts";
import { watchCommand } from "./commands/watch.ts";
import { verifyCommand } from "./commands/verify.ts";
import type { Terminal } from "./terminal.ts";

/** The whole command line, in the order in which one uses it. */
export function makeProgram(terminal: Terminal): Command {
  const program = strict(new Command(PROGRAM), terminal)
    .description("Prove that an institution's collateral covers the worst stress loss of its whole derivatives portfolio, and check such proofs.")
    .version(packageVersion());
  const group = (name: string, summary: string, ...commands: Command[]) => makeGroup(terminal, name, summary, commands);
  const accountSet = accountSetMake(terminal);
  program
    .addCommand(group("import", "turn what venues export into markets and books", importDeribit(terminal), importCsvCommand(terminal)))
    .addCommand(group("snapshot", "commit to the risk numbers of a market, check a commitment, publish it", snapshotBuild(terminal), snapshotVerify(terminal), snapshotSign(terminal), snapshotPublish(terminal)))
    .addCommand(group("attester", "keys that sign account statements", attesterKeygen(terminal), attesterRegistry(terminal)))
    .addCommand(group("statement", "signed account statements", statementSign(terminal), statementVerify(terminal)))
    .addCommand(makeGroup(terminal, "account-set", "the venue accounts that a subject registers, and how they grow", [accountSet, accountSetGrow(terminal)], accountSet))
    .addCommand(group("policy", "read, check and make margin policies", policyList(terminal), policyShow(terminal), policyCheck(terminal), policyHistory(terminal)))
    .addCommand(scenariosCommand(terminal))
    .addCommand(checkCommand(terminal))
    .addCommand(hedgeCommand(terminal))
    .addCommand(proveCommand(terminal))
    .addCommand(verifyCommand(terminal))
    .addCommand(registerCommand(terminal))
    .addCommand(submitCommand(terminal))
    .addCommand(statusCommand(terminal))
    .addCommand(watchCommand(terminal))
    .addCommand(liquidateCommand(terminal))
    .addCommand(group("deployment", "contracts on a chain", deploymentVerify(terminal)));
  return program;
}

function packageVersion(): string {
  return (JSON.parse(readFileSync(join(packageRoot(), "package.json"), "utf8")) as { version: string }).version;
}
