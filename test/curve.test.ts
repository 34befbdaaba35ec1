import { addPoint, Base8, inCurve, mulPointEscalar, subOrder } from "@zk-kit/baby-jubjub";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { add, BASE, equals, IDENTITY, isInSubgroup, isOnCurve, multiply, negate, requireGenerator, requireSubgroup, SUBGROUP_ORDER, toAffineAll, toExtended } from "../prover/commitment/curve.ts";
import { hashToCurve } from "../prover/commitment/hash-to-curve.ts";
import { FIELD } from "../prover/units.ts";
import { law } from "./support/law.ts";
import { ORDER_TWO } from "./support/points.ts";
import { refusal } from "./support/refusal.ts";
import { addTorsion } from "./support/small-order.ts";

const scalars = fc.bigInt({ min: 0n, max: SUBGROUP_ORDER - 1n });
const pair = ({ x, y }: { x: bigint; y: bigint }): [bigint, bigint] => [x, y];

describe("agrees with circomlib's curve", () => {
  it("has its base point and subgroup order", () => {
    expect(pair(BASE)).toEqual(Base8);
    expect(SUBGROUP_ORDER).toBe(subOrder);
  });

  law(
    "adds and multiplies as the reference does",
    fc.property(scalars, scalars, (m, n) => {
      const [p, q] = [multiply(BASE, m), multiply(BASE, n)];
      expect(pair(p)).toEqual(mulPointEscalar(Base8, m));
      expect(pair(add(p, q))).toEqual(addPoint(pair(p), pair(q)));
    }),
    10,
  );

  it("recognises its points, and no points next to them", () => {
    for (const point of [BASE, IDENTITY, ORDER_TWO, multiply(BASE, 12345n)]) {
      const near = [point, { x: point.x + 1n, y: point.y }, { x: point.y, y: point.x }, negate(point)];
      expect(near.map(isOnCurve)).toEqual(near.map((candidate) => inCurve(pair(candidate))));
      expect(isOnCurve(point)).toBe(true);
    }
  });
});

describe("group laws", () => {
  const signed = fc.bigInt({ min: -SUBGROUP_ORDER, max: SUBGROUP_ORDER });

  law(
    "negation is the inverse of addition",
    fc.property(scalars, (n) => equals(add(multiply(BASE, n), negate(multiply(BASE, n))), IDENTITY)),
    20,
  );

  law(
    "multiplication is linear in the scalar, whatever its sign",
    fc.property(signed, signed, (m, n) => equals(add(multiply(BASE, m), multiply(BASE, n)), multiply(BASE, m + n))),
    20,
  );

  it("normalising many points is normalising each", () => {
    const points = [0n, 1n, 7n, SUBGROUP_ORDER - 1n].map((n) => multiply(BASE, n));
    expect(toAffineAll(points.map(toExtended))).toEqual(points);
  });
});

describe("refuses what is not a subgroup point", () => {
  const p = multiply(BASE, 12345n);

  it.each([
    ["coordinates off the curve", { x: p.x + 1n, y: p.y }],
    ["an unreduced coordinate of a curve point", { x: p.x + FIELD, y: p.y }],
    ["a negative coordinate of a curve point", { x: p.x - FIELD, y: p.y }],
    ["a point with a component of order 2", addTorsion(p)],
    ["the point of order 2", ORDER_TWO],
  ])("%s", (_, point) => {
    expect(isInSubgroup(point)).toBe(false);
    expect(refusal(() => requireSubgroup(point, "rows[0].long"))).toEqual({ code: "InvalidPoint", path: "rows[0].long" });
  });

  it("takes the identity as a commitment and refuses it as a key", () => {
    expect(requireSubgroup(IDENTITY, "long")).toEqual(IDENTITY);
    expect(refusal(() => requireGenerator(IDENTITY, "key"))).toEqual({ code: "InvalidPoint", path: "key" });
  });
});

describe("hashing to the curve", () => {
  const labels = fc.string({ maxLength: 40 });

  law(
    "ends in the prime-order subgroup, away from the identity",
    fc.property(labels, (label) => isInSubgroup(hashToCurve(label)) && !equals(hashToCurve(label), IDENTITY)),
    20,
  );

  law(
    "gives different points for different labels",
    fc.property(labels, labels, (a, b) => a === b || hashToCurve(a).x !== hashToCurve(b).x),
    20,
  );

  it("is pinned by a vector", () => {
    expect(hashToCurve("margin-health/v1/value")).toEqual({
      x: 15003005780975838180988243433904218496176338826804936945663143075909910767699n,
      y: 14585878048479780947891424279501396048493790784863060924015370035643291401621n,
    });
  });
});
