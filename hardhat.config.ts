import { createRequire } from "node:module";
import hardhatEthers from "@nomicfoundation/hardhat-ethers";
import hardhatIgnitionEthers from "@nomicfoundation/hardhat-ignition-ethers";
import { defineConfig } from "hardhat/config";

// The compiler is the WebAssembly build from the lock file: the same bytes everywhere, and nothing is downloaded.
const compiler = createRequire(import.meta.url).resolve("solc/soljson.js");

export default defineConfig({
  plugins: [hardhatEthers, hardhatIgnitionEthers],
  paths: { sources: ["./verifier-contracts", "./test/contracts"], ignition: "./scripts/deployment" },
  solidity: {
    version: "0.8.37",
    path: compiler,
    settings: {
      viaIR: true,
      optimizer: { enabled: true, runs: 20_000 },
      // The oldest instruction set OpenZeppelin 5.7 compiles for, so that the contracts run on every network that has it.
      evmVersion: "cancun",
    },
  },
  networks: {
    // A chain that is not local, in process: contracts refuse local keys here.
    publicNetwork: { type: "edr-simulated", chainId: 1 },
    // A node run elsewhere with accounts of its own; `override: { url }` says where.
    remote: { type: "http", url: "http://127.0.0.1:8545" },
  },
});
