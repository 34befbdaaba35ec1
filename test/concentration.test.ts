/** Concentrated sensitivities against ISDA SIMM's formula in floating point: never less, the same at the corners, and how much more at most. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bare, linear, reportUnder, units, worldOf } from "./support/bare-policy.ts";
import { law } from "./support/law.ts";
import { refusal } from "./support/refusal.ts";

const NAMES = ["A", "B", "C"];
const MILLION = "1000000";
const market = worldOf(Object.fromEntries(NAMES.map((name) => [name, MILLION])), NAMES.map((name) => linear(name, name, MILLION)));
// Corners half as large again as those before: a chord is then at most 1.55 % above x^1.5.
const CORNERS = Array.from({ length: 12 }, (_, j) => (2 * 1.5 ** (j + 1)).toFixed(6));
const millions = (corner: string): string => String(Math.round(Number(corner) * 1e6));

interface Model {
  readonly weights: readonly number[];
  readonly rho: (i: number, j: number) => number;
  readonly fading: boolean;
}

const factors = ({ weights }: Model, threshold = "2000000", corners = CORNERS.map(millions)) =>
  weights.map((weight, i) => ({ id: NAMES[i], measure: "delta", underlyings: [NAMES[i]], riskWeight: String(weight), concentration: { threshold, corners } }));
const policy = (model: Model, more: object = {}) => ({
  ...bare(NAMES),
  sensitivities: { factors: factors(model), correlation: model.weights.map((_, i) => model.weights.map((__, j) => model.rho(i, j).toFixed(2).replace(/\.?0+$/, ""))), fading: model.fading, sets: ["medium"] },
  ...more,
});
/** Sensitivities in millions, to the cent. */
const held = (s: readonly number[]) => Object.fromEntries(s.flatMap((each, i) => (each === 0 ? [] : [[NAMES[i]!, each.toFixed(8).replace(/\.?0+$/, "")]])));
const needs = (model: Model, s: readonly number[], more?: object): number => units(reportUnder(policy(model, more), market, held(s)).requirement.MM);

/** SIMM: √Σ ρ_kl·f_kl·WS_k·WS_l with WS = w·s·CR, CR = max(1, √(|s|/T)) and f = min(CR)/max(CR), or 1. */
function simm({ weights, rho, fading }: Model, s: readonly number[]): number {
  const cr = s.map((each) => Math.max(1, Math.sqrt(Math.abs(each) / 2)));
  const ws = s.map((each, k) => weights[k]! * each * cr[k]!);
  const f = (i: number, j: number): number => (fading ? Math.min(cr[i]!, cr[j]!) / Math.max(cr[i]!, cr[j]!) : 1);
  const squared = ws.flatMap((x, i) => ws.map((y, j) => (i === j ? 1 : rho(i, j) * f(i, j)) * x * y)).reduce((a, b) => a + b, 0);
  return 1e6 * Math.sqrt(Math.max(0, squared));
}

const one = (fading: boolean): Model => ({ weights: [0.16], rho: () => 1, fading });
const sizes = fc.oneof(fc.double({ min: -3, max: 3, noNaN: true }), fc.double({ min: -250, max: 250, noNaN: true })).map((x) => Math.round(x * 1e6) / 1e6);
const models = fc.record({
  weights: fc.array(fc.integer({ min: 1, max: 40 }).map((x) => x / 100), { minLength: 2, maxLength: 3 }),
  // One number for all pairs is semi-definite from −1/2 on.
  rho: fc.integer({ min: -50, max: 100 }).map((x) => (i: number, j: number) => (i === j ? 1 : x / 100)),
  fading: fc.boolean(),
});

