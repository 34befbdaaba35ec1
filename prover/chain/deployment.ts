/** What was deployed where, `margin-deployment/1`, and whether the chain still says so. */
import { AbiCoder, concat, keccak256, type Provider } from "ethers";
import { z } from "zod";
import { canonicalJson } from "../commitment/canonical-json.ts";
import { MarginProofError } from "../errors.ts";
import type { VerifyingArtifacts } from "../proof/artifacts.ts";
import { STATEMENT_KINDS } from "../proof/tiers.ts";
import type { VerificationKey } from "../proof/verification-key.ts";
import { readJson } from "../risk/schema.ts";
import { addressField } from "../statement/address.ts";
import { solidityKey, tierId } from "./calldata.ts";
import { contractArtifact, contractAt, namingRefusals } from "./contracts.ts";

export const DEPLOYMENT_FORMAT = "margin-deployment/1";

/** twin: SetupKind of ITierTable.sol */
export const SETUP_KINDS = ["local", "ceremony"] as const;

const hash = z.string().regex(/^0x[0-9a-f]{64}$/, "expected 0x and 64 lower-case hexadecimal digits");
const digest = z.string().regex(/^[0-9a-f]{64}$/, "expected 64 lower-case hexadecimal digits");
const contractSchema = z.strictObject({ address: addressField(), codeHash: hash });

export const deploymentSchema = z.strictObject({
  format: z.literal(DEPLOYMENT_FORMAT),
  chainId: z.string().regex(/^[1-9][0-9]*$/),
  admin: addressField(),
  /** keccak256 of the code at each address. */
  contracts: z.strictObject({
    MarginHealthVerifier: contractSchema, SnapshotOracle: contractSchema, AttesterRegistry: contractSchema, MarginHealthRegistry: contractSchema, CollateralEscrow: contractSchema,
  }),
  tiers: z.array(z.strictObject({
    tier: z.string(),
    kind: z.enum(STATEMENT_KINDS),
    setup: z.enum(SETUP_KINDS),
    address: addressField(),
    verificationKeyHash: hash,
    /** SHA-256 of the circuit and the key, as in the tier's lock. */
    r1cs: digest,
    vkey: digest,
  })),
  policies: z.array(z.strictObject({ policyId: hash, scope: z.string().regex(/^[0-9]+$/) })),
});

export type DeploymentRecord = z.output<typeof deploymentSchema>;

/** @throws InvalidSchema with the place */
export const parseDeployment = (json: unknown): DeploymentRecord => readJson(deploymentSchema, json);

/** As canonical text: equal deployments give equal bytes. */
export const serializeDeployment = (record: DeploymentRecord): string => canonicalJson(record);

/** keccak256 of the ABI-encoded key. twin: Groth16KeyStore.verificationKeyHash */
export const verificationKeyHash = (vkey: VerificationKey): string => keccak256(encodedKey(vkey));

function encodedKey(vkey: VerificationKey): string {
  const { abi } = contractArtifact("Groth16Verifier") as { abi: readonly { type: string; inputs?: readonly object[] }[] };
  const [parameter] = abi.find(({ type }) => type === "constructor")!.inputs!;
  return AbiCoder.defaultAbiCoder().encode([parameter as never], [solidityKey(vkey)]);
}

/** keccak256 of the code that this package's Groth16Verifier has with a key: the node runs its constructor, and nothing is sent. */
async function keyCodeHash(vkey: VerificationKey, provider: Provider): Promise<string> {
  return keccak256(await provider.call({ data: concat([contractArtifact("Groth16Verifier").bytecode, encodedKey(vkey)]) }));
}

/** One thing that was looked at. */
export interface DeploymentFinding {
  readonly what: string;
  readonly expected: string;
  readonly found: string;
  readonly agrees: boolean;
}

/**
 * Compares a deployment with its record: the code at every address, every tier's key, kind and set-up, the registry's own references and the
 * policies' scopes. With artefacts at hand, each key and the code that checks its proofs are computed again from its file.
 * @returns every comparison, in order
 * @throws ChainError when the node does not answer or is of another chain
 */
export async function checkDeployment(record: DeploymentRecord, provider: Provider, artifacts: readonly VerifyingArtifacts[] = []): Promise<readonly DeploymentFinding[]> {
  const { chainId } = await provider.getNetwork();
  if (chainId.toString() !== record.chainId) {
    throw new MarginProofError("ChainError", `the node is of chain ${chainId}`, { path: "chainId", hint: `ask a node of chain ${record.chainId}` });
  }
  const findings: DeploymentFinding[] = [];
  const compare = (what: string, expected: unknown, found: unknown): void => {
    findings.push({ what, expected: String(expected), found: String(found), agrees: String(expected) === String(found) });
  };
  for (const [name, { address, codeHash }] of Object.entries(record.contracts)) compare(`code of ${name}`, codeHash, keccak256(await provider.getCode(address)));

  const { MarginHealthRegistry, MarginHealthVerifier, SnapshotOracle, AttesterRegistry, CollateralEscrow } = record.contracts;
  const registry = contractAt("MarginHealthRegistry", MarginHealthRegistry.address, provider);
  const verifier = contractAt("MarginHealthVerifier", MarginHealthVerifier.address, provider);
  const ask = (contract: typeof registry, method: string, ...args: unknown[]): Promise<any> => namingRefusals(contract, () => contract.getFunction(method).staticCall(...args));
  const references = { verifier: MarginHealthVerifier, oracle: SnapshotOracle, attesters: AttesterRegistry, escrow: CollateralEscrow };
  for (const [getter, { address }] of Object.entries(references)) compare(`the registry's ${getter}`, address, await ask(registry, getter));

  for (const { tier, kind, setup, address, verificationKeyHash: keyHash } of record.tiers) {
    const entry = await ask(verifier, "tierOf", tierId(tier));
    compare(`verifier of tier ${tier}`, address, entry.verifier);
    compare(`statement of tier ${tier}`, kind, STATEMENT_KINDS[Number(entry.kind)]);
    compare(`set-up of tier ${tier}`, setup, SETUP_KINDS[Number(entry.setup)]);
    compare(`key of tier ${tier}`, keyHash, await ask(contractAt("Groth16Verifier", address, provider), "verificationKeyHash"));
    const local = artifacts.find((each) => each.tier === tier);
    if (local === undefined) continue;
    compare(`key of tier ${tier}, from its file`, keyHash, verificationKeyHash(local.vkey));
    compare(`code of tier ${tier}, from its file`, await keyCodeHash(local.vkey, provider), keccak256(await provider.getCode(address)));
  }
  for (const { policyId, scope } of record.policies) {
    compare(`scope of policy ${policyId}`, scope, await ask(registry, "scopeOf", policyId));
    compare(`policy ${policyId} takes proofs`, true, await ask(registry, "requirementsOf", policyId).then(({ maxStatementAge, retired }) => maxStatementAge > 0n && !retired));
  }
  return findings;
}
