import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseBps, parseFactor, parseLossFactor, parsePrice, parseQuantity, parseUsd } from "../prover/numeric/amounts.ts";
import { formatDecimal, parseDecimal } from "../prover/numeric/decimal.ts";
import { divDown, divUp, mulDivDown, mulDivUp } from "../prover/numeric/rounding.ts";
import { law } from "./support/law.ts";

const PATH = "positions[3].quantity";
const integer = fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n });
const nonZero = integer.filter((n) => n !== 0n);
const decimals = fc.integer({ min: 0, max: 27 });

const refusal = (run: () => unknown): unknown => {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was refused");
};

describe("parseDecimal", () => {
  it.each([
    ["0", 0n],
    ["1", 100000000n],
    ["-1", -100000000n],
    ["0.00000001", 1n],
    ["-0.00000001", -1n],
    ["1.50", 150000000n],
    ["123456789012345678901234567890.12345678", 12345678901234567890123456789012345678n],
  ])("reads %s exactly", (text, expected) => {
    expect(parseDecimal(text, 8, PATH)).toBe(expected);
  });

  it("reads whole numbers at zero decimals", () => {
    expect(parseDecimal("42", 0, PATH)).toBe(42n);
  });

  it.each(["", " ", "-", ".", "+1", "1.", ".5", "-.5", "1e3", "1E-3", "0x10", "1,000", "1_000", " 1", "1 ", "1\n", "--1", "01", "-00.5", "1.2.3", "NaN", "Infinity", "١", "1".repeat(101)])(
    "refuses %j as not a plain decimal",
    (text) => {
      expect(refusal(() => parseDecimal(text, 8, PATH))).toMatchObject({ code: "InvalidDecimal", path: PATH, message: expect.stringContaining("not a plain decimal") });
    },
  );

  it.each(["-0", "-0.0", "-0.00000000"])("refuses negative zero %s", (text) => {
    expect(refusal(() => parseDecimal(text, 8, PATH))).toMatchObject({ code: "InvalidDecimal", path: PATH, hint: 'write "0"' });
  });

  it("refuses excess decimals even when they are zeros", () => {
    expect(refusal(() => parseDecimal("1.000000000", 8, PATH))).toMatchObject({
      code: "InvalidDecimal",
      path: PATH,
      message: `${PATH}: "1.000000000" has 9 decimals, at most 8 are allowed`,
      hint: "shorten it to 8 decimals yourself; it is never rounded for you",
    });
  });

  it("refuses a fraction where whole numbers are expected", () => {
    expect(refusal(() => parseDecimal("1.5", 0, PATH))).toMatchObject({ code: "InvalidDecimal", hint: "write a whole number" });
  });

  it("refuses a JSON number and shows the string to write", () => {
    expect(refusal(() => parseDecimal(1.5, 8, PATH))).toMatchObject({
      code: "InvalidDecimal",
      path: PATH,
      hint: 'write it as a string: "1.5" (JSON numbers lose digits)',
    });
  });

  it.each([[null], [undefined], [true], [["1"]], [{ value: "1" }]])("refuses %j", (value) => {
    expect(refusal(() => parseDecimal(value, 8, PATH))).toMatchObject({ code: "InvalidDecimal", path: PATH });
  });

  it("keeps the message to one bounded line whatever the text", () => {
    const error = refusal(() => parseDecimal(`1\n${"9".repeat(1000)}`, 8, PATH)) as Error;
    expect(error.message).toBe(`${PATH}: "1\\n${"9".repeat(38)}…" is not a plain decimal`);
  });

  law("parse ∘ format = id", fc.property(integer, decimals, (value, d) => {
    expect(parseDecimal(formatDecimal(value, d), d, PATH)).toBe(value);
    expect(parseDecimal(formatDecimal(value, d, { trim: true }), d, PATH)).toBe(value);
  }));
});

