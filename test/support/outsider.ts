/**
 * An attacker from outside: the published ABI, a node and raw calldata. Words are written by hand here, not by this project's encoders, and curve
 * arithmetic is noble's; of what the project knows only real proofs are used. Whatever is sent, nobody becomes healthy.
 */
import { readFileSync } from "node:fs";
import { bn254 } from "@noble/curves/bn254.js";
import { Interface, keccak256 } from "ethers";
import { connect, type Chain } from "./contracts.ts";
import { createWorld, inOrder, SECRETS, signalsFor, TIER, type World } from "./margin-world.ts";
import { simulate } from "./tiny-groth16.ts";

export const abi = new Interface(JSON.parse(readFileSync("verifier-contracts/abi/MarginHealthRegistry.json", "utf8")).abi);
export const verifierAbi = new Interface(JSON.parse(readFileSync("verifier-contracts/abi/Groth16Verifier.json", "utf8")).abi);
export const R = bn254.fields.Fr.ORDER;
export const Q = bn254.fields.Fp.ORDER;

/** Eight words of a proof, as calldata has them: A, B with imaginary parts first, C. */
export type Words = readonly bigint[];
export const word = (value: bigint): string => value.toString(16).padStart(64, "0");
const selector = (signature: string): string => keccak256(Buffer.from(signature)).slice(0, 10);
const SUBMIT = selector("submit(bytes32,(uint256[2],uint256[2][2],uint256[2]),uint256[7])");
const SUBMIT_BATCH = selector("submitBatch(bytes32,(uint256[2],uint256[2][2],uint256[2])[],uint256[7][])");
export const one = (proof: Words, signals: Words, tier = TIER): string => SUBMIT + tier.slice(2) + [...proof, ...signals].map(word).join("");
/** Two arrays behind their offsets; lengths are what they are said to be. */
export const many = (proofs: readonly Words[], signals: readonly Words[], said: readonly [number, number] = [proofs.length, signals.length]): string =>
  SUBMIT_BATCH + TIER.slice(2) + [0x60n, BigInt(0x80 + 0x100 * proofs.length), BigInt(said[0]), ...proofs.flat(), BigInt(said[1]), ...signals.flat()].map(word).join("");

export const g1 = (proof: Words, at: number) => bn254.G1.Point.fromAffine({ x: proof[at]!, y: proof[at + 1]! });
export const g2 = ([, , x1, x0, y1, y0]: Words) => bn254.G2.Point.fromAffine({ x: { c0: x0!, c1: x1! }, y: { c0: y0!, c1: y1! } });
export const wordsOf = (a: ReturnType<typeof g1>, b: ReturnType<typeof g2>, c: ReturnType<typeof g1>): Words => {
  const [p, q, r] = [a.toAffine(), b.toAffine(), c.toAffine()];
  return [p.x, p.y, q.x.c1, q.x.c0, q.y.c1, q.y.c0, r.x, r.y];
};
/** (s A, B / s, C) */
export const rerandomised = (proof: Words, s: bigint): Words => wordsOf(g1(proof, 0).multiply(s), g2(proof).multiply(bn254.fields.Fr.inv(s)), g1(proof, 6));
/** (-A, -B, C) */
export const negated = (proof: Words): Words => wordsOf(g1(proof, 0).negate(), g2(proof).negate(), g1(proof, 6));

export interface Outsider {
  readonly world: World;
  readonly chain: Chain;
  readonly registry: string;
  readonly subject: string;
  /** A real proof and its signals, seen in somebody's transaction. */
  readonly proof: Words;
  readonly signals: Words;
  /** Real proofs of the subject with rising sequences. */
  readonly seen: (count: number) => Promise<{ proofs: Words[]; signals: Words[] }>;
  /** Sends bytes as a transaction of the stranger, and says what came back: the error's name, `reverted` where there is none to read, or `accepted`. */
  readonly send: (data: string, to?: string, on?: World) => Promise<string>;
  readonly isHealthy: (of?: string, at?: string, on?: Chain) => Promise<boolean>;
}

export async function createOutsider(): Promise<Outsider> {
  const chain = await connect();
  const world = await createWorld(chain);
  const registry = String(world.registry.target);
  const subject = await world.subject.getAddress();
  const seen = async (count: number): Promise<{ proofs: Words[]; signals: Words[] }> => {
    const signals = await Promise.all(Array.from({ length: count }, async (_, i) => inOrder(await signalsFor(world, { claim: { sequence: i + 1 } }))));
    return { signals, proofs: signals.map((own, i) => Object.values(simulate(SECRETS, own, `seen ${i}`)).flat(2) as bigint[]) };
  };
  const { proofs: [proof], signals: [signals] } = await seen(1);
  return {
    world, chain, registry, subject, proof: proof!, signals: signals!, seen,
    send: async (data, to = registry, on = world) => {
      try {
        await (await on.stranger.sendTransaction({ to, data, gasLimit: 16_000_000n })).wait();
        return "accepted";
      } catch (error) {
        const { data: reason } = error as { data?: string };
        if (typeof reason !== "string") throw error;
        return nameOf(reason);
      }
    },
    isHealthy: async (of = subject, at = registry, on = chain) =>
      abi.decodeFunctionResult("isHealthy", await on.ethers.provider.call({ to: at, data: abi.encodeFunctionData("isHealthy", [of]) }))[0] as boolean,
  };
}

function nameOf(reason: string): string {
  const parsed = reason === "0x" ? null : (abi.parseError(reason) ?? verifierAbi.parseError(reason));
  if (parsed === null) return "reverted";
  return parsed.name === "BadClaim" ? `${parsed.name} ${parsed.args[0]} ${abi.parseError(parsed.args[1])?.name}` : [parsed.name, ...parsed.args].join(" ");
}
