import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatDecimal, parseDecimal } from "../prover/numeric/decimal.ts";
import { ONE, ZERO, mul } from "../prover/numeric/real.ts";
import type { Real } from "../prover/numeric/real.ts";
import { black76 } from "../prover/risk/black76.ts";
import type { Black76Input, OptionType } from "../prover/risk/black76.ts";
import { law } from "./support/law.ts";
import { blackCall, divide, exponential, magnitude, multiply, oracle, squareRoot } from "./support/oracle.ts";

const R = (text: string): Real => parseDecimal(text, 27) as Real;
const O = (text: string): bigint => oracle(parseDecimal(text, 27), 27);
const toReal = (x: bigint): Real => (x / 10n ** 73n) as Real;
const between = (low: string, high: string): fc.Arbitrary<Real> => fc.bigInt({ min: R(low), max: R(high) }).map((n) => n as Real);

const price = between("0.01", "200000");
const totalVol = fc.oneof(between("0", "3"), between("0", "0.0001"), between("0", "30"));
const inputs = fc.record({ forward: price, strike: price, totalVol, discount: between("0", "1") });
const call = (input: Omit<Black76Input, "type">) => black76({ ...input, type: "call" });
const put = (input: Omit<Black76Input, "type">) => black76({ ...input, type: "put" });
const base = { forward: R("60000"), strike: R("65000"), totalVol: R("0.3"), discount: R("0.99") };

/** Textbook examples: `spot` carried at rate − yield (a future: yield = rate). `digits` from mpmath at 60 digits, from the closed form. */
const TEXTBOOK: [source: string, spot: string, strike: string, rate: string, yieldRate: string, years: [bigint, bigint], vol: string, type: OptionType, published: string, digits: string][] = [
  ["Haug, Black-76 on a Brent future, call", "19", "19", "0.1", "0.1", [3n, 4n], "0.28", "call", "1.7011", "1.70105072523626713913094346"],
  ["Haug, Black-76 on a Brent future, put", "19", "19", "0.1", "0.1", [3n, 4n], "0.28", "put", "1.7011", "1.70105072523626713913094346"],
  ["Hull, put on a crude oil future", "20", "20", "0.09", "0.09", [1n, 3n], "0.25", "put", "1.12", "1.11664145655894347815339850"],
  ["Hull, call on a gold future", "620", "600", "0.05", "0.05", [1n, 2n], "0.2", "call", "44.19", "44.1868533121066051691315104"],
  ["Hull, call on a stock", "42", "40", "0.1", "0", [1n, 2n], "0.2", "call", "4.76", "4.75942239287153321960072846"],
  ["Hull, put on a stock", "42", "40", "0.1", "0", [1n, 2n], "0.2", "put", "0.81", "0.80859937290009358325774125"],
  ["Haug, call on a stock", "60", "65", "0.08", "0", [1n, 4n], "0.3", "call", "2.1334", "2.13336844491620000620920649"],
  ["Haug, put on an index with a yield", "100", "95", "0.1", "0.05", [1n, 2n], "0.2", "put", "2.4648", "2.46478764675582116631258268"],
  ["Haug, call on a currency", "1.56", "1.6", "0.06", "0.08", [1n, 2n], "0.12", "call", "0.0291", "0.029099253149439682875223582"],
];

describe("black76 agrees with", () => {
  it.each(TEXTBOOK)("%s", (_, spot, strike, rate, yieldRate, [years, per], vol, type, published, digits) => {
    const time = divide(years, per);
    const forward = toReal(multiply(O(spot), exponential(multiply(O(rate) - O(yieldRate), time))));
    const discount = toReal(exponential(-multiply(O(rate), time)));
    const deviation = toReal(multiply(O(vol), squareRoot(time)));
    const result = black76({ forward, strike: R(strike), totalVol: deviation, discount, type });
    expect(magnitude(result - R(digits)) < R("0.000000000000000000001")).toBe(true);
    const shown = published.split(".")[1]!.length;
    expect(formatDecimal(result + R("0.5") / 10n ** BigInt(shown), 27, { digits: shown, round: "down" })).toBe(published);
  });

  law("the closed form, within 1e-27·(1 + X + Y)", fc.property(price, price, between("0.0001", "5"), between("0.1", "1"), (forward, strike, deviation, discount) => {
    const exact = blackCall(oracle(forward, 27), oracle(strike, 27), oracle(deviation, 27), oracle(discount, 27));
    const allowed = oracle(ONE + mul(forward, discount) + mul(strike, discount), 54);
    expect(magnitude(oracle(call({ forward, strike, totalVol: deviation, discount }), 27) - exact) <= allowed).toBe(true);
  }), 100);
});

