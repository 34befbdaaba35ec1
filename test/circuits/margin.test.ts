import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { divUp } from "../../prover/numeric/rounding.ts";
import { evaluateRules } from "../../prover/risk/margin-program.ts";
import { BITS, FIELD, type Factor, type Level, type Value } from "../../prover/units.ts";
import { law } from "../support/law.ts";
import { plainRules, zeroTotals } from "../support/rules.ts";
import { expectCost, underTest, type Inputs, type Tested } from "../support/template.ts";

const SETS = 2;
const INPUTS = ["stress", "value", "chargeMM", "chargeIM", "pairCredit", "outside", "onChainCollateral", "lossFactor", "level", "minRatioBps"] as const;
const TOTAL = 1n << BigInt(BITS.total);

interface Case {
  readonly loss: readonly [bigint, bigint];
  readonly value: bigint;
  readonly chargeMM: bigint;
  readonly chargeIM: bigint;
  readonly pairCredit: bigint;
  /** At 1e-25; may be negative. */
  readonly outside: bigint;
  readonly onChainCollateral: bigint;
  readonly lossFactorMM: bigint;
  readonly lossFactorIM: bigint;
  readonly level: Level;
  readonly minRatioBps: bigint;
}

const inputs = ({ level, loss, lossFactorMM, lossFactorIM, ...rest }: Case): Inputs => ({ ...rest, stress: loss[0] + loss[1], lossFactor: [lossFactorMM, lossFactorIM], level: level === "IM" ? 1n : 0n });

/** The inequality over the rationals, multiplied out once more by hand: equity / requirement >= ratio. */
function covers({ loss, value, chargeMM, chargeIM, pairCredit, outside, onChainCollateral, lossFactorMM, lossFactorIM, level, minRatioBps }: Case): boolean {
  const [charge, factor] = level === "MM" ? [chargeMM, lossFactorMM] : [chargeIM, lossFactorIM];
  const equity = { over: value + onChainCollateral * 100_000_000n, under: 1n };
  const requirement = { over: factor * (loss[0] + loss[1]) + 1_000_000_000n * (charge - pairCredit) + outside, under: 1_000_000_000n };
  const needed = { over: minRatioBps * requirement.over, under: 10_000n * requirement.under };
  return equity.over * needed.under >= needed.over * equity.under;
}

/** The twin's requirement on a program whose one scenario loses `stress` of two sets. */
function twinSays({ loss, value, chargeMM, chargeIM, pairCredit, outside, onChainCollateral, lossFactorMM, lossFactorIM, level, minRatioBps }: Case): boolean {
  const rules = { ...plainRules(SETS, 1), lossFactor: { MM: lossFactorMM as Factor, IM: lossFactorIM as Factor } };
  const credit = pairCredit as Value;
  const totals = { ...zeroTotals(rules), scenario: loss.map((each) => [-each as Value]), charge: { MM: chargeMM as Value, IM: chargeIM as Value }, pairCredit: { MM: credit, IM: credit } };
  const { requirement } = evaluateRules(rules, totals, level);
  return (value + onChainCollateral * 10n ** 8n) * 10n ** 13n >= minRatioBps * (requirement + outside);
}

/** The smallest value of the book that covers the rest of the case. */
function valueNeeded(rest: Omit<Case, "value">): bigint {
  const scale = 10n ** 13n;
  const [charge, factor] = rest.level === "MM" ? [rest.chargeMM, rest.lossFactorMM] : [rest.chargeIM, rest.lossFactorIM];
  const required = rest.minRatioBps * (factor * (rest.loss[0] + rest.loss[1]) + 10n ** 9n * (charge - rest.pairCredit) + rest.outside);
  return divUp(required, scale) - rest.onChainCollateral * 10n ** 8n;
}

const CASE: Case = {
  loss: [9_252n * 10n ** 16n, 1_000n * 10n ** 16n + 7n],
  value: 12_000n * 10n ** 16n,
  chargeMM: 300n * 10n ** 16n,
  chargeIM: 450n * 10n ** 16n + 1n,
  pairCredit: 17n,
  outside: 10n ** 25n + 3n,
  onChainCollateral: 500n * 10n ** 8n,
  lossFactorMM: 800_000_000n,
  lossFactorIM: 1_000_000_001n,
  level: "IM",
  minRatioBps: 11_000n,
};

