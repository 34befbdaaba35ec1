import { describe, expect, it } from "vitest";
import { ceilSqrt } from "../prover/numeric/rounding.ts";
import { evaluateRules, type MarginWorking } from "../prover/risk/margin-program.ts";
import type { ColumnTotals, ExposureRule, MarginRules } from "../prover/risk/margin-rules.ts";
import { ONE, factor, plainRules, uniform, value, zeroTotals } from "./support/rules.ts";

const HALF = ONE / 2n;
const NONE = value(1n << 89n);
const both = (x: bigint) => ({ MM: factor(x), IM: factor(x) });

/** A program changed by `change`, its totals by `given`, worked out at MM. */
function work(rules: MarginRules, given: Partial<ColumnTotals>): MarginWorking {
  return evaluateRules(rules, { ...zeroTotals(rules), ...given }, "MM");
}
const values = (rows: readonly (readonly bigint[])[]) => rows.map((row) => row.map(value));
const withShape = (rules: MarginRules, shape: Partial<MarginRules["shape"]>): MarginRules => ({ ...rules, shape: { ...rules.shape, ...shape } });

/** Deterministic numbers that favour edges. */
function generator(seed: number) {
  let state = BigInt(seed) * 2n + 1n;
  return (limit: bigint): bigint => {
    state = (state * 6364136223846793005n + 1442695040888963407n) & ((1n << 64n) - 1n);
    const pick = state >> 33n;
    const edges = [0n, 1n, -1n, limit, -limit, limit - 1n];
    return pick % 4n === 0n ? edges[Number((pick >> 4n) % 6n)]! : ((pick * pick * 7919n) % (2n * limit + 1n)) - limit;
  };
}

describe("worst scenario", () => {
  it("of each netting set is added up; gains of one do not help the other", () => {
    const { nettingSets, stress } = work(plainRules(2, 3), { scenario: values([[5n, -7n, -7n], [9n, 2n, 1n]]) });
    expect(nettingSets.map(({ loss, binding }) => [loss, binding])).toEqual([[7n, { kind: "scenario", index: 1 }], [0n, null]]);
    expect(stress).toBe(7n);
  });
  it("of cells in one netting set is the worst of their sum", () => {
    const rules = plainRules(2, 3);
    const one = { ...withShape(rules, { nettingSets: 1 }), nettingSets: ["all"], cells: rules.cells.map((cell) => ({ ...cell, nettingSet: 0 })), correlations: [uniform(1, ONE)] };
    expect(work(one, { scenario: values([[5n, -7n, -7n], [9n, 2n, 1n]]) }).stress).toBe(6n);
  });
});

describe("cell rule", () => {
  const discounted = (): MarginRules => {
    const rules = withShape(plainRules(1, 2), { cellValues: true, skews: 1 });
    return { ...rules, weights: [ONE, HALF, ONE].map(factor), cells: [{ ...rules.cells[0]!, gain: factor(980_000_000n), drag: factor(1_020_000_000n) }] };
  };
  it("scales a positive value by gain, a negative one by drag, and takes the weighted value off", () => {
    // 0.98·1000 − 1·900 = 80; 1.02·(−100) − 0.5·900 = −552
    const { nettingSets } = work(discounted(), { scenario: values([[1000n, -100n]]), cellValue: [value(900n)], skew: values([[900n]]) });
    expect(nettingSets[0]!.pnl).toEqual([80n, -552n]);
    expect(nettingSets[0]!.loss).toBe(552n);
  });
  it("rounds the loss up, and only at the end", () => {
    // 0.98·1001 − 981 = −0.02
    expect(work(discounted(), { scenario: values([[1001n, 2000n]]), cellValue: [value(981n)], skew: values([[981n]]) }).nettingSets[0]!).toMatchObject({ pnl: [-1n, 1469n], loss: 20n });
  });
  it("takes a skew with the worse sign: 0.98·1000 − 900 gains 80, and costs 80", () => {
    const { nettingSets } = work(discounted(), { scenario: values([[1000n, 1000n]]), cellValue: [value(900n)], skew: values([[1000n]]) });
    expect(nettingSets[0]).toMatchObject({ loss: 80n, binding: { kind: "skew", index: 0 } });
  });
});

