import { createHash } from "node:crypto";
import { availableParallelism } from "node:os";
import { buildBn128, type Curve } from "ffjavascript";
import { FIELD_BYTES } from "../proof/field-bytes.ts";
import { assertSafeVerificationKey, parseVerificationKey, type VerificationKey } from "../proof/verification-key.ts";
import { silent, type Progress } from "../progress.ts";
import { CurveMemory } from "./curve-memory.ts";
import { domainSize } from "./evaluation-domain.ts";
import { multiplyPool, type MultiplyPool } from "./multiply-pool.ts";
import { keyScalars, type KeyScalars } from "./key-scalars.ts";
import type { R1cs } from "./r1cs.ts";
import { drawSecrets } from "./secrets.ts";
import { coefficientSection, headerSection, writeZkey, type ProvingKey } from "./zkey-writer.ts";

export interface LocalSetupOptions {
  progress?: Progress;
  /** Threads for the multiplications; all processors unless told otherwise. */
  threads?: number;
}

/**
 * Makes a Groth16 key alone: draws the secrets, computes the key straight from the constraints, writes `zkeyPath` in snarkjs's
 * format, forgets the secrets. Whoever runs this could have kept them, so a key of this kind convinces only its maker:
 * mark it `local`, and use a ceremony for everyone else.
 * @returns the verification key in snarkjs's shape
 * @throws InvalidR1cs when the circuit is too large; UnsafeKey never, unless the random source is broken
 */
export async function localSetup(r1cs: R1cs, zkeyPath: string, { progress = silent, threads = availableParallelism() }: LocalSetupOptions = {}): Promise<VerificationKey> {
  const bn128 = await buildBn128(true);
  const code = await WebAssembly.compile(bn128.tm.code);
  const curve = await CurveMemory.instantiate(code);
  const generators = { G1: bn128.tm.pG1gen, G2: bn128.tm.pG2gen };
  const expected = { G1: 3 * r1cs.wires + domainSize(r1cs), G2: r1cs.wires };
  const pool = multiplyPool({ code, generators, expected, threads });
  try {
    progress("polynomials", 0, 1);
    const coefficients = coefficientSection(curve, r1cs);
    const gamma2 = curve.copyOut(generators.G2, 128);
    const scalars = keyScalars(curve, r1cs, drawSecrets(curve));
    curve.erase();
    progress("polynomials", 1, 1);
    const points = await multiplyAll(pool, scalars, progress);
    const key = { ...points, gamma2, coefficients };
    const vkey = verificationKey(bn128, r1cs, key);
    assertSafeVerificationKey(vkey);
    progress("write", 0, 1);
    await writeZkey(zkeyPath, r1cs, { ...key, hash: setupHash(r1cs, headerSection(r1cs, key)) });
    progress("write", 1, 1);
    return vkey;
  } finally {
    curve.erase();
    await pool.close();
  }
}

type Points = Omit<ProvingKey, "gamma2" | "coefficients" | "hash">;

async function multiplyAll(pool: MultiplyPool, scalars: KeyScalars, progress: Progress): Promise<Points> {
  const { alpha, beta, delta, ic, a, b, c, h } = scalars;
  const total = [beta, delta, b, ...Object.values(scalars)].reduce((sum, list) => sum + list.length / FIELD_BYTES, 0);
  let done = 0;
  const count = (n: number) => progress("points", (done += n), total);
  const inG1 = (list: Uint8Array) => pool.multiply("G1", list, count);
  // The pool overwrites what it is given, and these are needed in both groups.
  const inG2 = (list: Uint8Array) => pool.multiply("G2", list.slice(), count);
  const [beta2, delta2, b2, alpha1, beta1, delta1, ic1, a1, b1, c1, h1] = await Promise.all([
    inG2(beta), inG2(delta), inG2(b),
    inG1(alpha), inG1(beta), inG1(delta), inG1(ic), inG1(a), inG1(b), inG1(c), inG1(h),
  ]);
  return { alpha1, beta1, beta2, delta1, delta2, ic: ic1, a: a1, b1, b2, c: c1, h: h1 };
}

function verificationKey(bn128: Curve, r1cs: R1cs, key: Omit<ProvingKey, "hash">): VerificationKey {
  const { G1, G2, Gt } = bn128;
  return parseVerificationKey(decimals({
    protocol: "groth16",
    curve: "bn128",
    nPublic: r1cs.publicSignals,
    vk_alpha_1: G1.toObject(key.alpha1),
    vk_beta_2: G2.toObject(key.beta2),
    vk_gamma_2: G2.toObject(key.gamma2),
    vk_delta_2: G2.toObject(key.delta2),
    vk_alphabeta_12: Gt.toObject(bn128.pairing(key.alpha1, key.beta2)),
    IC: Array.from({ length: r1cs.publicSignals + 1 }, (_, i) => G1.toObject(key.ic.slice(64 * i, 64 * i + 64))),
  }));
}

/** Every bigint as a decimal string. */
function decimals(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (_, v: unknown) => (typeof v === "bigint" ? v.toString() : v)));
}

/** Names this circuit and key in the contributions that may follow. Ours, not snarkjs's: `zkey verify` cannot retrace a local key. */
function setupHash(r1cs: R1cs, header: Uint8Array): Uint8Array {
  return createHash("blake2b512").update("margin-health/v1/local-setup").update(r1cs.body).update(header).digest();
}
