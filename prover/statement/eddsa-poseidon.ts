import { createRequire } from "node:module";

// The package's ES module build cannot be loaded by Node: it takes named imports from a CommonJS module that Node cannot see
// into. Its CommonJS build is the same code.
const library = createRequire(import.meta.url)("@zk-kit/eddsa-poseidon") as typeof import("@zk-kit/eddsa-poseidon");

/** circomlib's EdDSA-Poseidon, keys expanded with BLAKE-512. */
export const { derivePublicKey, signMessage, verifySignature } = library;
