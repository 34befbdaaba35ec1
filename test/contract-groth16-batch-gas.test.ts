import type { Contract, Interface } from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect, gasOf, refusal, type Chain } from "./support/contracts.ts";
import { honestBatch, OUTSIDE_SUBGROUP, withProof, withSignal, type Batch } from "./support/groth16-batches.ts";
import { keyOf, trapdoor } from "./support/tiny-groth16.ts";

const SECRETS = trapdoor("groth16-batch-gas");
const GOOD = honestBatch(SECRETS, 3);
const WRONG = withSignal(GOOD, 1, 2, 5n);
const OUTSIDE = withProof(GOOD, 2, { b: OUTSIDE_SUBGROUP });
/** The most gas of one transaction, EIP-7825. */
const TRANSACTION = 2 ** 24;

let chain: Chain;
let verifier: Contract;
let abi: Interface;

const dataOf = ({ proofs, signals }: Batch): string => abi.encodeFunctionData("verifyBatch", [proofs, signals]);
const call = (batch: Batch, gasLimit: number): Promise<string> => chain.ethers.provider.call({ to: verifier.target, data: dataOf(batch), gasLimit });

/** What a call with this much gas ends in: "passes", an error with its arguments, or "reverts" where gas ran out elsewhere. */
async function outcome(batch: Batch, gasLimit: number): Promise<string> {
  try {
    await call(batch, gasLimit);
    return "passes";
  } catch (error) {
    const { data } = error as { data?: unknown };
    const parsed = typeof data === "string" ? abi.parseError(data) : null;
    if (parsed === null) return "reverts";
    return parsed.name === "PairingOutOfGas" ? parsed.name : `${parsed.name}(${parsed.args.join(", ")})`;
  }
}

/** The outcomes from little gas to plenty, each once, in order. */
async function outcomes(batch: Batch, from: number, to: number, step: number): Promise<string[]> {
  const seen: string[] = [];
  for (let gas = from; gas <= to; gas += step) {
    const next = await outcome(batch, gas);
    if (seen.at(-1) !== next) seen.push(next);
  }
  return seen;
}

beforeAll(async () => {
  chain = await connect();
  verifier = await chain.ethers.deployContract("Groth16Verifier", [keyOf(SECRETS)]);
  abi = verifier.interface;
});
afterAll(() => chain.close());

describe("with too little gas", () => {
  it("a good batch is never called bad: it runs out, then says that a pairing did, then passes for good", async () => {
    const seen = await outcomes(GOOD, 40_000, 1_500_000, 4_000);
    expect(seen.filter((name) => !/^(?:reverts|PrecompileFailed\([67]\)|PairingOutOfGas|passes)$/.test(name))).toEqual([]);
    expect(seen.slice(-2)).toEqual(["PairingOutOfGas", "passes"]);
  });

  it("a false statement is never passed, and no other proof is named for it", async () => {
    const seen = await outcomes(WRONG, 40_000, 2_500_000, 8_000);
    expect(seen.filter((name) => !/^(?:reverts|PrecompileFailed\([67]\)|PairingOutOfGas|InvalidProofAt\(1\))$/.test(name))).toEqual([]);
    expect(seen.at(-1)).toBe("InvalidProofAt(1)");
  });

  it("a point outside its subgroup is named only once the gas is shown to have been enough", async () => {
    const seen = await outcomes(OUTSIDE, 40_000, 3_500_000, 10_000);
    expect(seen.filter((name) => !/^(?:reverts|PrecompileFailed\([67]\)|PairingOutOfGas|MalformedProofAt\(2\))$/.test(name))).toEqual([]);
    expect(seen.at(-1)).toBe("MalformedProofAt(2)");
  });

  it("is what an estimate never leaves: a transaction with the estimated gas passes", async () => {
    const [sender] = await chain.ethers.getSigners();
    const gasLimit = await verifier.getFunction("verifyBatch").estimateGas(GOOD.proofs, GOOD.signals);
    const used = await gasOf(sender!.sendTransaction({ to: verifier.target, data: dataOf(GOOD), gasLimit }));
    expect(used).toBeLessThan(Number(gasLimit));
    expect(await outcome(GOOD, Math.floor(Number(gasLimit) * 0.9))).toBe("PairingOutOfGas");
  });
});

describe("one transaction's gas", () => {
  const FULL = honestBatch(SECRETS, 32);

  it("names any bad proof of the largest batch, the last one too", async () => {
    expect(await outcome(FULL, TRANSACTION)).toBe("passes");
    for (const index of [0, 31]) {
      expect(await outcome(withSignal(FULL, index, 0, 1n), TRANSACTION)).toBe(`InvalidProofAt(${index})`);
      expect(await outcome(withProof(FULL, index, { b: OUTSIDE_SUBGROUP }), TRANSACTION)).toBe(`MalformedProofAt(${index})`);
    }
  });

  it("is left in part after a point outside its subgroup, which burns all it is given", async () => {
    const [sender] = await chain.ethers.getSigners();
    const sent = async (batch: Batch) => {
      const response = await sender!.sendTransaction({ to: verifier.target, data: dataOf(batch), gasLimit: TRANSACTION }).catch((error: { transactionHash?: string }) => error);
      const hash = "hash" in response ? response.hash : (response as { transactionHash: string }).transactionHash;
      return Number((await chain.ethers.provider.getTransactionReceipt(hash))!.gasUsed);
    };
    // A third for the batch, a third of the rest for the proof, and two calibrations.
    expect(await sent(OUTSIDE)).toBeLessThan(0.65 * TRANSACTION);
    expect(await sent(WRONG)).toBeLessThan(1_000_000);
    expect(await refusal(call(OUTSIDE, TRANSACTION), abi)).toEqual({ name: "MalformedProofAt", args: [2n] });
  });
});
