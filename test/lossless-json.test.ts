import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatDecimal, parseDecimal } from "../prover/numeric/decimal.ts";
import { parseLosslessJson, plainDecimal } from "../prover/import/lossless-json.ts";
import { law } from "./support/law.ts";
import { refusal } from "./support/refusal.ts";
import { remedy } from "./support/remedy.ts";

describe("numbers come out as the same number in plain notation", () => {
  it.each([
    ["1e-8", "0.00000001"],
    ["1.0e-8", "0.00000001"],
    ["-9.81e-6", "-0.00000981"],
    ["2.288E-5", "0.00002288"],
    ["1.25e3", "1250"],
    ["1e0", "1"],
    ["12.5e+1", "125"],
    ["12345678901234567.12345678", "12345678901234567.12345678"],
    ["0.1", "0.1"],
    ["10.0", "10"],
    ["0.000000001", "0.000000001"],
    ["-0.0", "0"],
    ["-0", "0"],
    ["0e5", "0"],
    ["32503708800000", "32503708800000"],
    ["5.551115123125783e-17", "0.00000000000000005551115123125783"],
  ])("%s is %s", (source, plain) => {
    expect(parseLosslessJson(source)).toBe(plain);
    expect(parseLosslessJson(`{"a":[{"b": ${source} }]}`)).toEqual({ a: [{ b: plain }] });
  });

  const decimals = fc.record({ digits: fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), scale: fc.integer({ min: 0, max: 40 }), exponent: fc.integer({ min: -30, max: 30 }) });

  law(
    "whatever the digits and the exponent",
    fc.property(decimals, ({ digits, scale, exponent }) => {
      const moved = scale - exponent;
      const value = formatDecimal(moved < 0 ? digits * 10n ** BigInt(-moved) : digits, Math.max(0, moved), { trim: true });
      expect(parseLosslessJson(formatDecimal(digits, scale))).toBe(formatDecimal(digits, scale, { trim: true }));
      expect(parseLosslessJson(`${formatDecimal(digits, scale)}e${exponent}`)).toBe(value);
    }),
  );

  law(
    "so that an amount written to JSON and read back is the same amount",
    fc.property(fc.bigInt({ min: -(2n ** 64n), max: 2n ** 64n }), (amount) => {
      expect(parseDecimal(parseLosslessJson(formatDecimal(amount, 8)), 8, "amount")).toBe(amount);
    }),
  );
});

describe("everything else is plain JSON", () => {
  it("leaves strings, booleans, null and nesting alone, and ignores a byte order mark", () => {
    expect(parseLosslessJson('\uFEFF{"s":"1e5","t":true,"n":null,"a":[],"o":{}}')).toEqual({ s: "1e5", t: true, n: null, a: [], o: {} });
  });

  it("leaves an absurd exponent to the amount parsers, which refuse it", () => {
    expect(plainDecimal("1e999999999")).toBe("1e999999999");
    expect(parseLosslessJson("[1e-101]")).toEqual(["1e-101"]);
    expect(refusal(() => parseDecimal("1e999999999", 8, "size"))).toMatchObject({ code: "InvalidDecimal", path: "size" });
  });

  it.each(["", "{", "[1,]", "{'a':1}", "NaN", "01", "<html>"])("refuses %j as UnreadableFile", (text) => {
    expect(remedy(() => parseLosslessJson(text, "btc.json"))).toEqual({
      code: "UnreadableFile",
      path: "btc.json",
      reason: "not valid JSON",
      hint: "save the venue's response body unchanged, as UTF-8 text",
    });
  });
});
