/** A random run over the protocol: its contracts, their model, and one call at a time, compared. */
import type { Contract, Interface, Signer } from "ethers";
import { expect } from "vitest";
import { packClaim } from "../../prover/proof/claim.ts";
import { parseAddress } from "../../prover/statement/address.ts";
import { scopeOf } from "../../prover/statement/scope.ts";
import { at } from "./contracts.ts";
import type { Dice } from "./dice.ts";
import { call, type PublicationArguments, type World } from "./margin-world.ts";
import type { ManyReader } from "./many-reader.ts";
import type { ClaimedSignals } from "./protocol-claims.ts";
import type { Model } from "./protocol-model.ts";
import { simulate, trapdoor, type Proof } from "./tiny-groth16.ts";

/** A chain with the contracts on it, and what they should know. */
export interface Place {
  readonly world: World;
  readonly reader: ManyReader;
  readonly model: Model;
  readonly chainId: bigint;
  /** Time of the next block. */
  time: number;
  /** Time of the last block that was checked. */
  checked: number;
  /** Highest sequence that was read of each subject. */
  readonly highest: Map<string, bigint>;
  /** Last second that was spared so far, as read of each policy. */
  readonly spared: Map<string, number>;
  /** Publishers whose signatures count here, ascending by address. */
  publishers: readonly Signer[];
}

export interface Run extends Place {
  readonly lines: readonly Contract[];
  /** By address, on either chain: both know the same keys. */
  readonly signers: ReadonlyMap<string, Signer>;
  readonly creditors: readonly string[];
  readonly keeper: string;
  readonly bidders: readonly string[];
  /** Guards the attesters, and publishes none. */
  readonly guardian: Signer;
  /** Claims that were accepted once. */
  readonly accepted: ClaimedSignals[];
  /** Publications that were accepted, in order. */
  readonly publications: PublicationArguments[];
  /** Last epoch that anybody voted in, by policy. */
  readonly epochs: Map<string, number>;
  /** The registry on the other chain, to which snapshots are relayed. */
  readonly there: Place;
  /** Changes of the relay's publishers. */
  readonly relaySet: RelaySetModel;
  /** What came about, for a test to see that it did. */
  readonly seen: (what: string) => void;
  /** Everything that must hold after any call, for steps that make several. */
  readonly check: () => Promise<void>;
}

/** Who publishes at the relay beside those who do. */
export interface RelaySetModel {
  /** Who may take the place of a publisher that was removed. */
  readonly spares: Signer[];
  readonly removed: Signer[];
  readonly rotationDelay: number;
  announced: { readonly publishers: readonly Signer[]; readonly from: number } | undefined;
}

/** One kind of call, with everything random about it from the dice. It makes the call, keeps the model, and says whether the call passed. */
export interface Step {
  readonly name: string;
  /** How often, against the others. */
  readonly weight: number;
  /** Never passes. */
  readonly isAttack?: boolean;
  readonly run: (run: Run, dice: Dice) => Promise<boolean>;
}

/** The error a call ends in by name, or undefined. In a batch, the reason stands behind the index: `BadClaim 2 StatementTooOld`. */
export async function outcomeOf(action: Promise<unknown>, abi: Interface): Promise<string | undefined> {
  try {
    await action;
    return undefined;
  } catch (error) {
    const { data } = error as { data?: unknown };
    const parsed = typeof data === "string" ? abi.parseError(data) : null;
    if (parsed === null) throw error;
    if (parsed.name !== "BadClaim") return parsed.name;
    return `BadClaim ${parsed.args[0]} ${abi.parseError(parsed.args[1])?.name}`;
  }
}

/** Sends a call in a block of the place's time, compares how it ends, and says whether it passed. */
export async function attempt({ world, time }: Place, expected: string | undefined, contract: Contract, signer: Signer, name: string, ...parameters: unknown[]): Promise<boolean> {
  const action = at(world.chain, time, () => call(contract, signer, name, ...parameters));
  expect(await outcomeOf(action, contract.interface), name).toBe(expected);
  return expected === undefined;
}

/** Lets time pass: the next block is no earlier than this. */
export function waitUntil(place: Place, time: number): void {
  place.time = Math.max(place.time, time);
}

/** The public signals of a claim at a registry. An unknown policy's scope is that of no policy. */
export function signalsOf({ world, chainId }: Place, { claim, accountSet, policyId, snapshotRoot, attesterRoot, collateral }: ClaimedSignals): bigint[] {
  const policyHash = policyId === undefined ? 0xbad0n : BigInt(policyId);
  const scope = scopeOf({ chainId, registry: parseAddress(String(world.registry.target)), policyHash });
  return [snapshotRoot, attesterRoot, accountSet, 4_000_004n, packClaim(claim), collateral, scope];
}

/** What a key may be prepared for that these signals have. */
export const preparation = (tier: string, signals: readonly bigint[]): string => [tier, signals[1], signals[6]].join(" ");

/** A proof under a tier's key; under no tier's for a name that has none. */
export function proofUnder({ model }: Place, tier: string, signals: readonly bigint[]): Proof {
  return simulate(trapdoor(model.tiers.find((known) => known.tier === tier)?.label ?? "no tier"), signals);
}
