import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseDecimal } from "../prover/numeric/decimal.ts";
import { exp } from "../prover/numeric/exp.ts";
import { ln, lnRatio } from "../prover/numeric/ln.ts";
import { normalCdf, normalPdf } from "../prover/numeric/normal.ts";
import { pow } from "../prover/numeric/pow.ts";
import { ONE, ZERO, bitLength, clamp, div, fromFactor, fromPrice, mul, ratio, sqrt, toPriceDown, toPriceUp } from "../prover/numeric/real.ts";
import type { Real } from "../prover/numeric/real.ts";
import type { Factor, Price } from "../prover/units.ts";
import { law } from "./support/law.ts";
import { ORACLE_ONE, density, distribution, exponential, logarithm, magnitude, multiply, oracle } from "./support/oracle.ts";

const R = (text: string): Real => parseDecimal(text, 27) as Real;
const between = (low: string, high: string): fc.Arbitrary<Real> => fc.bigInt({ min: R(low), max: R(high) }).map((n) => n as Real);
const outOfRange = expect.objectContaining({ code: "OutOfRange" });

/** 0.51 units of 1e-27: half a unit of rounding, plus whatever the working precision adds. */
const BOUND = oracle(51n, 29);
/** 1e-33 of the result. */
const relative = (exact: bigint): bigint => exact / 10n ** 33n;
const errorOf = (actual: Real, exact: bigint): bigint => magnitude(oracle(actual, 27) - exact);

describe("arithmetic", () => {
  it("rounds products, quotients and ratios down on both sides of zero", () => {
    const ulp = 1n as Real;
    expect([mul(ulp, R("0.5")), mul(-ulp as Real, R("0.5"))]).toEqual([0n, -1n]);
    expect([div(ONE, R("3")), div(-ONE as Real, R("3"))]).toEqual([R("0.333333333333333333333333333"), R("-0.333333333333333333333333334")]);
    expect(ratio(2n, 3n)).toBe(R("0.666666666666666666666666666"));
  });

  it("scales prices and factors up exactly and prices down in the named direction", () => {
    expect(fromPrice(-1n as Price)).toBe(R("-0.00000001"));
    expect(fromFactor(1n as Factor)).toBe(R("0.000000001"));
    expect([toPriceDown(R("-0.000000001")), toPriceUp(R("-0.000000001"))]).toEqual([-1n, 0n]);
    expect([toPriceDown(R("0.000000001")), toPriceUp(R("0.000000001"))]).toEqual([0n, 1n]);
  });

  it("clamps, the lower bound winning when bounds cross", () => {
    expect([clamp(R("5"), ZERO, ONE), clamp(R("-5"), ZERO, ONE), clamp(R("0.5"), ZERO, ONE), clamp(ZERO, ONE, ZERO)]).toEqual([ONE, ZERO, R("0.5"), ONE]);
  });

  it("refuses a division by zero", () => {
    expect(() => div(ONE, ZERO)).toThrow(outOfRange);
  });

  law("a price survives the way to a Real and back, in either direction", fc.property(fc.bigInt({ min: -(2n ** 64n), max: 2n ** 64n }), (n) => {
    const x = fromPrice(n as Price);
    expect([toPriceDown(x), toPriceUp(x)]).toEqual([n, n]);
  }));

  law("bitLength counts binary digits", fc.property(fc.bigInt({ min: 1n, max: 2n ** 300n }), (n) => {
    expect(bitLength(n)).toBe(BigInt(n.toString(2).length));
  }));
});

describe("sqrt", () => {
  it.each([
    ["0", "0"],
    ["0.000000000000000000000000001", "0.000000000000031622776601683"],
    ["0.25", "0.5"],
    ["2", "1.414213562373095048801688724"],
    ["144", "12"],
  ])("√%s = %s", (x, root) => {
    expect(sqrt(R(x))).toBe(R(root));
  });

  it("refuses a negative number", () => {
    expect(() => sqrt(-1n as Real)).toThrow(outOfRange);
  });

  law("is the largest Real whose square does not exceed x", fc.property(fc.bigInt({ min: 0n, max: 10n ** 60n }), (x) => {
    const root = sqrt(x as Real);
    expect(root * root <= x * ONE && (root + 1n) ** 2n > x * ONE).toBe(true);
  }));
});

