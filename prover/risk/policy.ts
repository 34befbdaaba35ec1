/** A margin policy, `margin-policy/1`: which scenarios, netted how, with which charges. Rates and factors are at 1e-9. */
import type { MarginProofError } from "../errors.ts";
import type { Factor } from "../units.ts";
import { checkFeatures } from "./policy-checks.ts";
import { featuresSchema, type PolicyFeatures } from "./policy-features.ts";
import { listing, refuse, strictly, type Checking } from "./policy-refusals.ts";
import { POLICY_FORMAT, policySchema } from "./policy-schema.ts";
import { factorText, readJson, schemaProblems, SEE_PAGE, type Json } from "./schema.ts";
import { tailScenarios } from "./tail-plan.ts";
import { volShockJson } from "./vol-shock-schema.ts";

export { POLICY_FORMAT };

export type VolDirection = "up" | "down" | "none";
/** Rotations of the smile around the forward, taken with the worse sign in every cell. */
export type SkewDirection = "linear" | "absolute";

/**
 * The spot is multiplied by `spot`, volatilities are shocked in direction `vol`, and the resulting P&L is multiplied by
 * `weight` (damping, at most 1).
 */
export interface Scenario {
  readonly spot: Factor;
  /** Multipliers of underlyings that move otherwise. */
  readonly moves?: Readonly<Record<string, Factor>> | undefined;
  readonly vol: VolDirection | SkewDirection;
  readonly weight: Factor;
  /** What counts is only what deltas do not explain: the P&L less delta·spot·(move − 1). */
  readonly less?: "delta" | undefined;
}

/** What a scenario multiplies the spot of `underlying` by. A move is one that is listed: every object has a `constructor`. */
export const moveOf = ({ spot, moves = {} }: Pick<Scenario, "spot" | "moves">, underlying: string): Factor =>
  Object.hasOwn(moves, underlying) ? moves[underlying]! : spot;

/** One number per margin level; reading makes sure that IM ≥ MM. IM is the full number, not an addition to MM. */
export interface PerLevel {
  readonly MM: Factor;
  readonly IM: Factor;
}

/** Positions in the underlyings of one netting set offset each other, scenario by scenario; netting sets do not. */
export interface NettingSet {
  readonly id: string;
  readonly underlyings: readonly string[];
}

/** Haircut on balances of one currency or underlying, on credit and on debt alike. */
export interface Haircut {
  readonly asset: string;
  readonly rate: PerLevel;
}

/** Whether a shock is a share of the volatility or so many points of it: 0.5 is half as much again, or 50 points more. */
export type VolShockKind = "relative" | "additive";

/**
 * vol' = vol·(1 ± range·(30 / max(days, dteFloorDays))^power) with `shortPower` up to 30 days and `longPower` beyond, or vol ± the same
 * when the kind is additive; shocked upwards it is at least `minShockedVol`, shocked downwards at least 0.
 */
export interface VolShock {
  readonly up: Factor;
  readonly down: Factor;
  readonly shortPower: Factor;
  readonly longPower: Factor;
  readonly dteFloorDays: Factor;
  readonly minShockedVol: Factor;
  /** Relative when it is left out. */
  readonly kind?: VolShockKind | undefined;
  /** Underlyings that are shocked otherwise, each at most once. */
  readonly overrides?: readonly VolShockOverride[] | undefined;
}

/** What differs for one underlying; the rest is as for all. */
export type VolShockOverride = { readonly underlying: string } & {
  readonly [part in keyof Omit<VolShock, "overrides">]?: VolShock[part] | undefined;
};

/** Minimum charges as a share of spot notional, whatever the scenarios say. */
export interface Charges {
  readonly perpetual: PerLevel;
  readonly future: PerLevel;
  /** On short options only. */
  readonly optionShort: PerLevel;
}

export interface Policy extends PolicyFeatures {
  readonly format: typeof POLICY_FORMAT;
  readonly name: string;
  readonly version: number;
  /** Where the numbers come from. It is hashed with the rest. */
  readonly description: string;
  readonly quote: string;
  /** The position in this list is the netting set's index `u`. */
  readonly nettingSets: readonly NettingSet[];
  /** The position in this list is the scenario's index `s`. */
  readonly scenarios: readonly Scenario[];
  readonly volShock: VolShock;
  /** Multiplies the sum of the netting sets' worst losses. */
  readonly lossFactor: PerLevel;
  readonly charges: Charges;
  /** The quote currency has none. */
  readonly haircuts: readonly Haircut[];
  /** The optional parts as they were written, which is how they are hashed. */
  readonly featuresJson: Json;
}

/** How strictly a policy is read. */
export interface PolicyReading {
  /** Accepts scenarios that count more than whole: to reproduce what others have published, not to publish. */
  readonly allowAmplification?: boolean;
}

