/** Run by test/groth16.test.ts in a process of its own, which has to end by itself: proves twice at once, verifies, verifies again. */
import { loadArtifacts } from "../../prover/proof/artifacts.ts";
import { prove, verify } from "../../prover/proof/groth16.ts";

const artifacts = await loadArtifacts("test", { directory: process.argv[2]! });
const proofs = await Promise.all([
  prove({ a: 3n, b: 5n, unused: 1n, twice: 11n }, artifacts),
  prove({ a: 4n, b: 6n, unused: 2n, twice: 14n }, artifacts),
]);
const verdicts = await Promise.all(proofs.map(({ proof, publicSignals }) => verify(artifacts.vkey, publicSignals, proof)));
const again = await verify(artifacts.vkey, proofs[0].publicSignals, proofs[1].proof);
console.log(JSON.stringify({ signals: proofs.map(({ publicSignals }) => publicSignals), verdicts, again }));
