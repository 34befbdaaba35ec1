/** Shipped policy pmrm: linear books by hand, options against a Python program with statistics.NormalDist. */
import { describe, expect, it } from "vitest";
import { amount, expectNear, margin, needs } from "./support/hand-book.ts";

describe("pmrm", () => {
  it("takes 20 % and 3 % of notional, and 1.25 of both at the initial level", () => {
    expect(needs("pmrm", { "BTC-PERP": 2n }, "MM")).toBe(amount("23000"));
    expect(needs("pmrm", { "BTC-PERP": 2n })).toBe(amount("28750"));
  });

  it("grows the initial factor on losses by 4 times what the stablecoin lacks to 0.99: 1.33·20000 + 3750", () => {
    expect(needs("pmrm", { "BTC-PERP": 2n }, "IM", "0.97")).toBe(amount("30350"));
    expect(needs("pmrm", { "BTC-PERP": 2n }, "MM", "0.97")).toBe(amount("23000"));
  });

  it("counts a long call at 0.95·exp(-0.12·30/365) of its value in its worst scenario, -15 % with volatility down", () => {
    const { nettingSets, requirement } = margin("pmrm", { "CALL-50000": 1n }, "MM");
    expectNear(requirement.MM, "2760.4384376700023");
    expect(nettingSets[0]).toMatchObject({ binding: "scenario", bindingScenario: 21 });
  });

  it("counts a short call in full, with 2 % of notional because nothing covers it", () => {
    const { nettingSets, requirement } = margin("pmrm", { "CALL-50000": -1n }, "MM");
    expectNear(requirement.MM, "9660.81118457987");
    expect(nettingSets[0]).toMatchObject({ binding: "scenario", bindingScenario: 0 });
  });

  it("spares the 2 % where a long put of the same strike covers the short call, and only there", () => {
    const charged = ({ totals, requirement, stress }: ReturnType<typeof margin>): bigint => {
      expect(totals.charge.MM).toBe(amount("1000"));
      return requirement.MM - stress;
    };
    expect(charged(margin("pmrm", { "CALL-50000": -1n, "PUT-50000": 1n }, "MM"))).toBe(0n);
    expect(charged(margin("pmrm", { "CALL-50000": -1n, "CALL-50000-60D": 1n }, "MM"))).toBe(amount("1000"));
  });

  it("takes the worse forward move of each expiry, which binds for a calendar spread: 3103.88 against 1222.38 in the scenarios", () => {
    const { nettingSets } = margin("pmrm", { "CALL-50000": -1n, "CALL-50000-60D": 1n }, "MM");
    expectNear(nettingSets[0]!.loss, "3103.8805679986717");
    expect(nettingSets[0]!.binding).toBe("basis");
    expectNear(-nettingSets[0]!.scenarioPnl.reduce((worst, pnl) => (pnl < worst ? pnl : worst)), "1222.3849831952093");
  });

  it("takes it the other way round too", () =>
    expectNear(margin("pmrm", { "CALL-50000": 1n, "CALL-50000-60D": -1n }, "MM").nettingSets[0]!.loss, "3017.954259138882"));
});
