import { Option, type Command } from "commander";
import { parseSnapshot } from "../../commitment/snapshot-json.ts";
import { loadArtifacts } from "../../proof/artifacts.ts";
import { serializeBundle } from "../../proof/bundle.ts";
import { claimFor } from "../../proof/claim.ts";
import { proveMargin } from "../../proof/prove-margin.ts";
import type { ProvingRequest } from "../../proof/proving-request.ts";
import { requireFit, tierFor } from "../../proof/tier-fit.ts";
import { breachTier, tierParameters } from "../../proof/tiers.ts";
import { marketRisk } from "../../risk/risk-array.ts";
import type { Address } from "../../statement/address.ts";
import type { Assurance } from "../../statement/attester-registry.ts";
import type { Bps, Level, Usd } from "../../units.ts";
import { bundleFacts, SETUP_WARNING } from "../bundle-facts.ts";
import { makeCommand } from "../command.ts";
import { readDocument, readMarket, readPolicyOption, readRegistry, readStatement } from "../documents.ts";
import {
  artifactsOption, asOfOption, assuranceOption, chainIdOption, collateralOption, forceOption, levelOption, marketOption, outOption, policyOption, ratioOption,
  registryAddressOption, registryOption, scopeOption, subjectOption, tierOption, wholeOption,
} from "../options.ts";
import { outputFile } from "../output-file.ts";
import { scopeFrom, type ScopeOptions } from "../scope.ts";
import { readSalt } from "../secrets.ts";
import { asStage } from "../stage-progress.ts";
import { outcomeOf } from "../summaries.ts";
import type { Outcome, Terminal } from "../terminal.ts";

interface Options extends ScopeOptions {
  readonly snapshot: string;
  readonly market: string;
  readonly policy: string;
  readonly statement: readonly string[];
  readonly registry: string;
  readonly accountSetSalt: string;
  readonly accountSet?: bigint;
  readonly subject?: Address;
  readonly level: Level;
  readonly ratioBps: Bps;
  readonly minAssurance: Assurance;
  readonly asOf?: number;
  readonly collateral: Usd;
  readonly tier?: string;
  readonly breach?: boolean;
  readonly artifacts?: string;
  readonly out: string;
  readonly force?: boolean;
}

export function proveCommand(terminal: Terminal): Command {
  return makeCommand(terminal, {
    usage: "prove",
    summary: "prove that the book in the statements covers its requirement, or that it does not",
    example: "prove --snapshot snapshot.json --market market.json --policy grid-33 --statement deribit.statement.json custody.statement.json --registry registry.json --account-set-salt account-set.salt --level IM --ratio-bps 11000 --out proof.json",
    options: [
      new Option("--snapshot <file>", "the published snapshot").makeOptionMandatory(),
      marketOption().makeOptionMandatory(),
      policyOption().makeOptionMandatory(),
      new Option("--statement <files...>", "a statement of each account in the registered set, in its order").makeOptionMandatory(),
      registryOption().makeOptionMandatory(),
      new Option("--account-set-salt <file>", "the salt of the registered account set, or env:VARIABLE").makeOptionMandatory(),
      wholeOption("--account-set <integer>", "the registered account set, to notice a forgotten account before proving", 254),
      subjectOption(),
      scopeOption(),
      chainIdOption(),
      registryAddressOption(),
      levelOption(),
      ratioOption(),
      assuranceOption(),
      asOfOption("claim that no statement is older (default: the oldest one's time)"),
      collateralOption(),
      tierOption(),
      new Option("--breach", "prove the complement: that the claimed ratio of the requirement is not covered, or a limit not kept"),
      artifactsOption(),
      outOption("write the proof bundle here; it holds nothing private"),
      forceOption(),
    ],
    notes: "Subject and scope are those of the first statement unless given; all statements must agree with them.",
  }).action(terminal.action((options: Options) => run(options, terminal)));
}

async function run(options: Options, terminal: Terminal): Promise<Outcome> {
  const { progress } = terminal;
  const output = outputFile(options.out, options);
  const request = await asStage(progress, "read and check", () => readRequest(options, terminal));
  const risks = marketRisk(readMarket(options.market), request.policy, progress);
  const sizes = options.tier ?? tierFor({ ...request, risks });
  const tier = options.breach === true && !tierParameters(sizes).breach ? breachTier(sizes) : sizes;
  // Before a hundred megabytes of key are read for nothing.
  requireFit({ ...request, risks, tier: tierParameters(tier) });
  const artifacts = await asStage(progress, `load tier ${tier}, compare digests`, () => loadArtifacts(tier, { directory: options.artifacts }));
  const { bundle } = await proveMargin({ ...request, risks }, artifacts, progress);
  output.write(`${serializeBundle(bundle)}\n`);
  return outcomeOf({ ...bundleFacts(bundle), out: output.path }, { warnings: bundle.artifacts.setup === "local" ? [SETUP_WARNING] : [] });
}

type Request = Omit<ProvingRequest, "tier" | "risks">;

function readRequest(options: Options, terminal: Terminal): Request {
  const statements = options.statement.map(readStatement);
  terminal.hide(...statements.map(({ statement }) => statement.salt.toString()));
  const [{ statement: first }] = statements as [(typeof statements)[number]];
  const { subject = first.subject, ratioBps: minRatioBps, level, minAssurance, asOf } = options;
  const claim = claimFor(statements.map(({ statement }) => statement), { subject, minRatioBps, level, minAssurance });
  return {
    snapshot: readDocument(options.snapshot, parseSnapshot),
    policy: readPolicyOption(options.policy),
    statements,
    registry: readRegistry(options.registry),
    accountSetSalt: readSalt(options.accountSetSalt, "--account-set-salt", terminal),
    registeredAccountSet: options.accountSet,
    claim: { ...claim, asOf: asOf ?? claim.asOf },
    scope: scopeFrom(options) ?? first.scope,
    onChainCollateral: options.collateral,
  };
}
