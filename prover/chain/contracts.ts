import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Contract, ContractFactory, isError } from "ethers";
import type { ContractRunner, ContractTransactionReceipt, ContractTransactionResponse, ErrorDescription, InterfaceAbi, Signer } from "ethers";
import { MarginProofError } from "../errors.ts";
import { packageRoot } from "../proof/tiers.ts";

/** Contracts whose ABI and bytecode ship with the package (verifier-contracts/abi). */
export const CONTRACTS = [
  "Groth16Verifier", "MarginHealthVerifier", "SnapshotOracle", "RelayedSnapshots", "AttesterRegistry", "MarginHealthRegistry", "CollateralEscrow", "IMarginHealth",
  "ILiquidationAuction", "PrivateCreditLine", "DemoDollar",
] as const;
export type ContractName = (typeof CONTRACTS)[number];

export interface ContractArtifact {
  readonly contractName: string;
  readonly abi: InterfaceAbi;
  readonly bytecode: string;
}

/** @throws ArtifactMissing when the contracts have not been compiled */
export function contractArtifact(name: ContractName): ContractArtifact {
  const path = join(packageRoot(), "verifier-contracts/abi", `${name}.json`);
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    throw new MarginProofError("ArtifactMissing", "cannot be read", { path, hint: "compile the contracts: npm run build", cause });
  }
}

/** A contract at an address, with the ABI that ships with the package. @throws ArtifactMissing */
export function contractAt(name: ContractName, address: string, runner: ContractRunner): Contract {
  return new Contract(address, contractArtifact(name).abi, runner);
}

/** Deploys and waits for the code to be there. @throws ContractRefused with the contract's own error, ChainError */
export async function deploy(name: ContractName, signer: Signer, args: readonly unknown[]): Promise<Contract> {
  const { abi, bytecode } = contractArtifact(name);
  const factory = new ContractFactory(abi, bytecode, signer);
  return namingRefusals(contractAt(name, "0x0000000000000000000000000000000000000000", signer), async () => {
    const contract = await factory.deploy(...args);
    await contract.waitForDeployment();
    return contractAt(name, await contract.getAddress(), signer);
  });
}

/** Sends a transaction and waits for it. @throws ContractRefused with the contract's own error, ChainError */
export async function send(contract: Contract, method: string, args: readonly unknown[]): Promise<ContractTransactionReceipt> {
  return namingRefusals(contract, async () => {
    // At an address without code every call that returns nothing would succeed.
    if ((await contract.getDeployedCode()) === null) throw new MarginProofError("ChainError", "there is no contract at this address", { hint: "check the address and the network" });
    // Asked first without sending: a refusal costs no gas and comes back with its data on every node.
    await contract.getFunction(method).staticCall(...args);
    const response = (await contract.getFunction(method).send(...args)) as ContractTransactionResponse;
    const receipt = await response.wait();
    if (receipt === null) throw new MarginProofError("ChainError", "the transaction was dropped", { hint: "send it again" });
    return receipt;
  });
}

/** Runs a call and turns a revert into ContractRefused, named as the contract names it. */
export async function namingRefusals<T>(contract: Contract, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    if (cause instanceof MarginProofError) throw cause;
    const refusal = revertData(cause);
    const parsed = refusal === undefined ? null : contract.interface.parseError(refusal);
    if (parsed !== null) {
      // A claim of a batch: what is wrong with it stands inside, unless it ran out of gas.
      const inner = parsed.name === "BadClaim" && parsed.args[1].length >= 10 ? contract.interface.parseError(parsed.args[1]) : null;
      const message = inner === null ? written(parsed) : `BadClaim(${parsed.args[0]}, ${written(inner)})`;
      throw new MarginProofError("ContractRefused", message, { hint: REMEDIES[(inner ?? parsed).name] ?? "see the error's comment in the contract", cause });
    }
    const reason = isError(cause, "CALL_EXCEPTION") ? (cause.reason ?? cause.shortMessage) : cause instanceof Error ? cause.message : String(cause);
    throw new MarginProofError("ChainError", reason, { hint: "check the address, the network and the sender's balance", cause });
  }
}

const written = ({ name, args }: ErrorDescription): string => `${name}(${args.map(String).join(", ")})`;

/** Revert data as ethers, Hardhat and plain JSON-RPC nodes carry it. */
function revertData(error: unknown, depth = 0): string | undefined {
  if (typeof error !== "object" || error === null || depth > 4) return undefined;
  const { data, error: inner, info, cause } = error as { data?: unknown; error?: unknown; info?: { error?: unknown }; cause?: unknown };
  if (typeof data === "string" && /^0x[0-9a-fA-F]{8,}$/.test(data)) return data;
  return revertData(data, depth + 1) ?? revertData(inner, depth + 1) ?? revertData(info?.error, depth + 1) ?? revertData(cause, depth + 1);
}