describe("basis moves", () => {
  it("add up the worse of two in every cell, never a gain", () => {
    const rules = withShape(plainRules(3, 1), { bases: 1, nettingSets: 1 });
    const one = { ...rules, nettingSets: ["all"], cells: rules.cells.map((cell) => ({ ...cell, nettingSet: 0 })), correlations: [uniform(1, ONE)] };
    const basis = [[[4n, -3n]], [[-5n, -6n]], [[1n, 2n]]].map((cell) => cell.map(([a, b]): [ReturnType<typeof value>, ReturnType<typeof value>] => [value(a!), value(b!)]));
    expect(work(one, { basis }).nettingSets[0]).toMatchObject({ loss: 9n, binding: { kind: "basis", index: 0 } });
  });
});

describe("offset groups", () => {
  /** Two classes of one product group, and a third class in a group of its own whose gains count at half, at most 30. */
  const grouped = (): MarginRules => {
    const rules = withShape(plainRules(3, 1), { groups: 2, nettingSets: 1 });
    return {
      ...rules,
      nettingSets: ["portfolio"],
      correlations: [uniform(1, ONE)],
      cells: rules.cells.map((cell, u) => ({ ...cell, nettingSet: 0, group: u === 2 ? 1 : 0, gain: factor((9n * ONE) / 10n) })),
      groups: [
        { id: "indices", gain: factor(ONE), cap: NONE, nettingSet: 0 },
        { id: "stocks", gain: factor(HALF), cap: value(30n), nettingSet: 0 },
      ],
    };
  };
  it.each([
    ["gains of a class count at its share within the group", [-100n, 50n, 0n], 55n],
    ["gains of a group count at the group's share besides", [-100n, 0n, 40n], 82n],
    ["and at most up to its cap", [-100n, 0n, 1000n], 70n],
    ["losses count whole", [-100n, -50n, -40n], 190n],
  ])("%s", (_, pnl, loss) => expect(work(grouped(), { scenario: pnl.map((p) => [value(p)]) }).stress).toBe(loss));
});

describe("exposures", () => {
  const rule = (change: Partial<ExposureRule>): ExposureRule => ({ id: "delta", line: both(0n), pieces: [], target: 1, low: value(-100n), high: value(100n), ...change });
  const exposed = (...exposures: ExposureRule[]): MarginRules => ({ ...withShape(plainRules(1, 1), { exposures: exposures.length, floors: true }), exposures });
  const charge = (rules: MarginRules, ...exposure: bigint[]): bigint => work(rules, { exposure: exposure.map(value) }).requirement;

  it.each([
    [-101n, false], [-100n, true], [100n, true], [101n, false],
  ])("of %s are within limits: %s", (x, within) => expect(work(exposed(rule({})), { exposure: [value(x)] }).withinLimits).toBe(within));
  it("pay the largest piece of a tiered charge, on size", () => {
    // 10 %, and 50 % of what is beyond 80: 0.1·100 + … as lines .1x and .5x − 32, equal at 80
    const tiered = exposed(rule({ pieces: [{ slope: both(ONE / 10n), cut: value(0n) }, { slope: both(HALF), cut: value(32n) }] }));
    expect([0n, 80n, -80n, 81n, 100n].map((x) => charge(tiered, x) / ONE)).toEqual([0n, 8n, 8n, 9n, 18n]);
  });
  it("make a calendar spread charge of two lines: what is long one month and short another", () => {
    const half = 3_000_000n / 2n;
    const spread = exposed(rule({ line: both(half) }), rule({ line: both(half) }), rule({ id: "net", line: both(-half) }));
    // legs 70 and −50, net 20: spreads formed 50, at 0.003
    expect(charge(spread, 70n, -50n, 20n)).toBe(50n * 3_000_000n);
    expect(charge(spread, 70n, 50n, 120n)).toBe(0n);
  });
  it("charge the netting set they are aimed at before its floor, or the account", () => {
    const inside = exposed(rule({ target: 0, pieces: [{ slope: both(ONE), cut: value(0n) }] }));
    expect(work(inside, { exposure: [value(40n)], floor: [value(39n)] }).nettingSets[0]).toMatchObject({ charge: 40n, requirement: 40n });
    expect(work(inside, { exposure: [value(40n)], floor: [value(41n)] }).nettingSets[0]!.requirement).toBe(41n);
  });
});

