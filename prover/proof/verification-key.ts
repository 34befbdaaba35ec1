import { z } from "zod";
import { MarginProofError } from "../errors.ts";

const decimal = z.string().regex(/^(0|[1-9][0-9]*)$/, "a decimal integer");
const g1 = z.tuple([decimal, decimal, decimal]);
const pair = z.tuple([decimal, decimal]);
const g2 = z.tuple([pair, pair, pair]);

/** A Groth16 verification key as snarkjs exports it: projective points in decimal, G2 coordinates as [real, imaginary]. */
export const VerificationKeySchema = z.object({
  protocol: z.literal("groth16"),
  curve: z.literal("bn128"),
  nPublic: z.int().nonnegative(),
  vk_alpha_1: g1,
  vk_beta_2: g2,
  vk_gamma_2: g2,
  vk_delta_2: g2,
  vk_alphabeta_12: z.array(z.array(pair)),
  IC: z.array(g1),
});

export type VerificationKey = z.infer<typeof VerificationKeySchema>;

/** The generator of G2, as every library writes it. */
const GENERATOR: [x: [string, string], y: [string, string]] = [
  ["10857046999023057135944570762232829481370756359578518086990519993285655852781", "11559732032986387107991004021392285783925812861821192530917403151452391805634"],
  ["8495653923123431417604973247489272438418190587263600148770280649306958101930", "4082367875863433681332203403145435568316851327593401208105741076214120093531"],
];

/**
 * Reads an untrusted verification key.
 * @throws InvalidSchema: not of snarkjs's shape, or not one IC point more than public signals
 */
export function parseVerificationKey(value: unknown, path = "vkey"): VerificationKey {
  const parsed = VerificationKeySchema.safeParse(value);
  const hint = "export it again: snarkjs zkey export verificationkey";
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw new MarginProofError("InvalidSchema", issue.message, { path: [path, ...issue.path].join("."), hint });
  }
  if (parsed.data.IC.length !== parsed.data.nPublic + 1) {
    throw new MarginProofError("InvalidSchema", `${parsed.data.IC.length} points for ${parsed.data.nPublic} public signals`, { path: `${path}.IC`, hint });
  }
  return parsed.data;
}

/**
 * Refuses keys under which anyone can forge proofs: delta must be a secret multiple of the generator. A phase 2 without any
 * contribution leaves delta = gamma = generator, and then A = alpha, B = beta, C = -IC(signals) verifies for all signals.
 * @throws UnsafeKey
 */
export function assertSafeVerificationKey(vkey: VerificationKey): void {
  const unsafe = (problem: string) =>
    new MarginProofError("UnsafeKey", problem, { path: "vkey.vk_delta_2", hint: "finish the set-up: a local one by `npm run build`, a ceremony by at least one contribution" });
  // The x coordinate alone: under delta = -gamma, C = +IC(signals) forges as C = -IC(signals) does under delta = gamma.
  if (samePair(vkey.vk_delta_2[0], vkey.vk_gamma_2[0])) throw unsafe("delta equals gamma or its opposite: nobody contributed to this key");
  const [x, y, z] = vkey.vk_delta_2;
  if (isZero(z) || (isZero(x) && isZero(y))) throw unsafe("delta is the point at infinity");
  // The x coordinate alone: minus the generator is as public as the generator.
  if (samePair(x, GENERATOR[0])) throw unsafe("delta is the generator or its opposite: its logarithm is known");
}

function samePair(a: readonly [string, string], b: readonly [string, string]): boolean {
  return BigInt(a[0]) === BigInt(b[0]) && BigInt(a[1]) === BigInt(b[1]);
}

function isZero(pair: readonly [string, string]): boolean {
  return samePair(pair, ["0", "0"]);
}