describe("black76 obeys", () => {
  law("put–call parity, exactly", fc.property(inputs, (input) => {
    expect(call(input) - put(input)).toBe(mul(input.forward, input.discount) - mul(input.strike, input.discount));
  }));

  law("call ≤ F·D, put ≤ K·D, neither below intrinsic value", fc.property(inputs, (input) => {
    const [forward, strike] = [mul(input.forward, input.discount), mul(input.strike, input.discount)];
    expect(call(input) <= forward && call(input) >= forward - strike && call(input) >= 0n).toBe(true);
    expect(put(input) <= strike && put(input) >= strike - forward && put(input) >= 0n).toBe(true);
  }));

  /** Two prices each carry their rounding error, so an order holds up to twice the stated bound. */
  const slack = (input: Omit<Black76Input, "type">) => 2n * ((ONE + input.forward + input.strike) / ONE + 1n);

  law("more volatility never lowers a price", fc.property(inputs, between("0", "1"), (input, more) => {
    const shaken = { ...input, totalVol: (input.totalVol + more) as Real };
    expect(call(shaken) - call(input) >= -slack(input) && put(shaken) - put(input) >= -slack(input)).toBe(true);
  }));

  law("a higher forward never lowers a call nor raises a put", fc.property(inputs, between("0", "1000"), (input, more) => {
    const lifted = { ...input, forward: (input.forward + more) as Real };
    expect(call(lifted) - call(input) >= -slack(lifted) && put(lifted) - put(input) <= slack(lifted)).toBe(true);
  }));

  law("a higher strike never raises a call", fc.property(inputs, between("0", "1000"), (input, more) => {
    const lifted = { ...input, strike: (input.strike + more) as Real };
    expect(call(lifted) - call(input) <= slack(lifted)).toBe(true);
  }));
});

describe("black76 at the edges", () => {
  it("is intrinsic without deviation", () => {
    const still = { ...base, totalVol: ZERO };
    expect([call(still), put(still)]).toEqual([ZERO, R("4950")]);
    expect([call({ ...still, strike: R("50000") }), call({ ...still, strike: base.forward })]).toEqual([R("9900"), ZERO]);
  });

  it("floors a positive deviation at 1e-18", () => {
    const atTheMoney = { ...base, strike: base.forward };
    const floor = call({ ...atTheMoney, totalVol: R("0.000000000000000001") });
    expect(call({ ...atTheMoney, totalVol: 1n as Real })).toBe(floor);
    expect(floor > 0n).toBe(true);
    expect(call({ ...atTheMoney, totalVol: R("0.000000000000000002") }) > floor).toBe(true);
  });

  it("is the discounted forward and strike from a deviation of 24 on", () => {
    for (const deviation of [R("24"), R("1000000000")]) {
      expect([call({ ...base, totalVol: deviation }), put({ ...base, totalVol: deviation })]).toEqual([R("59400"), R("64350")]);
    }
  });

  it("ignores even the remotest strike from a deviation of 24 on, and not before", () => {
    const remote = { ...base, strike: R(`1${"0".repeat(40)}`) };
    expect(call({ ...remote, totalVol: R("24") })).toBe(R("59400"));
    expect(call({ ...remote, totalVol: (R("24") - 1n) as Real }) < R("59400")).toBe(true);
  });

  it("is worth nothing as a call on a forward of zero, and the strike as a put", () => {
    expect([call({ ...base, forward: ZERO }), put({ ...base, forward: ZERO })]).toEqual([ZERO, R("64350")]);
  });

  it("is the forward as a call struck at zero, and nothing as a put", () => {
    expect([call({ ...base, strike: ZERO }), put({ ...base, strike: ZERO })]).toEqual([R("59400"), ZERO]);
  });

  it("is worth nothing when discounted to nothing", () => {
    expect([call({ ...base, discount: ZERO }), put({ ...base, discount: ZERO })]).toEqual([ZERO, ZERO]);
  });

  it("survives a strike 27 orders of magnitude away", () => {
    expect(call({ ...base, strike: 1n as Real }) <= R("59400")).toBe(true);
    expect(put({ ...base, strike: 1n as Real })).toBe(ZERO);
  });

  it.each(["forward", "strike", "totalVol", "discount"] as const)("refuses a negative %s by name", (field) => {
    expect(() => call({ ...base, [field]: -1n as Real })).toThrow(expect.objectContaining({ code: "OutOfRange", path: field, hint: "give 0 or more" }));
  });
});
