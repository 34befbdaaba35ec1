/**
 * A published portfolio-margin case: parameters, market and account of one portfolio, and the margins its model gives it. Decimals are texts
 * (or JSON numbers) and amounts are signed. What a case leaves out has the value that changes nothing.
 */
import { z } from "zod";
import { MarginProofError } from "../../prover/errors.ts";
import { ONE, REAL_DECIMALS, ZERO, type Real } from "../../prover/numeric/real.ts";
import { readJson } from "../../prover/risk/schema.ts";

const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?$/;

/** `text` at 27 digits, to the nearest; exact up to there. Undefined for what is not a decimal. */
export function decimal(text: string): Real | undefined {
  const [, sign, whole = "", fraction = "", exponent = "0"] = DECIMAL.exec(text.trim()) ?? [];
  if (whole + fraction === "" || text.length > 200) return undefined;
  const shift = REAL_DECIMALS + Number(exponent) - fraction.length;
  const digits = BigInt(whole + fraction);
  const size = shift >= 0 ? digits * 10n ** BigInt(shift) : (digits + 10n ** BigInt(-shift) / 2n) / 10n ** BigInt(-shift);
  return (sign === "-" ? -size : size) as Real;
}

const number = z.union([z.string(), z.number()]).transform((text, context): Real => {
  const value = decimal(String(text));
  if (value !== undefined) return value;
  context.addIssue({ code: "custom", message: `${JSON.stringify(text)} is not a decimal` });
  return z.NEVER;
});
const seconds = number.transform((value, context): number => {
  if (value % ONE === 0n && value > -(2n ** 40n) * ONE && value < 2n ** 40n * ONE) return Number(value / ONE);
  context.addIssue({ code: "custom", message: "expected whole seconds" });
  return z.NEVER;
});
const [none, whole] = [number.default(ZERO), number.default(ONE)];

const scenario = z.object({ spot: whole, vol: z.enum(["up", "down", "none", "linear", "abs"]).default("none"), damp: whole });
const policy = z.object({
  scenarios: z.array(scenario),
  volShock: z.object({ up: number, down: number, shortPower: number, longPower: number, dteFloorDays: number, minShockedVol: number }),
  lossFactor: z.object({ MM: number, IM: number }),
  staticDiscount: z
    .object({ longBase: whole, shortBase: whole, longRateMult: none, longRateAdd: none, shortRateMult: none, shortRateAdd: none })
    .prefault({}),
  basis: z.object({ up: whole, down: whole, add: none, mult: none }).prefault({}),
  contingency: z
    .object({
      perpMM: none,
      perpIM: none,
      optionMM: none,
      optionIM: none,
      pegThreshold: none,
      pegFactor: none,
      confidenceThreshold: none,
      confidenceMargin: none,
    })
    .prefault({}),
  skew: z
    .object({
      linearBase: number,
      linearCap: number,
      absBase: number,
      absCap: number,
      minKStar: number,
      widthScale: number,
      volStatic: number,
      volScale: number,
    })
    .optional(),
});

const svi = z.object({ a: number, b: number, rho: number, m: number, sigma: number, forward: number.optional(), tau: number.optional() });
const market = z.object({
  spot: number,
  spotConfidence: whole,
  stable: whole,
  perp: z.object({ price: none, confidence: whole }).prefault({}),
  expiries: z
    .array(
      z.object({
        secondsToExpiry: seconds,
        forward: number,
        rate: none,
        forwardConfidence: whole,
        rateConfidence: whole,
        volConfidence: whole,
        svi: svi.optional(),
      }),
    )
    .default([]),
});

const account = z.object({
  cash: none,
  perps: none,
  unsettledPerpPnl: none,
  unsettledFunding: none,
  collateral: z
    .array(
      z.object({
        asset: z.string().default(""),
        amount: number,
        price: number,
        confidence: whole,
        movesWithSpot: z.boolean().default(false),
        haircutMM: none,
        haircutIM: none,
      }),
    )
    .default([]),
  options: z.array(z.object({ secondsToExpiry: seconds, strike: number, type: z.enum(["call", "put"]), amount: number })).default([]),
});

const expected = z
  .object({ MM: number.optional(), IM: number.optional(), basisContingency: number.optional(), scenarioPnl: z.array(number).optional() })
  .prefault({});

const caseSchema = z.object({ name: z.string().default(""), model: z.string().default("pmrm2"), policy, market, account, expected });
export type PublishedCase = z.output<typeof caseSchema>;

/** Without members that are null: they say as much as members that are not there. */
function present(json: unknown): unknown {
  if (Array.isArray(json)) return json.map(present);
  if (typeof json !== "object" || json === null) return json;
  return Object.fromEntries(Object.entries(json).flatMap(([key, value]) => (value === null ? [] : [[key, present(value)]])));
}

/** Reads a case. @throws InvalidSchema naming the first field that cannot be read */
export function parseCase(json: unknown): PublishedCase {
  const read = readJson(caseSchema, present(json));
  const { scenarios } = read.policy;
  const refuse = (path: string, message: string): never => {
    throw new MarginProofError("InvalidSchema", message, { path });
  };
  if (read.expected.scenarioPnl !== undefined && read.expected.scenarioPnl.length !== scenarios.length)
    refuse("expected.scenarioPnl", `${read.expected.scenarioPnl.length} results of ${scenarios.length} scenarios`);
  scenarios.forEach(({ spot, vol, damp }, s) => {
    if (damp < 0n) refuse(`policy.scenarios[${s}].damp`, "a negative weight");
    if (vol !== "linear" && vol !== "abs") return;
    if (spot !== ONE) refuse(`policy.scenarios[${s}].spot`, "a skew rotation that moves spot");
    if (read.policy.skew === undefined) refuse("policy.skew", "not given, but a scenario rotates the skew");
  });
  return read;
}

/** Fields of `json` that reading took no notice of, as paths. */
export function unreadFields(json: unknown, read: unknown, path = ""): string[] {
  if (typeof json !== "object" || json === null || typeof read !== "object" || read === null) return [];
  return Object.entries(json).flatMap(([key, value]) => {
    const at = Array.isArray(json) ? `${path}[${key}]` : path === "" ? key : `${path}.${key}`;
    return Object.hasOwn(read, key) ? unreadFields(value, (read as Record<string, unknown>)[key], at) : [at];
  });
}