describe("Margin", () => {
  let tested: Tested;
  const accepts = async (given: Case) => {
    const refusal = await tested.refusal(inputs(given));
    expect(["accepted", "Num2Bits in CheckBits in Margin"]).toContain(refusal);
    return refusal === "accepted";
  };
  beforeAll(async () => {
    tested = await underTest({ file: "margin.circom", template: "Margin", params: [0, 0], inputs: INPUTS });
  });

  describe("agrees", () => {
    const upTo = (bits: number) => fc.oneof(fc.bigInt({ min: 0n, max: (1n << BigInt(bits)) - 1n }), fc.integer({ min: 0, max: bits }).map((b) => (1n << BigInt(b)) - 1n));
    const rest = fc.record({
      loss: fc.tuple(upTo(BITS.total), upTo(BITS.total)),
      chargeMM: upTo(BITS.total),
      chargeIM: upTo(BITS.total),
      pairCredit: upTo(BITS.total),
      outside: fc.bigInt({ min: -(1n << 127n), max: 1n << 127n }),
      onChainCollateral: upTo(BITS.collateral),
      lossFactorMM: upTo(BITS.lossFactor),
      lossFactorIM: upTo(BITS.lossFactor),
      level: fc.constantFrom<Level>("MM", "IM"),
      minRatioBps: upTo(BITS.claimRatio),
    });
    const value = fc.bigInt({ min: -TOTAL / 2n, max: TOTAL / 2n - 1n });
    law("with the twin and with the inequality over the rationals, for any totals", fc.asyncProperty(rest, value, async (others, anyValue) => {
      const given = { ...others, value: anyValue };
      expect([await accepts(given), twinSays(given)]).toEqual([covers(given), covers(given)]);
    }), 150);

    law("at the boundary: the smallest value that covers passes, and one unit below fails, for any other totals", fc.asyncProperty(rest, async (others) => {
      const needed = valueNeeded(others);
      fc.pre(needed > -TOTAL / 2n && needed < TOTAL / 2n);
      for (const [given, healthy] of [[{ ...others, value: needed }, true], [{ ...others, value: needed - 1n }, false]] as const) {
        expect([await accepts(given), twinSays(given), covers(given)]).toEqual([healthy, healthy, healthy]);
      }
    }), 100);
  });

  describe("refuses", () => {
    it.each<Level>(["MM", "IM"])("%s: every unit that is missing, whatever it is missing from", async (level) => {
      const atLimit = { ...CASE, level, minRatioBps: 10_000n, lossFactorMM: 10n ** 9n, lossFactorIM: 10n ** 9n, pairCredit: 0n, outside: 0n };
      const exact = { ...atLimit, value: valueNeeded(atLimit) };
      expect(await accepts(exact)).toBe(true);
      const charge = level === "MM" ? "chargeMM" : "chargeIM";
      const missing: Case[] = [
        { ...exact, value: exact.value - 1n },
        { ...exact, onChainCollateral: exact.onChainCollateral - 1n },
        { ...exact, loss: [exact.loss[0] + 1n, exact.loss[1]] },
        { ...exact, loss: [exact.loss[0], exact.loss[1] + 1n] },
        { ...exact, [charge]: exact[charge] + 1n },
        { ...exact, minRatioBps: 10_001n },
        { ...exact, [level === "MM" ? "lossFactorMM" : "lossFactorIM"]: 10n ** 9n + 1n },
      ];
      for (const given of missing) expect(await accepts(given)).toBe(false);
    });

    it("a book without equity, unless nothing is required of it", async () => {
      const broke = { ...CASE, value: -1n, onChainCollateral: 0n };
      expect(await accepts(broke)).toBe(false);
      expect(await accepts({ ...broke, loss: [0n, 0n], chargeMM: 0n, chargeIM: 0n, pairCredit: 0n, outside: 0n })).toBe(false);
      expect(await accepts({ ...broke, minRatioBps: 0n })).toBe(false);
      expect(await accepts({ ...broke, minRatioBps: 0n, value: 0n })).toBe(true);
    });

    it("collateral of 65 bits and a loss factor of 35", async () => {
      // nothing is lost and nothing required, so that only the widths can refuse
      const idle = inputs({ ...CASE, loss: [0n, 0n], minRatioBps: 0n });
      expect(await tested.refusal({ ...idle, onChainCollateral: (1n << 64n) - 1n, lossFactor: [0n, (1n << 34n) - 1n] })).toBe("accepted");
      for (const change of [{ onChainCollateral: 1n << 64n }, { onChainCollateral: FIELD - 1n }, { lossFactor: [0n, 1n << 34n] }, { lossFactor: [0n, FIELD - 1n] }]) {
        expect(await tested.refusal({ ...idle, ...change })).toBe("Num2Bits in CheckBits in Margin");
      }
    });

    it("neither a negative loss nor a charge below zero: totals must come in range from CommittedRisk (R15)", async () => {
      const poor = { ...CASE, value: 0n, onChainCollateral: 0n };
      expect(await accepts(poor)).toBe(false);
      expect(await tested.refusal({ ...inputs(poor), stress: FIELD - (1n << 89n) })).toBe("accepted");
      expect(await tested.refusal({ ...inputs(poor), chargeIM: FIELD - (1n << 89n) })).toBe("accepted");
    });

    it("neither a negative ratio nor a level beyond IM: they must come in range from Claim (R16)", async () => {
      const poor = { ...CASE, value: 0n, onChainCollateral: 0n };
      expect(await tested.refusal({ ...inputs(poor), minRatioBps: FIELD - 1n })).toBe("accepted");
      // with a charge that grows from MM to IM, level -1 extrapolates it below zero
      const charged = { ...poor, pairCredit: 0n, outside: 0n, loss: [0n, 0n] as const, chargeMM: 1n, chargeIM: 10n ** 20n };
      expect(await accepts(charged)).toBe(false);
      expect(await tested.refusal({ ...inputs(charged), level: FIELD - 1n })).toBe("accepted");
    });
  });

  describe("cannot be forged", () => {
    it.each<Level>(["MM", "IM"])("anywhere, at level %s: no wire is loose or free, but the other level's charge and factor", async (level) => {
      const others = level === "MM" ? /^main\.(chargeIM|lossFactor\[1\])$/ : /^main\.(chargeMM|lossFactor\[0\])$/;
      // whole multiples leave no room below the bits of the excess
      expect(await tested.undetermined(inputs({ ...CASE, level }), [others])).toEqual([]);
    });
  });

  describe("edges", () => {
    const extreme = { loss: [TOTAL - 1n, TOTAL - 1n], chargeMM: TOTAL - 1n, chargeIM: TOTAL - 1n, lossFactorMM: (1n << 34n) - 1n, lossFactorIM: (1n << 34n) - 1n, minRatioBps: (1n << 20n) - 1n } as const;
    it.each<[string, Case]>([
      ["nothing at all", { ...CASE, loss: [0n, 0n], value: 0n, chargeMM: 0n, chargeIM: 0n, pairCredit: 0n, outside: 0n, onChainCollateral: 0n }],
      ["the largest value and collateral, nothing required", { ...CASE, loss: [0n, 0n], chargeMM: 0n, chargeIM: 0n, pairCredit: 0n, outside: 0n, value: TOTAL / 2n - 1n, onChainCollateral: (1n << 64n) - 1n }],
      ["the largest of everything", { ...CASE, ...extreme, value: TOTAL / 2n - 1n, onChainCollateral: (1n << 64n) - 1n }],
      ["the most that can be missing", { ...CASE, ...extreme, value: -TOTAL / 2n, onChainCollateral: 0n }],
      ["the lowest value against the largest collateral", { ...CASE, loss: [0n, 0n], chargeMM: 0n, chargeIM: 0n, pairCredit: 0n, outside: 0n, value: -TOTAL / 2n, onChainCollateral: (1n << 64n) - 1n }],
      ["a ratio of zero", { ...CASE, minRatioBps: 0n, value: 0n }],
      ["a ratio of one basis point", { ...CASE, minRatioBps: 1n }],
    ])("%s", async (_, given) => {
      expect(await accepts(given)).toBe(covers(given));
    });
  });

  describe("costs", () => {
    it("the bits of the comparison, the collateral and the loss factor, and four products", () => {
      expectCost("Margin", [0, 0], tested);
    });
  });
});

