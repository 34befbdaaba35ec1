import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { GROWTH_SIGNALS } from "../prover/proof/growth-signals.ts";
import { orderedSignals, parseSignals, PUBLIC_SIGNALS, signalsFromOrder, signalsJson } from "../prover/proof/public-signals.ts";
import type { PublicSignals } from "../prover/proof/public-signals.ts";
import { packageRoot } from "../prover/proof/tiers.ts";
import { FIELD } from "../prover/units.ts";
import { refusal } from "./support/refusal.ts";

const SIGNALS: PublicSignals = { snapshotRoot: 1n, attesterRoot: 2n, accountSet: 3n, portfolioCommitment: 4n, claim: 5n, onChainCollateral: 6n, scope: 7n };
const ORDERED = ["1", "2", "3", "4", "5", "6", "7"];

describe("the table", () => {
  it("is the one that circuits/README.md shows", async () => {
    const readme = await readFile(join(packageRoot(), "circuits/README.md"), "utf8");
    const rowsOf = (title: string) =>
      [...readme.split(`\n## ${title}\n`)[1]!.split("\n## ")[0]!.matchAll(/^\| (\d) \| `(\w+)` \| ([^|]+) \|/gm)].map(([, index, name, range]) => ({ index: Number(index), name, range }));
    expect(rowsOf("Public signals, in order")).toEqual(PUBLIC_SIGNALS.map(({ name, range }, index) => ({ index, name, range })));
    expect(rowsOf("A set of accounts grows")).toEqual(GROWTH_SIGNALS.map(({ name, range }, index) => ({ index, name, range })));
  });

  it("is in the verifier's order", () => {
    expect(PUBLIC_SIGNALS.map(({ name }) => name)).toEqual(["snapshotRoot", "attesterRoot", "accountSet", "portfolioCommitment", "claim", "onChainCollateral", "scope"]);
    expect(orderedSignals(SIGNALS)).toEqual(ORDERED);
  });

  it("reading back either form gives the same signals", () => {
    expect(signalsFromOrder(ORDERED)).toEqual(SIGNALS);
    expect(parseSignals(JSON.parse(JSON.stringify(signalsJson(SIGNALS))))).toEqual(SIGNALS);
  });

  it("takes each signal's largest value and refuses the next", () => {
    PUBLIC_SIGNALS.forEach(({ name, limit }, i) => {
      expect(signalsFromOrder(ORDERED.with(i, (limit - 1n).toString()))[name]).toBe(limit - 1n);
      expect(refusal(() => signalsFromOrder(ORDERED.with(i, limit.toString())))).toEqual({ code: "InvalidPublicSignals", path: `publicSignals[${i}] (${name})` });
    });
  });
});

describe("refuses (17, 19)", () => {
  it.each([["one signal missing", ORDERED.slice(0, 6)], ["a signal too many", [...ORDERED, "0"]], ["none", []]])("a list with %s", (_, list) => {
    expect(refusal(() => signalsFromOrder(list))).toEqual({ code: "InvalidPublicSignals", path: "publicSignals" });
  });

  it.each([["an alias in the field", (FIELD + 5n).toString()], ["a leading zero", "05"], ["a sign", "-5"], ["a plus", "+5"], ["hexadecimal", "0x5"], ["a space", " 5"], ["a number", 5], ["nothing", undefined], ["a fraction", "5.0"]])(
    "%s in any place",
    (_, text) => {
      PUBLIC_SIGNALS.forEach(({ name }, i) => {
        expect(refusal(() => signalsFromOrder((ORDERED as unknown[]).with(i, text))).code).toBe("InvalidPublicSignals");
        expect(refusal(() => parseSignals({ ...signalsJson(SIGNALS), [name]: text }))).toEqual({ code: "InvalidPublicSignals", path: `publicSignals.${name}` });
      });
    },
  );

  it("unknown names, and what is not an object", () => {
    expect(refusal(() => parseSignals({ ...signalsJson(SIGNALS), healthy: "1" }))).toEqual({ code: "InvalidPublicSignals", path: "publicSignals.healthy" });
    for (const json of [null, ORDERED, "1", undefined]) expect(refusal(() => parseSignals(json)).code).toBe("InvalidPublicSignals");
  });
});