describe("exp", () => {
  it.each([
    ["0", "1"],
    ["1", "2.718281828459045235360287471"],
    ["-1", "0.367879441171442321595523770"],
    ["10", "22026.465794806716516957900645284"],
  ])("e^%s agrees with the known value %s", (x, known) => {
    const last = 10n ** BigInt(27 - known.split(".").concat("")[1]!.length);
    expect(magnitude(exp(R(x)) - R(known)) <= last).toBe(true);
  });

  it("is served up to 128 and refused above", () => {
    expect(errorOf(exp(R("128")), exponential(oracle(128n, 0))) < BOUND + relative(exponential(oracle(128n, 0)))).toBe(true);
    expect(() => exp((R("128") + 1n) as Real)).toThrow(outOfRange);
  });

  it("rounds to 0 far below zero, without a jump", () => {
    expect([exp(R("-62.1")), exp(R("-62.9")), exp(R("-64")), exp((R("-64") - 1n) as Real), exp(R("-1000000000"))]).toEqual([1n, 0n, 0n, 0n, 0n]);
  });

  law("stays within 0.51e-27 + 1e-33·e^x", fc.property(between("-70", "128"), (x) => {
    const exact = exponential(oracle(x, 27));
    expect(errorOf(exp(x), exact) <= BOUND + relative(exact)).toBe(true);
  }));

  law("never decreases", fc.property(between("-70", "127"), between("0", "0.000001"), (x, step) => {
    expect(exp((x + step) as Real) >= exp(x)).toBe(true);
  }));
});

describe("ln", () => {
  it.each([
    ["2", "0.693147180559945309417232121"],
    ["10", "2.302585092994045684017991455"],
    ["0.5", "-0.693147180559945309417232121"],
    ["0.000000000000000000000000001", "-62.169797510839233468485769276"],
  ])("ln %s agrees with the known value %s", (x, known) => {
    expect(ln(R(x))).toBe(R(known));
  });

  it("is exactly 0 at 1 and for a ratio of equals", () => {
    expect([ln(ONE), lnRatio(R("63000.12345678"), R("63000.12345678"))]).toEqual([0n, 0n]);
  });

  it("inverts e to the last unit", () => {
    expect(ln(R("2.718281828459045235360287471"))).toBe(ONE);
  });

  it("refuses zero and negative numbers on either side", () => {
    expect(() => ln(ZERO)).toThrow(outOfRange);
    expect(() => lnRatio(-1n as Real, ONE)).toThrow(outOfRange);
    expect(() => lnRatio(ONE, ZERO)).toThrow(outOfRange);
  });

  const wide = fc.tuple(fc.bigInt({ min: 1n, max: 2n ** 64n }), fc.integer({ min: 0, max: 300 })).map(([m, shift]) => (m << BigInt(shift)) as Real);

  law("stays within 0.51e-27 over the whole range", fc.property(wide, (x) => {
    expect(errorOf(ln(x), logarithm(oracle(x, 27))) <= BOUND).toBe(true);
  }), 150);

  law("of a ratio loses nothing to the quotient", fc.property(wide, wide, (a, b) => {
    const exact = logarithm(oracle(a, 27)) - logarithm(oracle(b, 27));
    expect(errorOf(lnRatio(a, b), exact) <= BOUND).toBe(true);
  }), 100);

  law("exp ∘ ln = id within the rounding of the logarithm", fc.property(between("0.000000001", "1000000"), (x) => {
    expect(magnitude(exp(ln(x)) - x) <= x / ONE + 2n).toBe(true);
  }));
});

