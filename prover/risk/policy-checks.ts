/** What the parts of a policy must say about each other: a reader of the schema sees one field at a time. */
import { SCALE } from "../units.ts";
import { checkDeltaMinimum, checkExposures, checkSpreadCredits } from "./exposure-checks.ts";
import type { Policy, PolicyReading } from "./policy.ts";
import { refuse, repeats, strictly, type Checking, type RequireKnown } from "./policy-refusals.ts";
import { factorText } from "./schema.ts";
import { isSound, requireOneSound, requireSemidefinite } from "./semidefinite.ts";
import { requireCorrelation } from "./sources/correlation.ts";
import { checkVolShock } from "./vol-shock-schema.ts";

/** @throws InvalidPolicy naming the first part that contradicts another, unless `check` goes on */
export function checkFeatures(policy: Policy, { allowAmplification = false }: PolicyReading, check: Checking = strictly): void {
  const known = new Set(policy.nettingSets.flatMap(({ underlyings }) => underlyings));
  const requireKnown: RequireKnown = (name, path) => {
    if (!known.has(name)) refuse(path, `${name} is in no netting set`, `add ${name} to a netting set, or correct the name`);
  };
  check.each(policy.nettingSets, ({ underlyings }, u) => {
    const i = underlyings.indexOf(policy.quote);
    if (i >= 0) refuse(`nettingSets[${u}].underlyings[${i}]`, `${policy.quote} is the quote, which never moves`, "remove it: no market lists its own quote as an underlying");
  });
  checkScenarios(policy, requireKnown, check, allowAmplification);
  checkVolShock(policy.volShock, requireKnown, check);
  checkOffsets(policy, requireKnown, check);
  check.one(() => checkDiscounts(policy));
  repeats(
    policy.tracking.map(({ asset }) => asset),
    "tracking",
    "asset",
    check,
  );
  check.each(policy.tracking, ({ asset, underlying }, i) => {
    requireKnown(underlying, `tracking[${i}].underlying`);
    if (known.has(asset))
      refuse(`tracking[${i}].asset`, `${asset} is an underlying itself`, "it moves with its own spot: remove the entry");
    if (asset === policy.quote) refuse(`tracking[${i}].asset`, `${asset} is the quote, which never moves`, "remove the entry");
  });
  check.one(() => {
    const asset = policy.depeg?.asset;
    if (asset === policy.quote || known.has(asset ?? ""))
      refuse("depeg.asset", `${asset} is the quote or an underlying, which no market prices as a currency`, "name a currency, such as a stablecoin");
  });
  check.one(() => {
    if (policy.basis !== undefined && policy.cells !== "expiry")
      refuse("basis", "the worse move is taken per expiry", 'set "cells" to "expiry"');
  });
  check.one(() => {
    if (policy.basis !== undefined && (policy.basis.up < SCALE.factor || policy.basis.down > SCALE.factor))
      refuse("basis", "up lies below 1, or down above it", "swap up and down");
  });
  checkExposures(policy, requireKnown, check);
  checkSpreadCredits(policy, requireKnown, check);
  checkDeltaMinimum(policy, requireKnown, check);
  if (policy.aggregation !== undefined) {
    const { correlation } = policy.aggregation;
    const names = policy.nettingSets.map(({ id }) => id);
    check.one(() => {
      requireCorrelation(correlation, names, "aggregation.correlation");
      requireSemidefinite(correlation, names, "aggregation.correlation");
    });
    check.each(correlation, (row, i) =>
      check.each(row, (rho, j) => {
        if (rho < 0n && j > i)
          refuse(
            `aggregation.correlation[${i}][${j}]`,
            `${names[i]} and ${names[j]} have a negative correlation`,
            "use 0: a loss of one netting set must not lower what another needs",
          );
      }),
    );
  }
  if (policy.sensitivities !== undefined) {
    const { factors, correlation } = policy.sensitivities;
    const names = factors.map(({ id }) => id);
    const { sets } = policy.sensitivities;
    repeats(names, "sensitivities.factors", "id", check);
    check.each(factors, ({ underlyings }, k) =>
      check.each(underlyings, (name, i) => requireKnown(name, `sensitivities.factors[${k}].underlyings[${i}]`)),
    );
    checkConcentration(policy.sensitivities, check);
    check.one(() => {
      requireCorrelation(correlation, names, "sensitivities.correlation");
      requireSemidefinite(correlation, names, "sensitivities.correlation");
      requireOneSound(correlation, sets, names, "sensitivities.sets");
      requireBounded(policy.sensitivities!);
    });
  }
  check.one(() => {
    if (policy.optionNaked !== undefined && (policy.charges.optionShort.MM > 0n || policy.charges.optionShort.IM > 0n))
      refuse(
        "charges.optionShort",
        "short options are charged twice",
        "use either charges.optionShort (every short) or optionNaked (uncovered shorts), and 0 for the other",
      );
  });
}

