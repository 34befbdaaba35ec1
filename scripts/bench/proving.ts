/**
 * Times of one process that proves the shipped book: `node scripts/bench/proving.ts <tier> <proofs>`, printed as JSON. A process
 * of its own, so that the first proof is cold and the peak of memory is that of proving.
 */
import { loadArtifacts, loadVerifyingArtifacts } from "../../prover/proof/artifacts.ts";
import { withCurve } from "../../prover/proof/curve-session.ts";
import { proveWitness, verify } from "../../prover/proof/groth16.ts";
import { prepareProof } from "../../prover/proof/prepare-proof.ts";
import { loadMeter, type Load } from "./load.ts";
import { demoRequest, NOWHERE } from "./request.ts";

/** Milliseconds; one entry per proof, the first of them cold. */
export interface ProvingTimes {
  readonly load: number;
  readonly prepare: number;
  readonly witness: number[];
  readonly prove: number[];
  readonly verify: number[];
  readonly peakMegabytes: number;
  readonly machine: Load;
}

async function timed<T>(into: number[], work: () => Promise<T> | T): Promise<T> {
  const started = performance.now();
  const result = await work();
  into.push(performance.now() - started);
  return result;
}

async function measure(tier: string, proofs: number): Promise<ProvingTimes> {
  const loadOf = loadMeter();
  const [load, prepare, witness, prove, check]: number[][] = [[], [], [], [], []] as const;
  const request = demoRequest(tier, NOWHERE);
  const artifacts = await timed(load!, () => loadArtifacts(tier));
  const { vkey } = await loadVerifyingArtifacts(tier);
  const { input } = await timed(prepare!, () => prepareProof(request));
  await withCurve(async () => {
    for (let i = 0; i < proofs; i++) {
      const values = await timed(witness!, () => artifacts.calculateWitness(input));
      const { proof, publicSignals } = await timed(prove!, () => proveWitness(values, artifacts));
      if (!(await timed(check!, () => verify(vkey, publicSignals, proof)))) throw new Error("the proof does not verify");
    }
  });
  return { load: load![0]!, prepare: prepare![0]!, witness: witness!, prove: prove!, verify: check!, peakMegabytes: process.resourceUsage().maxRSS / 1024, machine: loadOf() };
}

if (import.meta.main) {
  const [tier, proofs] = process.argv.slice(2) as [string, string];
  console.log(JSON.stringify(await measure(tier, Number(proofs))));
}