describe("MarginBreach", () => {
  let tested: Tested;
  const LIMITS = { low: [-10n, 5n], high: [10n, 5n] };
  const within = { excess: 0n, exposure: [10n, 5n], ...LIMITS };
  const REFUSED = "Num2Bits in CheckBits in MarginBreach";
  beforeAll(async () => {
    tested = await underTest({ file: "margin.circom", template: "MarginBreach", params: [2], inputs: ["excess", "exposure", "low", "high"] });
  });

  describe("agrees", () => {
    const excess = fc.oneof(fc.constantFrom(0n, -1n, 1n), fc.bigInt({ min: -(1n << 188n), max: 1n << 188n }));
    const exposure = fc.bigInt({ min: -12n, max: 12n });
    law("with the complement of the inequality and of the limits", fc.asyncProperty(excess, exposure, exposure, async (anyExcess, x, y) => {
      const isHealthy = anyExcess >= 0n && x >= -10n && x <= 10n && y === 5n;
      expect(await tested.refusal({ ...within, excess: anyExcess, exposure: [x, y] })).toBe(isHealthy ? REFUSED : "accepted");
    }), 100);
  });

  describe("refuses", () => {
    it("a margin that just suffices", async () => {
      expect(await tested.refusal(within)).toBe(REFUSED);
      expect(await tested.refusal({ ...within, excess: -1n })).toBe("accepted");
    });

    it("an exposure at its limit, and none a unit beyond", async () => {
      for (const exposure of [[-10n, 5n], [10n, 5n]]) expect(await tested.refusal({ ...within, exposure })).toBe(REFUSED);
      for (const exposure of [[-11n, 5n], [11n, 5n], [0n, 4n], [0n, 6n]]) expect(await tested.refusal({ ...within, exposure })).toBe("accepted");
    });
  });

  describe("cannot be forged", () => {
    it("at which, with every dependent wire recomputed", async () => {
      expect(await tested.forgeries({ ...within, excess: -1n }, ["which"])).toEqual([]);
    });
  });

  describe("edges", () => {
    it("the largest shortfall", async () => expect(await tested.refusal({ ...within, excess: 1n - (1n << 189n) })).toBe("accepted"));
  });

  describe("costs", () => {
    it("one comparison, and four for each exposure", () => expectCost("MarginBreach", [2], tested));
  });
});
