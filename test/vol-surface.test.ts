import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseDecimal } from "../prover/numeric/decimal.ts";
import type { Real } from "../prover/numeric/real.ts";
import { checkVolSurface, impliedVol } from "../prover/risk/vol-surface.ts";
import type { SviSurface, VolSurface } from "../prover/risk/vol-surface.ts";
import { law } from "./support/law.ts";
import { divide, logarithm, magnitude, multiply, oracle, squareRoot } from "./support/oracle.ts";

const R = (text: string): Real => parseDecimal(text, 27) as Real;
const strikes = fc.bigInt({ min: R("0.01"), max: R("10000000") }).map((n) => n as Real);

const flat: VolSurface = { kind: "flat", vol: R("0.6") };
const points: VolSurface = {
  kind: "points",
  points: [
    { strike: R("50000"), vol: R("0.8") },
    { strike: R("60000"), vol: R("0.6") },
    { strike: R("80000"), vol: R("0.7") },
  ],
};
const svi: SviSurface = { kind: "svi", a: R("0.01"), b: R("0.05"), rho: R("-0.2"), m: R("0.02"), sigma: R("0.1"), forward: R("60000"), tau: R("0.2") };

/** The formula as written, evaluated by the oracle. */
function exactSvi(surface: SviSurface, strike: Real): bigint {
  const of = (x: Real) => oracle(x, 27);
  const limit = 4n * squareRoot(of(surface.a) + multiply(of(surface.b), of(surface.sigma)));
  const free = logarithm(divide(of(strike), of(surface.forward)));
  const k = free > limit ? limit : free < -limit ? -limit : free;
  const x = k - of(surface.m);
  const root = squareRoot(multiply(x, x) + multiply(of(surface.sigma), of(surface.sigma)));
  const w = of(surface.a) + multiply(of(surface.b), multiply(of(surface.rho), x) + root);
  return squareRoot(divide(w, of(surface.tau)));
}

describe("flat surface", () => {
  law("has its volatility at every strike", fc.property(strikes, (strike) => {
    expect(impliedVol(flat, strike)).toBe(flat.vol);
  }));
});

describe("point surface", () => {
  it.each([
    ["at a point", "60000", "0.6"],
    ["in the middle of a falling stretch", "55000", "0.7"],
    ["a quarter into a rising stretch", "65000", "0.625"],
    ["at the first point", "50000", "0.8"],
    ["below the first point", "1", "0.8"],
    ["at the last point", "80000", "0.7"],
    ["above the last point", "1000000", "0.7"],
  ])("%s (%s) has volatility %s", (_, strike, vol) => {
    expect(impliedVol(points, R(strike))).toBe(R(vol));
  });

  it("of a single point is flat", () => {
    const single: VolSurface = { kind: "points", points: [{ strike: R("100"), vol: R("0.5") }] };
    expect(["1", "100", "1000"].map((strike) => impliedVol(single, R(strike)))).toEqual([R("0.5"), R("0.5"), R("0.5")]);
  });

  law("stays between its lowest and highest volatility", fc.property(strikes, (strike) => {
    const vol = impliedVol(points, strike);
    expect(vol >= R("0.6") && vol <= R("0.8")).toBe(true);
  }));
});

describe("SVI surface", () => {
  law("agrees with the formula within 1e-24", fc.property(strikes, (strike) => {
    expect(magnitude(oracle(impliedVol(svi, strike), 27) - exactSvi(svi, strike)) < oracle(1n, 24)).toBe(true);
  }), 100);

  it("at its forward with m = 0 has variance a + b·σ", () => {
    const centred = { ...svi, a: R("0.03"), b: R("0.5"), m: R("0"), sigma: R("0.3"), tau: R("0.5") };
    // √((0.03 + 0.5·0.3) / 0.5) = √0.36
    expect(impliedVol(centred, centred.forward)).toBe(R("0.6"));
  });

  it("is continued flat beyond four deviations on both sides", () => {
    // 4·√(0.01 + 0.05·0.1) = 0.49: the limits are strikes near 36757 and 97940.
    const vols = ["1", "36000", "37500", "97000", "98500", "100000000"].map((strike) => impliedVol(svi, R(strike)));
    expect(vols[0]).toBe(vols[1]);
    expect(vols[4]).toBe(vols[5]);
    expect(vols[1]).not.toBe(vols[2]);
    expect(vols[3]).not.toBe(vols[4]);
  });

  it("caps the total variance at 144", () => {
    expect(impliedVol({ ...svi, a: R("1000"), tau: R("4") }, R("60000"))).toBe(R("6"));
  });
});

describe("checkVolSurface", () => {
  it.each([["flat", flat], ["points", points], ["svi", svi]] as const)("accepts the %s surface", (_, surface) => {
    expect(() => checkVolSurface(surface, "surface")).not.toThrow();
  });

  it("accepts a variance that just touches zero", () => {
    expect(() => checkVolSurface({ ...svi, a: R("-0.03"), b: R("0.5"), rho: R("0.8"), sigma: R("0.1") }, "surface")).not.toThrow();
  });

  const point = (strike: string, vol: string) => ({ strike: R(strike), vol: R(vol) });
  const refused: [string, VolSurface, string][] = [
    ["a negative flat volatility", { kind: "flat", vol: R("-0.1") }, "vol"],
    ["no points", { kind: "points", points: [] }, "points"],
    ["a repeated strike", { kind: "points", points: [point("1", "0.5"), point("1", "0.6")] }, "points[1].strike"],
    ["descending strikes", { kind: "points", points: [point("2", "0.5"), point("1", "0.6")] }, "points[1].strike"],
    ["a strike of zero", { kind: "points", points: [point("0", "0.5")] }, "points[0].strike"],
    ["a negative volatility at a point", { kind: "points", points: [point("1", "0.5"), point("2", "-0.5")] }, "points[1].vol"],
    ["a negative b", { ...svi, b: R("-0.1") }, "b"],
    ["rho of 1", { ...svi, rho: R("1") }, "rho"],
    ["rho of −1", { ...svi, rho: R("-1") }, "rho"],
    ["a sigma of zero", { ...svi, sigma: R("0") }, "sigma"],
    ["a forward of zero", { ...svi, forward: R("0") }, "forward"],
    ["a tau of zero", { ...svi, tau: R("0") }, "tau"],
    ["a variance below zero", { ...svi, a: R("-0.01") }, "a"],
  ];
  it.each(refused)("refuses %s and names the field", (_, surface, field) => {
    const expected = { code: "InvalidMarket", path: `expiries[2].surface.${field}`, hint: expect.stringMatching(/./) };
    expect(() => checkVolSurface(surface, "expiries[2].surface")).toThrow(expect.objectContaining(expected));
  });
});