describe("aggregation", () => {
  const three = (...correlations: bigint[]): MarginRules => ({ ...withShape(plainRules(3, 1), { correlations: correlations.length }), correlations: correlations.map((rho) => uniform(3, rho)) });
  const losses = values([[-3n], [-4n], [-12n]]);
  it.each([
    ["0 is the root of the squares", [0n], 13n],
    ["1 is the sum", [ONE], 19n],
    ["one half is √(169 + 12 + 36 + 48), rounded up", [HALF], 17n],
    ["several sets is the largest", [0n, HALF, ONE / 4n], 17n],
  ])("with correlation %s", (_, rho, expected) => expect(work(three(...rho), { scenario: losses }).aggregate).toBe(expected));
  it("of sensitivities keeps their signs", () => {
    // MAR21.4: √(3² + 4² − 2·0.5·3·4) = √13
    const none = { line: both(0n), pieces: [], target: 1, low: value(-NONE), high: NONE };
    const rules = { ...withShape(plainRules(1, 1), { exposures: 2, sensitivities: 1 }), exposures: [{ id: "1y", ...none }, { id: "5y", ...none }], sensitivities: [uniform(2, HALF)] };
    expect(work(rules, { exposure: [value(3n), value(-4n)] }).sensitivity).toBe(4n);
    expect(work(rules, { exposure: [value(3n), value(4n)] }).sensitivity).toBe(7n);
  });
});

describe("tails", () => {
  const tail = (tails: number, size: number, flags: number): MarginRules => ({ ...withShape(plainRules(1, 1), { tails, tailSets: 1 }), tail: { size, flags } });
  const random = generator(7);
  const books = Array.from({ length: 60 }, (_, i) => Array.from({ length: 5 + (i % 30) }, () => random(1_000_000n)));

  it("measure expected shortfall as a sort does", () => {
    for (const pnl of books) {
      for (const size of [1, 2, pnl.length - 1, pnl.length]) {
        const worst = pnl.map((p) => -p).sort((a, b) => (a > b ? -1 : 1)).slice(0, size).reduce((a, b) => a + b, 0n);
        const mean = (worst + (worst > 0n ? BigInt(size) - 1n : 0n)) / BigInt(size);
        expect(work(tail(pnl.length, size, 0), { tail: pnl.map(value) }).tail.measure).toBe(mean > 0n ? mean : 0n);
      }
    }
  });
  it("measure value at risk as a sort does", () => {
    for (const pnl of books) {
      for (const m of [1, 2, pnl.length]) {
        const loss = pnl.map((p) => -p).sort((a, b) => (a > b ? -1 : 1))[m - 1]!;
        const { measure, binding } = work(tail(pnl.length, 1, m - 1), { tail: pnl.map(value) }).tail;
        expect(measure).toBe(loss > 0n ? loss : 0n);
        expect(binding!.leftOut).toHaveLength(m - 1);
      }
    }
  });
  it("and a stress grid: the larger counts", () => {
    expect(work(tail(2, 1, 0), { tail: [-5n, 3n].map(value), scenario: values([[-9n]]) }).stress).toBe(9n);
    expect(work(tail(2, 1, 0), { tail: [-50n, 3n].map(value), scenario: values([[-9n]]) }).stress).toBe(50n);
  });
});

describe("requirement", () => {
  it("is the factor times stress, plus charges less what pairing credits", () => {
    const rules = { ...plainRules(1, 1), lossFactor: { MM: factor(800_000_000n), IM: factor(ONE) } };
    const totals = { ...zeroTotals(rules), scenario: values([[-100n]]), charge: { MM: value(7n), IM: value(12n) }, pairCredit: { MM: value(2n), IM: value(3n) } };
    expect(evaluateRules(rules, totals, "MM").requirement).toBe(85n * ONE);
    expect(evaluateRules(rules, totals, "IM").requirement).toBe(109n * ONE);
  });
  it("never falls when a scenario gets worse", () => {
    const random = generator(11);
    for (let i = 0; i < 200; i++) {
      const scenario = values([[random(10n ** 20n), random(10n ** 20n)], [random(10n ** 20n), random(10n ** 20n)]]);
      const worse = scenario.map((row, u) => row.map((pnl, s) => value(u === i % 2 && s === 0 ? pnl - 1n : pnl)));
      const rules = { ...plainRules(2, 2), correlations: [uniform(2, BigInt(i) * 5_000_000n)] };
      expect(work(rules, { scenario: worse }).requirement >= work(rules, { scenario }).requirement).toBe(true);
    }
  });
});

describe("root rounded up", () => {
  it("is the smallest integer whose square is enough", () => {
    for (const n of [0n, 1n, 2n, 3n, 4n, 5n, 8n, 9n, 10n, 10n ** 40n, 10n ** 40n + 1n, 10n ** 40n - 1n, 2n ** 201n]) {
      const root = ceilSqrt(n);
      expect(root * root >= n && (root === 0n || (root - 1n) * (root - 1n) < n)).toBe(true);
    }
    expect(() => ceilSqrt(-1n)).toThrow(expect.objectContaining({ code: "OutOfRange" }));
  });
});