function checkScenarios({ scenarios, skew }: Policy, requireKnown: RequireKnown, check: Checking, allowAmplification: boolean): void {
  check.each(scenarios, ({ spot, vol, weight, moves = {}, less }, s) => {
    for (const name of Object.keys(moves)) requireKnown(name, `scenarios[${s}].moves.${name}`);
    if (vol !== "linear" && vol !== "absolute") {
      if (weight > SCALE.factor && !allowAmplification)
        refuse(`scenarios[${s}].weight`, `${factorText(weight)} is too large`, "a weight dampens: it lies between 0 and 1");
      return;
    }
    if (skew === undefined)
      refuse(`scenarios[${s}].vol`, `${vol} rotates the skew, but the policy has none`, 'add "skew", or shock up, down or none');
    if (spot !== SCALE.factor || Object.keys(moves).length > 0)
      refuse(`scenarios[${s}].spot`, "a skew rotation moves the spot", "use 1: skew scenarios move volatilities alone");
    if (less !== undefined)
      refuse(`scenarios[${s}].less`, "a skew rotation leaves out delta", "remove it: without a move of the spot there is no delta to leave out");
  });
  check.one(() => {
    if (scenarios.every(({ vol }) => vol === "linear" || vol === "absolute"))
      refuse("scenarios", "only skew rotations", "add a scenario of the grid; if nothing moves it costs nothing");
  });
}

function checkOffsets({ offsets, nettingSets, cells }: Policy, requireKnown: RequireKnown, check: Checking): void {
  if (offsets === undefined) return;
  check.one(() => {
    if (cells !== "underlying") refuse("offsets", "classes are underlyings, but cells are expiries", 'set "cells" to "underlying"');
  });
  repeats(
    offsets.classes.map(({ underlying }) => underlying),
    "offsets.classes",
    "underlying",
    check,
  );
  check.each(offsets.classes, ({ underlying }, i) => requireKnown(underlying, `offsets.classes[${i}].underlying`));
  repeats(
    offsets.groups.map(({ id }) => id),
    "offsets.groups",
    "id",
    check,
  );
  const grouped = new Set<string>();
  check.each(offsets.groups, ({ id, underlyings }, g) =>
    check.each(underlyings, (name, i) => {
      const path = `offsets.groups[${g}].underlyings[${i}]`;
      requireKnown(name, path);
      if (grouped.has(name)) refuse(path, `${name} is in two groups`, "an underlying belongs to one group");
      grouped.add(name);
      const set = nettingSets.find((candidate) => candidate.underlyings.includes(underlyings[0]!));
      if (set !== undefined && !set.underlyings.includes(name)) refuse(path, `group ${id} reaches over two netting sets`, `only underlyings of ${set.id}`);
    }),
  );
  if (offsets.groups.length === 0) return;
  const alone = nettingSets.flatMap(({ underlyings }) => underlyings).find((name) => !grouped.has(name));
  check.one(() => {
    if (alone !== undefined) refuse("offsets.groups", `${alone} is in no group`, `add ${alone} to a group, if need be of its own`);
  });
}

/** The bound on a concentration is a triangle inequality, which holds where no hedge has less than no risk. */
function requireBounded({ factors, correlation, sets }: NonNullable<Policy["sensitivities"]>): void {
  if (factors.every(({ concentration }) => concentration === undefined)) return;
  const names = factors.map(({ id }) => id);
  const contradicted = sets.findIndex((set) => !isSound(correlation, set, names));
  if (contradicted >= 0)
    refuse(
      `sensitivities.sets[${contradicted}]`,
      `${sets[contradicted]} correlations contradict each other, and under such no charge bounds a concentration`,
      "leave the set out, or lower the given correlations",
    );
}

/** Chords bound a charge between corners that ascend, from where it is convex: see concentration.ts. */
function checkConcentration({ factors, fading }: NonNullable<Policy["sensitivities"]>, check: Checking): void {
  check.one(() => {
    if (fading && factors.every(({ concentration }) => concentration === undefined))
      refuse("sensitivities.fading", "no factor can be concentrated", "give factors a concentration, or leave fading out");
  });
  factors.forEach(({ concentration }, k) =>
    check.each(concentration?.corners ?? [], (corner, j) => {
      const { threshold, corners } = concentration!;
      const path = `sensitivities.factors[${k}].concentration.corners[${j}]`;
      if (j > 0) {
        if (corner <= corners[j - 1]!) refuse(path, "not above the corner before it", "list corners ascending");
      } else if (fading ? 3n * corner <= 4n * threshold + 2n : corner <= threshold) {
        refuse(path, "too near the threshold", `the first corner is above ${fading ? "4/3 of the threshold, where correlations fade" : "the threshold"}`);
      }
    }),
  );
}

/** The signs of the exponents say which side shrinks; the factors themselves, which need a market, are checked when rules are made. */
function checkDiscounts({ staticDiscount, cells }: Policy): void {
  if (staticDiscount === undefined) return;
  if (cells !== "expiry")
    refuse("staticDiscount", "a discount depends on the expiry, but cells are underlyings", 'set "cells" to "expiry"');
}
