import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseDecimal } from "../prover/numeric/decimal.ts";
import type { Real } from "../prover/numeric/real.ts";
import { shockedVol, volShockMultiplier } from "../prover/risk/vol-shock.ts";
import type { Factor } from "../prover/units.ts";
import { law } from "./support/law.ts";
import { exponential, logarithm, magnitude, multiply, oracle } from "./support/oracle.ts";

const R = (text: string): Real => parseDecimal(text, 27) as Real;
const F = (text: string): Factor => parseDecimal(text, 9) as Factor;

describe("volatility shock", () => {
  const DAY = 86_400;
  const shock = { up: F("0.6"), down: F("0.3"), shortPower: F("0.3"), longPower: F("0.13"), dteFloorDays: F("1"), minShockedVol: F("0.4") };

  it("is unscaled at 30 days", () => {
    expect(volShockMultiplier(30 * DAY, shock)).toBe(R("1"));
  });

  it.each([
    ["the short power before 30 days", 7.5 * DAY, "4", "0.3"],
    ["the long power after 30 days", 120 * DAY, "0.25", "0.13"],
    ["the floor below one day", 3600, "30", "0.3"],
    ["the floor after expiry", -5 * DAY, "30", "0.3"],
  ])("uses %s", (_, seconds, base, power) => {
    const exact = exponential(multiply(oracle(R(power), 27), logarithm(oracle(R(base), 27))));
    expect(magnitude(oracle(volShockMultiplier(seconds, shock), 27) - exact) < oracle(1n, 26)).toBe(true);
  });

  it("takes a fractional floor exactly", () => {
    expect(volShockMultiplier(0, { ...shock, shortPower: F("1"), dteFloorDays: F("0.003") })).toBe(R("10000"));
  });

  it("refuses an expired option when there is no floor", () => {
    expect(() => volShockMultiplier(0, { ...shock, dteFloorDays: F("0") })).toThrow(expect.objectContaining({ code: "OutOfRange" }));
  });

  it("moves the volatility up and down relatively at 30 days", () => {
    const at = (direction: "up" | "down" | "none") => shockedVol(R("0.5"), direction, shock, 30 * DAY);
    expect([at("up"), at("down"), at("none")]).toEqual([R("0.8"), R("0.35"), R("0.5")]);
  });

  it("raises a low volatility at least to the minimum, and only upwards", () => {
    const at = (direction: "up" | "down" | "none") => shockedVol(R("0.1"), direction, shock, 30 * DAY);
    expect([at("up"), at("down"), at("none")]).toEqual([R("0.4"), R("0.07"), R("0.1")]);
  });

  it("stops at zero on the way down", () => {
    expect(shockedVol(R("0.5"), "down", { ...shock, down: F("0.9") }, DAY)).toBe(R("0"));
  });

  law("never grows with time to expiry within one regime", fc.property(fc.integer({ min: 0, max: 30 * DAY - 1 }), fc.integer({ min: 30 * DAY + 1, max: 1000 * DAY }), (near, far) => {
    expect(volShockMultiplier(near, shock) >= volShockMultiplier(near + 1, shock)).toBe(true);
    expect(volShockMultiplier(far, shock) >= volShockMultiplier(far + 1, shock)).toBe(true);
  }));
});
