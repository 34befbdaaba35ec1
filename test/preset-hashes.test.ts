/** Policies that use no optional part keep their hash and every number made of them: what was published stays what it was. */
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { describe, expect, it } from "vitest";
import { policyHash } from "../prover/commitment/snapshot.ts";
import { readPolicy } from "../prover/import/shipped-policies.ts";
import { parseMarket } from "../prover/risk/market.ts";
import { marketRisk, type InstrumentRisk } from "../prover/risk/risk-array.ts";
import { MARKET_JSON } from "./support/small-market.ts";

/** Of what every instrument gains and loses in every scenario, held long and short. */
function digest(vectors: readonly InstrumentRisk[]): string {
  const moves = vectors.map(({ instrument, long, short }) => [instrument.name, ...[long, short].map(({ scenarioPnl, skewPnl, basisPnl, tailPnl }) => [scenarioPnl, skewPnl, basisPnl, tailPnl])]);
  return bytesToHex(sha256(utf8ToBytes(JSON.stringify(moves, (_, each: unknown) => (typeof each === "bigint" ? each.toString() : each))))).slice(0, 32);
}

describe("a shipped policy", () => {
  const market = parseMarket({ ...MARKET_JSON, currencies: [{ name: "USDC", price: "0.99" }] });
  it.each([
    // Since version 2, whose correlation sets are measured apart.
    ["es975", "6cf66d404441e954cbee86007ce0ae936617bdf354f1bd9280077425aa023", "ecf1f302209b0b39499205ff3f363ab1"],
    ["frtb", "489a8e3974209275a730899eceebe259684a759f9934f93e52ef83e5e4be84", "dddd08babc36040a5262d84f31173f22"],
    ["grid-33", "d446e930487bd1df8037917c81059053e2c6352c1e968eeac34f9860b426e0", "cfb1340c59b26eb8524826214c07afb6"],
    ["pmrm", "470d49423e365731da159262fdaeb1bf1844adcd01cc4d6a4d57eced3dc952", "3a13948e091b39573ae81903faea922f"],
    ["pmrm2", "dc625966a5a227e3ff21b0064b9295227fc4f5830c800dc60d646b06338288", "447e81f96185f21775a01772ebe1c964"],
    // Since version 2, whose minimum is one per unit: per contract it was a hundredth of what a contract on 100 units has.
    ["tims", "78016d31da827483ed4769ea8c060ea30c2e0791b1d6bcf3daf1e34bea2011", "bf93e6d4663beb3020c81c8586f4f38b"],
    ["var99", "ce3bf90951f7414c372312afb71a5e5aee6b2862826dd46182abd49330c36e", "7b4ec3d5e6845a13c776366100714b29"],
  ])("%s has the hash and the risk vectors that it had when it was published", (name, hash, vectors) => {
    const policy = readPolicy(name)!;
    expect([policyHash(policy).toString(16), digest(marketRisk(market, policy))]).toEqual([hash, vectors]);
  });
});
