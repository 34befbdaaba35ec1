import { Interface, type ErrorFragment, type ParamType } from "ethers";
import { describe, expect, it } from "vitest";
import { CONTRACTS, contractArtifact } from "../prover/chain/contracts.ts";
import { REFUSED_PARTS, REMEDIES, remedyFor } from "../prover/chain/remedies.ts";
import { formatSpan, formatTime, formatWait } from "../prover/chain/time-text.ts";

/** Every error that a shipped contract can refuse with. */
const errors = new Map<string, { abi: Interface; fragment: ErrorFragment }>();
for (const name of CONTRACTS) {
  const abi = new Interface(JSON.stringify(contractArtifact(name).abi));
  abi.forEachError((fragment) => errors.set(fragment.name, { abi, fragment }));
}

const ADDRESS = `0x${"11".repeat(20)}`;
const dummy = ({ type }: ParamType, integer: bigint): unknown => (type === "address" ? ADDRESS : type === "bytes32" ? `0x${"22".repeat(32)}` : type === "bytes" ? "0x" : integer);

describe("a remedy", () => {
  it("is for an error that the contracts have, as is what a refusal is about", () => {
    expect([...Object.keys(REMEDIES), ...Object.keys(REFUSED_PARTS)].filter((name) => !errors.has(name))).toEqual([]);
  });

  it.each(Object.keys(REMEDIES))("of %s says what to do, whatever the error's arguments", (name) => {
    const { abi, fragment } = errors.get(name)!;
    for (const integer of [0n, 100n, fragment.inputs.some(({ type }) => /^uint(?!256)/.test(type)) ? 255n : 2n ** 256n - 1n]) {
      const parsed = abi.parseError(abi.encodeErrorResult(fragment, fragment.inputs.map((input) => dummy(input, integer))))!;
      expect(remedyFor(parsed, 50)).toMatch(/^(?!.*(?:undefined|NaN)).{3,}$/);
    }
  });
});

describe("times in words", () => {
  it.each([[0, "0 s"], [-5, "0 s"], [59, "59 s"], [60, "1 min"], [3_661, "1 h 1 min"], [86_400, "1 d"], [86_459, "1 d"], [6 * 86_400 + 86_399, "6 d 23 h"], [90_000, "1 d 1 h"]])("%d seconds are %s", (seconds, text) => {
    expect(formatSpan(seconds)).toBe(text);
  });

  it("say when and in how long, and that there is no end where there is none", () => {
    expect(formatTime(1_795_622_310)).toBe("2026-11-25T15:58:30Z");
    expect(formatWait(86_400n, 3_600)).toBe("1970-01-02T00:00:00Z, in 23 h");
    expect(formatWait(10n, 3_600)).toBe("1970-01-01T00:00:10Z, in 0 s");
    for (const endless of [8_640_000_000_001n, 2n ** 256n - 1n]) expect(formatWait(endless, 0)).toBe("no date that is set");
  });
});
