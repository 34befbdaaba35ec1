/** What the parts of a policy must say about each other: a reader of the schema sees one field at a time. */
import { MarginProofError } from "../errors.ts";
import { SCALE } from "../units.ts";
import { checkDeltaMinimum, checkExposures, checkSpreadCredits } from "./exposure-checks.ts";
import type { Policy, PolicyReading } from "./policy.ts";
import { repeats, type Refuse, type RequireKnown } from "./policy-refusals.ts";
import { factorText } from "./schema.ts";
import { isSound, requireOneSound, requireSemidefinite } from "./semidefinite.ts";
import { requireCorrelation } from "./sources/correlation.ts";
import { checkVolShock } from "./vol-shock-schema.ts";

/** @throws InvalidPolicy naming the first part that contradicts another */
export function checkFeatures(policy: Policy, { allowAmplification = false }: PolicyReading): void {
  const refuse: Refuse = (path, message, hint) => {
    throw new MarginProofError("InvalidPolicy", message, { path, hint });
  };
  const known = new Set(policy.nettingSets.flatMap(({ underlyings }) => underlyings));
  const requireKnown: RequireKnown = (name, path) => {
    if (!known.has(name)) refuse(path, `${name} is in no netting set`, `add ${name} to a netting set, or correct the name`);
  };
  checkScenarios(policy, requireKnown, refuse, allowAmplification);
  checkVolShock(policy.volShock, requireKnown);
  checkOffsets(policy, requireKnown, refuse);
  checkDiscounts(policy, refuse);
  repeats(
    policy.tracking.map(({ asset }) => asset),
    "tracking",
    "asset",
    refuse,
  );
  policy.tracking.forEach(({ asset, underlying }, i) => {
    requireKnown(underlying, `tracking[${i}].underlying`);
    if (known.has(asset))
      refuse(`tracking[${i}].asset`, `${asset} is an underlying itself`, "it moves with its own spot: remove the entry");
  });
  if (policy.basis !== undefined && policy.cells !== "expiry")
    refuse("basis", "the worse move is taken per expiry", 'set "cells" to "expiry"');
  if (policy.basis !== undefined && (policy.basis.up < SCALE.factor || policy.basis.down > SCALE.factor)) {
    refuse("basis", "up lies below 1, or down above it", "swap up and down");
  }
  checkExposures(policy, requireKnown, refuse);
  checkSpreadCredits(policy, requireKnown, refuse);
  checkDeltaMinimum(policy, requireKnown, refuse);
  if (policy.aggregation !== undefined) {
    const names = policy.nettingSets.map(({ id }) => id);
    requireCorrelation(policy.aggregation.correlation, names, "aggregation.correlation");
    requireSemidefinite(policy.aggregation.correlation, names, "aggregation.correlation");
    policy.aggregation.correlation.forEach((row, i) =>
      row.forEach((rho, j) => {
        if (rho < 0n)
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
    repeats(names, "sensitivities.factors", "id", refuse);
    factors.forEach(({ underlyings }, k) =>
      underlyings.forEach((name, i) => requireKnown(name, `sensitivities.factors[${k}].underlyings[${i}]`)),
    );
    requireCorrelation(correlation, names, "sensitivities.correlation");
    requireSemidefinite(correlation, names, "sensitivities.correlation");
    requireOneSound(correlation, policy.sensitivities.sets, names, "sensitivities.sets");
    checkConcentration(policy.sensitivities, refuse);
  }
  if (policy.optionNaked !== undefined && (policy.charges.optionShort.MM > 0n || policy.charges.optionShort.IM > 0n)) {
    refuse(
      "charges.optionShort",
      "short options are charged twice",
      "use either charges.optionShort (every short) or optionNaked (uncovered shorts), and 0 for the other",
    );
  }
}

function checkScenarios({ scenarios, skew }: Policy, requireKnown: RequireKnown, refuse: Refuse, allowAmplification: boolean): void {
  scenarios.forEach(({ spot, vol, weight, moves = {}, less }, s) => {
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
  if (scenarios.every(({ vol }) => vol === "linear" || vol === "absolute"))
    refuse("scenarios", "only skew rotations", "add a scenario of the grid; if nothing moves it costs nothing");
}

function checkOffsets({ offsets, nettingSets, cells }: Policy, requireKnown: RequireKnown, refuse: Refuse): void {
  if (offsets === undefined) return;
  if (cells !== "underlying") refuse("offsets", "classes are underlyings, but cells are expiries", 'set "cells" to "underlying"');
  repeats(
    offsets.classes.map(({ underlying }) => underlying),
    "offsets.classes",
    "underlying",
    refuse,
  );
  offsets.classes.forEach(({ underlying }, i) => requireKnown(underlying, `offsets.classes[${i}].underlying`));
  repeats(
    offsets.groups.map(({ id }) => id),
    "offsets.groups",
    "id",
    refuse,
  );
  const grouped = new Set<string>();
  offsets.groups.forEach(({ id, underlyings }, g) =>
    underlyings.forEach((name, i) => {
      const path = `offsets.groups[${g}].underlyings[${i}]`;
      requireKnown(name, path);
      if (grouped.has(name)) refuse(path, `${name} is in two groups`, "an underlying belongs to one group");
      grouped.add(name);
      const set = nettingSets.find((candidate) => candidate.underlyings.includes(underlyings[0]!))!;
      if (!set.underlyings.includes(name)) refuse(path, `group ${id} reaches over two netting sets`, `only underlyings of ${set.id}`);
    }),
  );
  if (offsets.groups.length === 0) return;
  const alone = nettingSets.flatMap(({ underlyings }) => underlyings).find((name) => !grouped.has(name));
  if (alone !== undefined) refuse("offsets.groups", `${alone} is in no group`, `add ${alone} to a group, if need be of its own`);
}

/** Chords bound a charge between corners that ascend, from where it is convex: see concentration.ts. */
function checkConcentration({ factors, fading, correlation, sets }: NonNullable<Policy["sensitivities"]>, refuse: Refuse): void {
  if (factors.every(({ concentration }) => concentration === undefined))
    return fading ? refuse("sensitivities.fading", "no factor can be concentrated", "give factors a concentration, or leave fading out") : undefined;
  // The bound is a triangle inequality, which holds where no hedge has less than no risk.
  const contradicted = sets.findIndex((set) => !isSound(correlation, set, factors.map(({ id }) => id)));
  if (contradicted >= 0)
    refuse(
      `sensitivities.sets[${contradicted}]`,
      `${sets[contradicted]} correlations contradict each other, and under such no charge bounds a concentration`,
      "leave the set out, or lower the given correlations",
    );
  factors.forEach(({ concentration }, k) =>
    concentration?.corners.forEach((corner, j, corners) => {
      const path = `sensitivities.factors[${k}].concentration.corners[${j}]`;
      if (j > 0) return corner > corners[j - 1]! ? undefined : refuse(path, "not above the corner before it", "list corners ascending");
      if (fading ? 3n * corner <= 4n * concentration.threshold + 2n : corner <= concentration.threshold)
        refuse(path, "too near the threshold", `the first corner is above ${fading ? "4/3 of the threshold, where correlations fade" : "the threshold"}`);
    }),
  );
}

/** The signs of the exponents say which side shrinks; the factors themselves, which need a market, are checked when rules are made. */
function checkDiscounts({ staticDiscount, cells }: Policy, refuse: Refuse): void {
  if (staticDiscount === undefined) return;
  if (cells !== "expiry")
    refuse("staticDiscount", "a discount depends on the expiry, but cells are underlyings", 'set "cells" to "expiry"');
}
