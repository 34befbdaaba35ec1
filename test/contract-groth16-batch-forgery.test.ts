import type { Contract } from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FIELD } from "../prover/units.ts";
import { connect, refusal, type Chain } from "./support/contracts.ts";
import { coefficients, honestBatch, perProofCoefficients, proofsOnlyCoefficients, withSignal, type Batch } from "./support/groth16-batches.ts";
import { keyOf, simulate, trapdoor, verifies } from "./support/tiny-groth16.ts";

const SECRETS = trapdoor("groth16-batch-forgery");
const KEY = keyOf(SECRETS);
/** Two true statements with their proofs: all that the forger starts from. It knows no secret of the key. */
const HONEST = honestBatch(SECRETS, 2);
/** How much the second statement is to be moved. */
const D = 10n ** 18n;
const PLACES = [0, 1, 2, 3, 4, 5, 6];

let chain: Chain;
const deploy = (name: string, ...more: unknown[]): Promise<Contract> => chain.ethers.deployContract(name, [KEY, ...more]);
const verifyBatch = (contract: Contract, { proofs, signals }: Batch): Promise<unknown> => contract.getFunction("verifyBatch")(proofs, signals);
const passes = async (contract: Contract, batch: Batch) => expect(await verifyBatch(contract, batch)).toEqual(expect.objectContaining({ length: 0 }));
const mod = (value: bigint): bigint => ((value % FIELD) + FIELD) % FIELD;

/** x1 + e0 d, then x0 - e1 d: with weights e0 and e1 the two errors cancel. */
function cancellingPair(place: number, weigh: (batch: Batch) => readonly bigint[]): Batch {
  const [e0] = weigh(HONEST) as [bigint];
  const moved = withSignal(HONEST, 1, place, mod(HONEST.signals[1]![place]! + e0 * D));
  const [, e1] = weigh(moved) as [bigint, bigint];
  return withSignal(moved, 0, place, mod(HONEST.signals[0]![place]! - e1 * D));
}

function expectBothFalse({ proofs, signals }: Batch): void {
  for (const [i, proof] of proofs.entries()) expect(verifies(KEY, signals[i]!, proof)).toBe(false);
}

let ours: Contract;
beforeAll(async () => {
  chain = await connect();
  ours = await deploy("Groth16Verifier");
});
afterAll(() => chain.close());

describe("two false statements whose errors cancel", () => {
  it.each(PLACES)("pass where a coefficient is of its own proof alone, in signal %i, and are refused here", async (place) => {
    const weak = await deploy("PerProofBatch");
    await passes(weak, HONEST);
    const forged = cancellingPair(place, perProofCoefficients);
    expectBothFalse(forged);
    await passes(weak, forged);
    expect(await refusal(verifyBatch(ours, forged), ours)).toEqual({ name: "InvalidProofAt", args: [0n] });
  });

  it.each(PLACES)("pass where coefficients leave out the signals, in signal %i, and are refused here", async (place) => {
    const weak = await deploy("ProofsOnlyBatch");
    await passes(weak, HONEST);
    const forged = cancellingPair(place, proofsOnlyCoefficients);
    expectBothFalse(forged);
    await passes(weak, forged);
    expect(await refusal(verifyBatch(ours, forged), ours)).toEqual({ name: "InvalidProofAt", args: [0n] });
  });

  it("are refused here when they are made for the coefficients of the honest batch, since those move with them", async () => {
    const domain = { chainId: 31_337, address: String(ours.target), keyHash: (await ours.getFunction("verificationKeyHash")()) as string };
    const honest = coefficients(HONEST, domain);
    const forged = cancellingPair(4, () => honest);
    await passes(await deploy("ChosenBatch", honest), forged);
    expect(await refusal(verifyBatch(ours, forged), ours)).toEqual({ name: "InvalidProofAt", args: [0n] });
  });
});

describe("one false statement", () => {
  const FALSE = withSignal(HONEST, 1, 5, 12_345n);

  it("passes where its coefficient is zero, so that no coefficient here can be", async () => {
    expect(verifies(KEY, FALSE.signals[1]!, FALSE.proofs[1]!)).toBe(false);
    await passes(await deploy("ChosenBatch", [7n, 0n]), FALSE);
    await passes(await deploy("ChosenBatch", [7n, FIELD]), FALSE);
    expect(await refusal(verifyBatch(await deploy("ChosenBatch", [7n, 1n]), FALSE), ours)).toEqual({ name: "InvalidProofAt", args: [1n] });
    expect(await refusal(verifyBatch(ours, FALSE), ours)).toEqual({ name: "InvalidProofAt", args: [1n] });
  });

  it("passes with its opposite where coefficients are equal: a sum of errors is not enough", async () => {
    const opposite = withSignal(withSignal(HONEST, 0, 5, mod(HONEST.signals[0]![5]! + D)), 1, 5, mod(HONEST.signals[1]![5]! - D));
    expectBothFalse(opposite);
    await passes(await deploy("ChosenBatch", [1n, 1n]), opposite);
    expect(await refusal(verifyBatch(ours, opposite), ours)).toEqual({ name: "InvalidProofAt", args: [0n] });
  });

  it("is refused beside thirty-one true ones, and repeated thirty-two times", async () => {
    const many = honestBatch(SECRETS, 31);
    const lie = { proofs: [...many.proofs, FALSE.proofs[1]!], signals: [...many.signals, FALSE.signals[1]!] };
    expect(await refusal(verifyBatch(ours, lie), ours)).toEqual({ name: "InvalidProofAt", args: [31n] });
    const only = { proofs: Array<(typeof lie.proofs)[0]>(32).fill(FALSE.proofs[1]!), signals: Array<(typeof lie.signals)[0]>(32).fill(FALSE.signals[1]!) };
    expect(await refusal(verifyBatch(ours, only), ours)).toEqual({ name: "InvalidProofAt", args: [0n] });
    await passes(ours, { ...lie, proofs: [...many.proofs, simulate(SECRETS, FALSE.signals[1]!)] });
  });
});