describe("pow", () => {
  it("takes exact powers exactly", () => {
    expect([pow(R("4"), R("0.5")), pow(R("8"), ratio(-1n, 1n)), pow(R("1000"), R("2")), pow(ONE, R("0.3"))]).toEqual([R("2"), R("0.125"), R("1000000"), ONE]);
  });

  it("defines the powers at zero", () => {
    expect([pow(ZERO, ZERO), pow(ZERO, R("0.3")), pow(R("7"), ZERO)]).toEqual([ONE, ZERO, ONE]);
    expect(() => pow(ZERO, R("-0.3"))).toThrow(outOfRange);
    expect(() => pow(-1n as Real, R("2"))).toThrow(outOfRange);
  });

  it("vanishes below and is refused above the range of exp", () => {
    expect(pow(R("0.001"), R("1000000"))).toBe(ZERO);
    expect(() => pow(R("1000"), R("1000000"))).toThrow(outOfRange);
  });

  law("stays within 0.51e-27 + 1e-33·(1 + |p|)·x^p", fc.property(between("0.001", "1000"), between("-4", "4"), (x, p) => {
    const exact = exponential(multiply(oracle(p, 27), logarithm(oracle(x, 27))));
    expect(errorOf(pow(x, p), exact) <= BOUND + relative(exact) * (1n + magnitude(p) / ONE + 1n)).toBe(true);
  }), 100);
});

describe("normal distribution", () => {
  it.each([
    ["0", "0.5"],
    ["0.5", "0.691462461274013103637704611"],
    ["1", "0.841344746068542948585232546"],
    ["1.96", "0.975002104851779565863415731"],
    ["3", "0.998650101968369905473348185"],
    ["-5", "0.000000286651571879193911674"],
    ["-8", "0.000000000000000622096057427"],
    ["-10", "0.000000000000000000000007620"],
  ])("Φ(%s) agrees with the known value %s", (x, known) => {
    expect(normalCdf(R(x))).toBe(R(known));
  });

  it("peaks at the known density and is even", () => {
    expect([normalPdf(ZERO), normalPdf(ONE), normalPdf(-ONE as Real)]).toEqual([R("0.398942280401432677939946060"), R("0.241970724519143349797830193"), R("0.241970724519143349797830193")]);
  });

  it("is clamped from 12 on, where rounding gives 0 and 1 already", () => {
    const inside = (R("12") - 1n) as Real;
    for (const x of [inside, R("12"), R("1000000000000000000")]) {
      expect([normalCdf(x), normalCdf(-x as Real), normalPdf(x), normalPdf(-x as Real)]).toEqual([ONE, ZERO, ZERO, ZERO]);
    }
  });

  law("Φ stays within 0.51e-27", fc.property(between("-12", "12"), (x) => {
    expect(errorOf(normalCdf(x), distribution(oracle(x, 27))) <= BOUND).toBe(true);
  }));

  law("φ stays within 0.51e-27", fc.property(between("-13", "13"), (x) => {
    expect(errorOf(normalPdf(x), density(oracle(x, 27))) <= BOUND).toBe(true);
  }));

  law("Φ(x) + Φ(−x) = 1", fc.property(between("-20", "20"), (x) => {
    expect(normalCdf(x) + normalCdf(-x as Real)).toBe(ONE);
  }));

  law("Φ never decreases", fc.property(between("-13", "13"), between("0", "0.000000000000000000001"), (x, step) => {
    expect(normalCdf((x + step) as Real) >= normalCdf(x)).toBe(true);
  }));
});

describe("the oracle", () => {
  it("knows e, ln 2 and Φ(1) to 60, 60 and 45 known digits", () => {
    const digits = (x: bigint, n: number) => x.toString().slice(0, n);
    expect(digits(exponential(ORACLE_ONE), 60)).toBe("271828182845904523536028747135266249775724709369995957496696");
    expect(digits(logarithm(2n * ORACLE_ONE), 60)).toBe("693147180559945309417232121458176568075500134360255254120680");
    expect(digits(distribution(ORACLE_ONE), 44)).toBe("84134474606854294858523254563203792247791296");
  });
});
