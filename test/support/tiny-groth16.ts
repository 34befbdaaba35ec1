import { bn254 } from "@noble/curves/bn254.js";
import { keccak_256 } from "@noble/hashes/sha3.js";
import { utf8ToBytes } from "@noble/hashes/utils.js";
import { FIELD } from "../../prover/units.ts";

/**
 * Groth16 with the trapdoor kept. Who knows the secrets of a set-up proves any statement, so the contracts can be tested with
 * real keys, real pairings and chosen public signals, without a circuit:
 *   A = a, B = b, C = (ab - alpha beta - gamma vk_x) / delta     for any a, b, in exponents
 */

export const SIGNALS = 7;
/** Order of the base field, to which coordinates belong. */
export const BASE_FIELD = bn254.fields.Fp.ORDER;

export type G1 = [x: bigint, y: bigint];
/** As the EVM reads them: imaginary part first. */
export type G2 = [x: [bigint, bigint], y: [bigint, bigint]];

export interface Key {
  alpha: G1;
  beta: G2;
  gamma: G2;
  delta: G2;
  ic: G1[];
}

export interface Proof {
  a: G1;
  b: G2;
  c: G1;
}

export interface Trapdoor {
  readonly alpha: bigint;
  readonly beta: bigint;
  readonly gamma: bigint;
  readonly delta: bigint;
  readonly ic: readonly bigint[];
}

const mod = (value: bigint): bigint => ((value % FIELD) + FIELD) % FIELD;
const inverse = (value: bigint): bigint => bn254.fields.Fr.inv(mod(value));

/** A scalar from a label: the same in every run, related to no other. */
export function scalar(label: string): bigint {
  return mod(BigInt(`0x${Buffer.from(keccak_256(utf8ToBytes(label))).toString("hex")}`) | 1n);
}

export function g1(exponent: bigint): G1 {
  const { x, y } = bn254.G1.Point.BASE.multiply(mod(exponent)).toAffine();
  return [x, y];
}

export function g2(exponent: bigint): G2 {
  const { x, y } = bn254.G2.Point.BASE.multiply(mod(exponent)).toAffine();
  return [
    [x.c1, x.c0],
    [y.c1, y.c0],
  ];
}

/** A set-up whose secrets come from a label. */
export function trapdoor(label: string, fixed: Partial<Trapdoor> = {}): Trapdoor {
  const secret = (name: string) => scalar(`${label}/${name}`);
  return {
    alpha: secret("alpha"),
    beta: secret("beta"),
    gamma: secret("gamma"),
    delta: secret("delta"),
    ic: Array.from({ length: SIGNALS + 1 }, (_, i) => secret(`ic/${i}`)),
    ...fixed,
  };
}

export function keyOf({ alpha, beta, gamma, delta, ic }: Trapdoor): Key {
  return { alpha: g1(alpha), beta: g2(beta), gamma: g2(gamma), delta: g2(delta), ic: ic.map(g1) };
}

/** The exponent of vk_x. */
export function combine({ ic }: Trapdoor, signals: readonly bigint[]): bigint {
  return signals.reduce((sum, signal, i) => mod(sum + signal * ic[i + 1]!), ic[0]!);
}

const points = new Map<string, Pick<Proof, "a" | "b">>();

/** A and B of a label, which depend on nothing else. */
function pointsOf(label: string, a: bigint, b: bigint): Pick<Proof, "a" | "b"> {
  const known = points.get(label) ?? { a: g1(a), b: g2(b) };
  points.set(label, known);
  return known;
}

/** A proof of these public signals. Two labels give two proofs of the same statement. */
export function simulate(secrets: Trapdoor, signals: readonly bigint[], label = "proof"): Proof {
  const a = scalar(`${label}/a`);
  const b = scalar(`${label}/b`);
  const rest = a * b - secrets.alpha * secrets.beta - secrets.gamma * combine(secrets, signals);
  return { ...pointsOf(label, a, b), c: g1(rest * inverse(secrets.delta)) };
}

/** The same proof in other bytes, made from nothing but the proof: (sA, B/s, C). */
export function rerandomise({ a, b, c }: Proof, s: bigint): Proof {
  const pointA = bn254.G1.Point.fromAffine({ x: a[0], y: a[1] }).multiply(mod(s)).toAffine();
  const [[x1, x0], [y1, y0]] = b;
  const pointB = bn254.G2.Point.fromAffine({ x: { c0: x0, c1: x1 }, y: { c0: y0, c1: y1 } }).multiply(inverse(s)).toAffine();
  return {
    a: [pointA.x, pointA.y],
    b: [
      [pointB.x.c1, pointB.x.c0],
      [pointB.y.c1, pointB.y.c0],
    ],
    c,
  };
}

export const negateG1 = ([x, y]: G1): G1 => [x, BASE_FIELD - y];
export const negateG2 = ([x, [y1, y0]]: G2): G2 => [x, [(BASE_FIELD - y1) % BASE_FIELD, (BASE_FIELD - y0) % BASE_FIELD]];

/** vk_x from a public key alone. */
export function combineKey({ ic }: Key, signals: readonly bigint[]): G1 {
  const point = ([x, y]: G1) => bn254.G1.Point.fromAffine({ x, y });
  const sum = signals.reduce((acc, signal, i) => acc.add(point(ic[i + 1]!).multiplyUnsafe(signal)), point(ic[0]!)).toAffine();
  return [sum.x, sum.y];
}

/** Whether the pairing equation holds, with noble's pairing: the second opinion on the precompile. */
export function verifies({ alpha, beta, gamma, delta, ic }: Key, signals: readonly bigint[], { a, b, c }: Proof): boolean {
  const p = ([x, y]: G1) => bn254.G1.Point.fromAffine({ x, y });
  const q = ([[x1, x0], [y1, y0]]: G2) => bn254.G2.Point.fromAffine({ x: { c0: x0, c1: x1 }, y: { c0: y0, c1: y1 } });
  const product = bn254.pairingBatch([
    { g1: p(negateG1(a)), g2: q(b) },
    { g1: p(alpha), g2: q(beta) },
    { g1: p(combineKey({ alpha, beta, gamma, delta, ic }, signals)), g2: q(gamma) },
    { g1: p(c), g2: q(delta) },
  ]);
  return bn254.fields.Fp12.eql(product, bn254.fields.Fp12.ONE);
}