describe("a concentrated sensitivity", () => {
  it("counts twice at four times its threshold: 0.16 · 8 million · 2", () => {
    const corners = { ...policy(one(false)), sensitivities: { ...policy(one(false)).sensitivities, factors: factors(one(false), "2000000", ["8000000", "18000000"]) } };
    const at = (s: string) => units(reportUnder(corners, market, { A: s }).requirement.MM);
    const exact = { "2": 320_000, "-2": 320_000, "8": 2_560_000, "-8": 2_560_000, "18": 8_640_000 };
    // Slopes have nine digits: at a corner that is less than a billionth of the exposure.
    for (const [s, charge] of Object.entries(exact)) expect([at(s) >= charge, at(s) - charge < 1e-9 * 18e6]).toEqual([true, true]);
    // Between corners it is the chord: halfway from 8 to 18, halfway from 2.56 to 8.64.
    expect(at("13")).toBeCloseTo((2_560_000 + 8_640_000) / 2, 1);
  });

  it("is not within limits beyond the last corner, at either end", () => {
    const within = (s: number) => reportUnder(policy(one(false)), market, held([s])).withinLimits;
    const last = Number(CORNERS.at(-1));
    expect([within(last), within(-last), within(last + 1e-6), within(-last - 1e-6)]).toEqual([true, true, false, false]);
  });

  it("is multiplied by the loss factor of its level, as the root is", () => {
    const levels = policy(one(false), { lossFactor: { MM: "0.8", IM: "1.25" } });
    const report = reportUnder(levels, market, held([4.5]));
    // 4.5 is the second corner: 0.16 · 4.5 · √2.25 million
    expect(units(report.requirement.MM)).toBeCloseTo(0.8 * 1_080_000, 2);
    expect(units(report.requirement.IM)).toBeCloseTo(1.25 * 1_080_000, 2);
  });

  law(
    "alone is SIMM's at every corner, and above it by less than 1.6 % between them",
    fc.property(fc.double({ min: 2, max: 250, noNaN: true }), fc.constantFrom(1, -1), (size, sign) => {
      const s = [sign * (Math.round(size * 1e6) / 1e6)];
      const [found, exact] = [needs(one(false), s), simm(one(false), s)];
      expect(found).toBeGreaterThanOrEqual(exact * (1 - 1e-12));
      expect(found).toBeLessThan(exact * 1.016);
    }),
  );

  law(
    "among others never counts less than SIMM's, whatever the signs, weights and correlations, fading or not",
    fc.property(models, fc.array(sizes, { minLength: 3, maxLength: 3 }), (model, all) => {
      const s = all.slice(0, model.weights.length);
      expect(needs(model, s)).toBeGreaterThanOrEqual(simm(model, s) * (1 - 1e-12) - 1e-6);
    }),
  );

  it("that is hedged but for its concentration costs what f leaves: 0.72 million against 0.72, CR² = 2.25 against 1, √(2.25 + 1 − 2)", () => {
    const hedge: Model = { weights: [0.16, 0.48], rho: () => 1, fading: true };
    const s = [4.5, -1.5];
    expect(simm(hedge, s)).toBeCloseTo(720_000 * Math.sqrt(1.25), 4);
    expect(needs(hedge, s)).toBeCloseTo(720_000 * Math.sqrt(1.25), 1);
    // Without fading, correlations of 1 leave CR alone: |1.5 − 1|
    expect(needs({ ...hedge, fading: false }, s)).toBeCloseTo(720_000 * 0.5, 1);
  });
});

describe("a concentration is refused", () => {
  const refused = (threshold: string, corners: string[], fading = false, weight = "0.16") =>
    refusal(() => reportUnder({ ...policy(one(fading)), sensitivities: { ...policy(one(fading)).sensitivities, factors: factors({ ...one(fading), weights: [Number(weight)] }, threshold, corners) } }, market, { A: "1" }));
  const at = "sensitivities.factors[0].concentration";
  it.each<[string, ReturnType<typeof refused>, string]>([
    ["without a corner: nothing would bound it", refused("2", []), `${at}.corners`],
    ["with a corner at its threshold", refused("2", ["2", "3"]), `${at}.corners[0]`],
    ["with corners that do not ascend", refused("2", ["4", "4"]), `${at}.corners[1]`],
    ["with a corner where fading is not convex yet", refused("3", ["4", "8"], true), `${at}.corners[0]`],
    ["with a threshold of nothing", refused("0", ["4"]), `${at}.threshold`],
    ["with a negative corner", refused("2", ["-4"]), `${at}.corners[0]`],
    ["so steep that circuits have no width for it", refused("1", ["10", "1000000"], false, "4"), `${at}.corners`],
  ])("%s", (_, found, path) => expect(found).toEqual({ code: path.endsWith(".corners") && _.startsWith("without") ? "InvalidSchema" : "InvalidPolicy", path }));
  it("under stressed correlations that contradict each other, where the bound would be none", () => {
    const three: Model = { weights: [0.1, 0.1, 0.1], rho: (i, j) => (i === j ? 1 : i + j === 3 ? 0 : 0.7), fading: false };
    const json = (sets: string[]) => ({ ...policy(three), sensitivities: { ...policy(three).sensitivities, sets } });
    expect(refusal(() => reportUnder(json(["medium", "high"]), market, { A: "1" }))).toEqual({ code: "InvalidPolicy", path: "sensitivities.sets[1]" });
    expect(units(reportUnder(json(["medium", "low"]), market, { A: "1" }).requirement.MM)).toBe(100_000);
  });
  it("as fading of nothing", () => {
    const plain = { id: "A", measure: "delta", underlyings: ["A"], riskWeight: "0.1" };
    const json = { ...bare(NAMES), sensitivities: { factors: [plain], correlation: [["1"]], fading: true } };
    expect(refusal(() => reportUnder(json, market, { A: "1" }))).toMatchObject({ code: "InvalidPolicy", path: "sensitivities.fading" });
  });
});
