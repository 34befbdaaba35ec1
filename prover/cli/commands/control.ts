import type { Signer } from "ethers";
import { Option, type Command } from "commander";
import { contractAt } from "../../chain/contracts.ts";
import { pause, rearmBreaker, resume, revokeSnapshot, tripBreaker } from "../../chain/oracle-control.ts";
import { policyHash } from "../../commitment/snapshot.ts";
import { parseSnapshot } from "../../commitment/snapshot-json.ts";
import { MarginProofError } from "../../errors.ts";
import type { Address } from "../../statement/address.ts";
import { makeAct, type Plan } from "../acting.ts";
import { readDocument, readPolicyOption } from "../documents.ts";
import { oracleAddressOption, policyOption, registryAddressOption, wholeOption } from "../options.ts";
import { policyFacts } from "../oracle-facts.ts";
import type { Terminal } from "../terminal.ts";

interface OracleOptions {
  readonly oracleAddress: Address;
}

interface PauseOptions {
  readonly oracleAddress?: Address;
  readonly registryAddress?: Address;
}

interface PolicyOptions extends OracleOptions {
  readonly policy: string;
}

const AT = "--oracle-address 0x5FbDB2315678afecb367f032d93F642f64180aa3 --rpc http://127.0.0.1:8545 --key env:GUARDIAN_KEY";

/** The guardian stops, the admin resumes: publication at an oracle or a relay, submissions at a registry. */
export function controlPause(terminal: Terminal): Command {
  return makeAct<PauseOptions>(terminal, {
    usage: "pause",
    summary: "stop publication and new credit under all policies, or a registry's submissions",
    example: `control pause ${AT}`,
    options: pausable(),
    whose: "a guardian",
    contractOption: ({ registryAddress }) => (registryAddress === undefined ? "--oracle-address" : "--registry-address"),
    notes: "Accepted snapshots live on until they expire, and health until it lapses; a registry's pause spares who was healthy before it, for six hours at most.",
    plan: (options, { signer }) => ({ calls: [pause(pausedContract(options, signer))], facts: {} }),
  });
}

export function controlResume(terminal: Terminal): Command {
  return makeAct<PauseOptions>(terminal, {
    usage: "resume",
    summary: "let what was paused go on; the admin's, not a guardian's",
    example: "control resume --oracle-address 0x5FbDB2315678afecb367f032d93F642f64180aa3 --rpc http://127.0.0.1:8545 --key env:ADMIN_KEY",
    options: pausable(),
    whose: "an admin",
    contractOption: ({ registryAddress }) => (registryAddress === undefined ? "--oracle-address" : "--registry-address"),
    plan: (options, { signer }) => ({ calls: [resume(pausedContract(options, signer))], facts: {} }),
  });
}

export function controlTrip(terminal: Terminal): Command {
  return makeAct<PolicyOptions>(terminal, {
    usage: "trip",
    summary: "stop new credit on a policy's snapshots; existing accounts are spared for a bounded time",
    example: `control trip --policy grid-33 ${AT}`,
    options: [policyOption().makeOptionMandatory(), oracleAddressOption().makeOptionMandatory()],
    whose: "a guardian",
    contractOption: "--oracle-address",
    plan: (options, { signer }) => underPolicy(options, signer, tripBreaker),
  });
}

export function controlRearm(terminal: Terminal): Command {
  return makeAct<PolicyOptions>(terminal, {
    usage: "rearm",
    summary: "reopen new credit before the calm is complete, once a calm publication has followed the cause",
    example: `control rearm --policy grid-33 ${AT}`,
    options: [policyOption().makeOptionMandatory(), oracleAddressOption().makeOptionMandatory()],
    whose: "a guardian",
    contractOption: "--oracle-address",
    plan: (options, { signer }) => underPolicy(options, signer, rearmBreaker),
  });
}

export function controlRevoke(terminal: Terminal): Command {
  return makeAct<OracleOptions & { readonly policy?: string; readonly root?: bigint }>(terminal, {
    usage: "revoke [snapshot]",
    summary: "revoke a published snapshot, accepted or on its way, at once and for good",
    example: `control revoke snapshot.json ${AT}`,
    options: [
      wholeOption("--root <integer>", "its root, where the file is not at hand; with --policy", 254),
      policyOption(),
      oracleAddressOption().makeOptionMandatory(),
    ],
    whose: "a guardian",
    contractOption: "--oracle-address",
    notes: "Every proof made against it stops counting. Revoked while accounts may stand on it, it trips the policy's breaker.",
    plan: ({ oracleAddress, policy, root }, { signer }, [file]) => {
      const oracle = contractAt("SnapshotOracle", oracleAddress, signer);
      const revocation = revocationFrom(file, policy, root);
      return {
        calls: [revokeSnapshot(oracle, revocation)],
        facts: { root: revocation.root.toString(), policyHash: revocation.policyHash.toString() },
        after: async () => ({ policy: await policyFacts(oracle, revocation.policyHash) }),
      };
    },
  });
}

const pausable = (): Option[] => [oracleAddressOption().conflicts("registryAddress"), registryAddressOption()];

function pausedContract({ oracleAddress, registryAddress }: PauseOptions, signer: Signer) {
  if (registryAddress !== undefined) return contractAt("MarginHealthRegistry", registryAddress, signer);
  if (oracleAddress !== undefined) return contractAt("SnapshotOracle", oracleAddress, signer);
  throw new MarginProofError("UsageError", "no contract", { path: "--oracle-address", hint: "give --oracle-address for an oracle or a relay, or --registry-address" });
}

function underPolicy({ oracleAddress, policy }: PolicyOptions, signer: Signer, call: typeof tripBreaker): Plan {
  const oracle = contractAt("SnapshotOracle", oracleAddress, signer);
  const hash = policyHash(readPolicyOption(policy));
  return { calls: [call(oracle, hash)], facts: { policyHash: hash.toString() }, after: async () => ({ policy: await policyFacts(oracle, hash) }) };
}

function revocationFrom(file: string | undefined, policy: string | undefined, root: bigint | undefined): { policyHash: bigint; root: bigint } {
  if (file !== undefined && root === undefined && policy === undefined) return readDocument(file, parseSnapshot);
  if (file === undefined && root !== undefined && policy !== undefined) return { policyHash: policyHash(readPolicyOption(policy)), root };
  throw new MarginProofError("UsageError", "which snapshot is not clear", { path: "--root", hint: "give the snapshot's file, or else --root and --policy" });
}