/**
 * Reads and validates a policy. Throws InvalidSchema, InvalidDecimal, OutOfRange, or InvalidPolicy for a number outside its
 * sane range, IM below MM, an underlying in two netting sets, and repeated ids, scenarios or haircuts.
 */
export function parsePolicy(json: unknown, options: PolicyReading = {}): Policy {
  const policy: Policy = { ...readJson(policySchema, json, "", SEE_PAGE), featuresJson: writtenFeatures(json) };
  checkPolicy(policy, options, strictly);
  return policy;
}

/**
 * Everything that is wrong with a policy, each with code, path and remedy. Fields first: how they fit together is looked at once each can be
 * read, the tail's source last. What a market adds to that is seen by `policyMarketProblems`.
 */
export function policyProblems(json: unknown, options: PolicyReading = {}): readonly MarginProofError[] {
  const read = policySchema.safeParse(json);
  if (!read.success) return schemaProblems(read.error, "", SEE_PAGE);
  const policy: Policy = { ...read.data, featuresJson: writtenFeatures(json) };
  const found: MarginProofError[] = [];
  checkPolicy(policy, options, listing(found));
  listing(found).one(() => void tailScenarios(policy));
  return found;
}

function checkPolicy(policy: Policy, options: PolicyReading, check: Checking): void {
  const repeated = (entries: readonly (readonly [key: string, path: string])[], hint: string) => refuseRepeats(entries, hint, check);
  repeated(
    policy.nettingSets.map(({ id }, u) => [id, `nettingSets[${u}].id`]),
    "give every netting set its own id",
  );
  const owned = policy.nettingSets.flatMap(({ underlyings }, u) =>
    underlyings.map((name, i): [string, string] => [name, `nettingSets[${u}].underlyings[${i}]`]),
  );
  repeated(owned, "an underlying belongs to exactly one netting set");
  const scenarios = policy.scenarios.map(({ spot, vol, moves = {}, less }, s): [string, string] => [
    `spot ${factorText(spot)}, vol ${vol}${less === undefined ? "" : `, less ${less}`}${Object.entries(moves)
      .map(([name, move]) => `, ${name} ${factorText(move)}`)
      .join("")}`,
    `scenarios[${s}]`,
  ]);
  repeated(scenarios, "of two scenarios with the same shocks only the heavier can bind: keep that one");
  const assets = policy.haircuts.map(({ asset }, h): [string, string] => [asset, `haircuts[${h}].asset`]);
  repeated([[policy.quote, "quote"], ...assets], "list each asset once; the quote is the unit of account and has no haircut");
  checkFeatures(policy, options, check);
}

/** The optional parts that are there, word for word: their numbers have no other form. */
function writtenFeatures(json: unknown): Json {
  const parts = Object.entries(json as Record<string, Json>).filter(([key]) => Object.hasOwn(featuresSchema.shape, key));
  return structuredClone(Object.fromEntries(parts)) as Json;
}

function refuseRepeats(entries: readonly (readonly [key: string, path: string])[], hint: string, check: Checking): void {
  const seen = new Set<string>();
  check.each(entries, ([key, path]) => {
    if (seen.has(key)) refuse(path, `${key} occurs twice`, hint);
    seen.add(key);
  });
}

/** The canonical JSON of a policy, the one that is hashed: parsePolicy(policyJson(x)) equals x. Lists keep their order, which carries meaning. */
export function policyJson(policy: Policy): Json {
  const { format, name, version, description, quote, volShock, charges, featuresJson } = policy;
  return {
    format,
    name,
    version,
    description,
    quote,
    nettingSets: policy.nettingSets.map(({ id, underlyings }) => ({ id, underlyings })),
    scenarios: policy.scenarios.map(({ spot, moves = {}, vol, weight, less }) => ({
      spot: factorText(spot),
      ...(Object.keys(moves).length === 0
        ? {}
        : { moves: Object.fromEntries(Object.entries(moves).map(([underlying, move]) => [underlying, factorText(move)])) }),
      vol,
      weight: factorText(weight),
      ...(less === undefined ? {} : { less }),
    })),
    volShock: volShockJson(volShock),
    lossFactor: levelJson(policy.lossFactor),
    charges: { perpetual: levelJson(charges.perpetual), future: levelJson(charges.future), optionShort: levelJson(charges.optionShort) },
    haircuts: policy.haircuts.map(({ asset, rate }) => ({ asset, rate: levelJson(rate) })),
    ...(featuresJson as { readonly [part: string]: Json }),
  };
}

const levelJson = ({ MM, IM }: PerLevel): Json => ({ MM: factorText(MM), IM: factorText(IM) });