const REMEDIES: Readonly<Record<string, string>> = {
  NotRegistered: "the subject registers its account set first",
  AlreadyRegistered: "prove the accounts that are registered; a set grows by proof and is given up by release",
  AccountSetMismatch: "prove all accounts of the registered set, in their order, under the salt it was registered with",
  StatementBeforeSetChange: "ask the venues for statements from after the change of the account set",
  ReleaseRunning: "cancel the release of the account set, or execute it and register another",
  NoReleaseRunning: "announce the release first",
  ReleaseTooEarly: "wait until the time that was announced",
  PledgesOutstanding: "have the creditors give their pledges back first",
  ScopeMismatch: "have the statements signed, and prove, for this chain, this registry and this policy",
  UnknownSnapshot: "prove against a snapshot that the publishers have accepted",
  StaleSnapshot: "prove against the latest snapshot",
  UnknownAttesterRoot: "prove against the latest attester registry",
  KeyRevoked: "leave the key out: a revoked key never comes back",
  StatementTooOld: "ask the venues for new statements",
  StatementFromFuture: "wait, or correct the clock that dated the statements",
  LevelTooLow: "prove the initial margin level",
  RatioTooLow: "claim a higher ratio",
  AssuranceTooLow: "use statements of a higher assurance",
  NothingProved: "there is no health to end",
  BreachOfOtherPolicy: "prove the breach under the policy that health was proved under",
  BreachOfHigherLevel: "prove the breach of the level that the registry demands",
  BreachOfHigherRatio: "prove the breach of the ratio that the registry demands",
  CollateralLeftOut: "count at least what the escrow holds for the subject",
  BreachNotNewer: "use newer statements or a newer snapshot than the proof, or the last breach",
  NotNewerThanBreach: "prove with newer statements, a newer snapshot or more collateral than the breach saw",
  SequenceNotIncreasing: "this proof or a later one was accepted already: use newer statements",
  CollateralNotHeld: "deposit the collateral, or prove with what is held",
  InvalidProof: "the proof is not of these public signals: submit the bundle as the prover wrote it",
  PublicSignalNotInField: "submit the bundle as the prover wrote it",
  MalformedProof: "submit the bundle as the prover wrote it",
  NothingToPrepare: "nothing is left to do: the key is prepared for these values",
  WrongStatementKind: "use a tier whose key proves this kind of statement",
  TierNotActive: "wait until the tier takes proofs, or prove in another tier",
  TierSunset: "the tier has ended: prove in its successor",
  TierDisabled: "the tier was withdrawn: prove in another",
  MalformedProofAt: "submit the bundles as the prover wrote them, without the one named",
  PublicSignalNotInFieldAt: "submit the bundles as the prover wrote them, without the one named",
  InvalidProofAt: "the proof named is not of its public signals: leave it out, or submit the bundle as the prover wrote it",
  NotAPublisher: "leave out who is no publisher now, and give each publisher once, in ascending order",
  InvalidPublisherSignature: "sign for this chain and this oracle, exactly the publication that is sent",
  QuorumNotReached: "gather more publishers' signatures",
  NoNewVote: "gather signatures of publishers who have not voted in this epoch",
  AlreadyVoted: "a publisher votes once an epoch: wait for the others, or vote in the next",
  EpochNotIncreasing: "use an epoch after the policy's latest",
  SnapshotNotNewer: "publish a snapshot of newer market data",
  SnapshotExpired: "publish a snapshot of newer market data",
  SnapshotFromFuture: "wait, or correct the clock that dated the market",
  RootRevoked: "publish a snapshot of newer market data",
  RootAcceptedBefore: "publish a snapshot of newer market data",
  PairingOutOfGas: "send more gas: a pairing is given a third of what is left",
  BatchTooLarge: "split the batch",
  UnknownTier: "the registry has no key for this tier: choose another",
  InsufficientBalance: "deposit more, or have a creditor release what is pledged to it",
  CollateralInUse: "wait until the proof that counts it lapses, or prove with less",
  PledgeTooSmall: "a creditor takes or releases no more than is pledged to it",
  HealthRegained: "the subject is healthy again, or was since the notice: cancel, and give notice anew if it lapses",
  PledgeSuffices: "what is pledged carries the debt alone: there is nothing to close",
  NoDebt: "nothing is owed",
  AlreadyNoticed: "start the auction when the grace period is over",
  NotNoticed: "give notice first",
  GracePeriod: "wait until then",
  Spared: "wait until the circuit breaker's grace is over",
  AlreadyStarted: "bid",
  NotStarted: "start the auction first",
  AuctionOver: "take over: the price has fallen to nothing, or nothing is pledged",
  AuctionRunning: "bid, or wait until the price has fallen to nothing",
  TooLittleCollateral: "the price has not fallen that far: wait, or accept less",
  StillShort: "prove health again, repay or pledge more",
  PledgeTooLow: "pledge more",
  BadDebtOwed: "pay back what no pledge was left for",
  EnforcedPause: "the contract is paused: wait for its guardian",
};