describe("formatDecimal", () => {
  it.each([
    [150000000n, 8, {}, "1.50000000"],
    [150000000n, 8, { trim: true }, "1.5"],
    [100000000n, 8, { trim: true }, "1"],
    [0n, 8, { trim: true }, "0"],
    [-1n, 8, {}, "-0.00000001"],
    [42n, 0, {}, "42"],
    [123456789012345678n, 8, { group: true }, "1,234,567,890.12345678"],
    [-99999999999n, 8, { group: true, digits: 2, round: "down" }, "-1,000.00"],
    [123456789n, 8, { digits: 2, round: "down" }, "1.23"],
    [123456789n, 8, { digits: 2, round: "up" }, "1.24"],
    [-123456789n, 8, { digits: 2, round: "down" }, "-1.24"],
    [-123456789n, 8, { digits: 2, round: "up" }, "-1.23"],
    [-1n, 8, { digits: 2, round: "up" }, "0.00"],
    [15n, 1, { digits: 3, round: "down" }, "1.500"],
    [199n, 2, { digits: 0, round: "down" }, "1"],
  ] as const)("writes %s at %s decimals with %j as %s", (value, d, options, expected) => {
    expect(formatDecimal(value, d, options)).toBe(expected);
  });

  law("rounded text brackets the value", fc.property(integer, fc.integer({ min: 0, max: 8 }), (value, digits) => {
    const unit = 10n ** BigInt(8 - digits);
    const [low, high] = (["down", "up"] as const).map((round) => parseDecimal(formatDecimal(value, 8, { digits, round }), digits) * unit);
    expect(low! <= value && value <= high! && high! - low! <= unit).toBe(true);
  }));
});

describe("rounding", () => {
  it.each([
    [7n, 2n, 3n, 4n],
    [-7n, 2n, -4n, -3n],
    [7n, -2n, -4n, -3n],
    [-7n, -2n, 3n, 4n],
    [-6n, 2n, -3n, -3n],
    [0n, -5n, 0n, 0n],
  ])("%s / %s lies between %s and %s", (a, b, down, up) => {
    expect([divDown(a, b), divUp(a, b)]).toEqual([down, up]);
  });

  it("refuses a zero divisor", () => {
    expect(refusal(() => divUp(1n, 0n))).toMatchObject({ code: "OutOfRange" });
  });

  law("divDown leaves a remainder with the divisor's sign", fc.property(integer, nonZero, (a, b) => {
    const remainder = a - divDown(a, b) * b;
    expect(b > 0n ? remainder >= 0n && remainder < b : remainder <= 0n && remainder > b).toBe(true);
  }));

  law("mulDivUp − mulDivDown is 0 when exact and 1 otherwise", fc.property(integer, integer, nonZero, (a, b, c) => {
    expect(mulDivUp(a, b, c) - mulDivDown(a, b, c)).toBe((a * b) % c === 0n ? 0n : 1n);
  }));
});

describe("branded amounts", () => {
  const TWO_64 = "184467440737.09551616";
  const LAST = "184467440737.09551615";

  it("accept both ends of their ranges", () => {
    expect([parseQuantity(LAST, "q"), parseQuantity(`-${LAST}`, "q")]).toEqual([2n ** 64n - 1n, 1n - 2n ** 64n]);
    expect([parsePrice(LAST, "p"), parsePrice("0", "p"), parsePrice(`-${LAST}`, "p")]).toEqual([2n ** 64n - 1n, 0n, 1n - 2n ** 64n]);
    expect([parseUsd("0", "u"), parseUsd(LAST, "u")]).toEqual([0n, 2n ** 64n - 1n]);
    expect([parseFactor("0.000000001", "f"), parseFactor("-1", "f")]).toEqual([1n, -1000000000n]);
    expect([parseLossFactor("0", "l"), parseLossFactor("17.179869183", "l")]).toEqual([0n, 2n ** 34n - 1n]);
    expect([parseBps("1.25", "r"), parseBps("104.8575", "r")]).toEqual([12500n, 2n ** 20n - 1n]);
  });

  it.each([
    ["a quantity of 2^64", () => parseQuantity(TWO_64, PATH)],
    ["a quantity of −2^64", () => parseQuantity(`-${TWO_64}`, PATH)],
    ["a quantity of zero", () => parseQuantity("0", PATH)],
    ["a price of 2^64", () => parsePrice(TWO_64, PATH)],
    ["a negative collateral", () => parseUsd("-1", PATH)],
    ["a collateral of 2^64", () => parseUsd(TWO_64, PATH)],
    ["a factor of 2^64", () => parseFactor("18446744073.709551616", PATH)],
    ["a loss factor of 2^34", () => parseLossFactor("17.179869184", PATH)],
    ["a negative ratio", () => parseBps("-0.0001", PATH)],
    ["a ratio of 2^20 basis points", () => parseBps("104.8576", PATH)],
  ])("refuse %s with the path and a remedy", (_, run) => {
    expect(refusal(run)).toMatchObject({ code: "OutOfRange", path: PATH, hint: expect.stringMatching(/./) });
  });

  it("name the admissible range", () => {
    expect(refusal(() => parseUsd("-1", "collateral"))).toMatchObject({ message: "collateral: -1 is out of range", hint: `use a value from 0 to ${LAST}` });
  });
});
