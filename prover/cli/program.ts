import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { packageRoot } from "../proof/tiers.ts";
import { makeGroup, PROGRAM, strict } from "./command.ts";
import { accountSetGrow } from "./commands/account-set-grow.ts";
import { accountSetMake } from "./commands/account-set.ts";
import { accountSetRelease } from "./commands/account-set-release.ts";
import { attesterConfirm } from "./commands/attester-confirm.ts";
import { attesterKeygen } from "./commands/attester-keygen.ts";
import { attesterPublish } from "./commands/attester-publish.ts";
import { attesterRegistry } from "./commands/attester-registry.ts";
import { attesterRevoke, attesterRevokeRoot } from "./commands/attester-revoke.ts";
import { checkCommand } from "./commands/check.ts";
import { collateralDeposit, collateralPledge, collateralWithdraw } from "./commands/collateral.ts";
import { controlPause, controlRearm, controlResume, controlRevoke, controlTrip } from "./commands/control.ts";
import { controlStatus } from "./commands/control-status.ts";
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
import { publishersAnnounce, publishersApply, publishersCancel, publishersRemove, publishersReplace } from "./commands/publishers.ts";
import { publishersDecide } from "./commands/publishers-decide.ts";
import { publishersSignRevocation, publishersSignRotation, publishersSignVeto } from "./commands/publishers-sign.ts";
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
import { RELEASE_STEPS } from "../chain/register.ts";
import type { Terminal } from "./terminal.ts";

/** The whole command line, in the order in which one uses it. */
export function makeProgram(terminal: Terminal): Command {
  const program = strict(new Command(PROGRAM), terminal)
    .description("Prove that an institution's collateral covers the worst stress loss of its whole derivatives portfolio, and check such proofs.")
    .version(packageVersion());
  const group = (name: string, summary: string, ...commands: Command[]) => makeGroup(terminal, name, summary, commands);
  const accountSet = accountSetMake(terminal);
  const release = group("release", "give up the account set, with notice", ...RELEASE_STEPS.map((step) => accountSetRelease(terminal, step)));
  const decisions = group("sign", "sign what a quorum decides, as one of the publishers", publishersSignVeto(terminal), publishersSignRotation(terminal), publishersSignRevocation(terminal));
  program
    .addCommand(group("import", "turn what venues export into markets and books", importDeribit(terminal), importCsvCommand(terminal)))
    .addCommand(group("snapshot", "commit to the risk numbers of a market, check a commitment, publish it", snapshotBuild(terminal), snapshotVerify(terminal), snapshotSign(terminal), snapshotPublish(terminal)))
    .addCommand(group("attester", "keys that sign account statements", attesterKeygen(terminal), attesterRegistry(terminal), attesterPublish(terminal), attesterConfirm(terminal), attesterRevoke(terminal), attesterRevokeRoot(terminal)))
    .addCommand(group("statement", "signed account statements", statementSign(terminal), statementVerify(terminal)))
    .addCommand(makeGroup(terminal, "account-set", "the venue accounts that a subject registers, how they grow and are given up", [accountSet, accountSetGrow(terminal), release], accountSet))
    .addCommand(group("policy", "read, check and make margin policies", policyList(terminal), policyShow(terminal), policyCheck(terminal), policyHistory(terminal)))
    .addCommand(scenariosCommand(terminal))
    .addCommand(checkCommand(terminal))
    .addCommand(hedgeCommand(terminal))
    .addCommand(proveCommand(terminal))
    .addCommand(verifyCommand(terminal))
    .addCommand(registerCommand(terminal))
    .addCommand(submitCommand(terminal))
    .addCommand(statusCommand(terminal))
    .addCommand(group("collateral", "tokens in the registry's escrow, counted by proofs or pledged to creditors", collateralDeposit(terminal), collateralWithdraw(terminal), collateralPledge(terminal)))
    .addCommand(watchCommand(terminal))
    .addCommand(liquidateCommand(terminal))
    .addCommand(group("control", "what guardians and admins may do: stop and resume, revoke, re-arm", controlStatus(terminal), controlPause(terminal), controlResume(terminal), controlTrip(terminal), controlRearm(terminal), controlRevoke(terminal)))
    .addCommand(group("publishers", "who publishes: sets that change as a whole, with notice", publishersAnnounce(terminal), publishersApply(terminal), publishersCancel(terminal), publishersRemove(terminal), publishersReplace(terminal), decisions, publishersDecide(terminal)))
    .addCommand(group("deployment", "contracts on a chain", deploymentVerify(terminal)));
  return program;
}

function packageVersion(): string {
  return (JSON.parse(readFileSync(join(packageRoot(), "package.json"), "utf8")) as { version: string }).version;
}
