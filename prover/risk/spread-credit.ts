/**
 * Credits for spreads between two netting sets, as SPAN gives them between commodities. With x and y the two net deltas in units that make
 * one spread of 1 and 1, (|x| + |y| − |x + y|)/2 is min(|x|, |y|) where they oppose and 0 where they do not: three columns with lines of
 * both signs. Each set gets its own leg's credit, before its floor: it never lowers a set's requirement below 0 or its minimums.
 */
import { SCALE, type Factor } from "../units.ts";
import { lineExposure, type ExposureColumn, type PlannedExposure } from "./exposure-column.ts";
import { moveOf, type Policy } from "./policy.ts";

/** Two times three columns for each credit. Rates round down, to what the holder gets less of. */
export function creditExposures({ spreadCredits, nettingSets, scenarios }: Policy): PlannedExposure[] {
  return spreadCredits.flatMap(({ legs, rate }) => {
    const [a, b] = [legs[0]!, legs[1]!];
    const name = `${a.underlying}/${b.underlying}`;
    const scale: Readonly<Record<string, Factor>> = { [a.underlying]: b.ratio, [b.underlying]: a.ratio };
    const column = (id: string, underlyings: readonly string[]): ExposureColumn => ({
      id: `${name} ${id}`,
      measure: "delta",
      underlyings,
      expiries: null,
      scale,
    });
    return [[a, b] as const, [b, a] as const].flatMap(([own, other]) => {
      const target = nettingSets.findIndex((set) => set.underlyings.includes(own.underlying));
      // Deltas of a leg in what is credited: one unit of x or y is 1/ratio of the other leg of its own delta.
      const half = (rate * scanRange(scenarios, own.underlying)) / (2n * other.ratio);
      const line = (sign: bigint) => ({ MM: (sign * half) as Factor, IM: (sign * half) as Factor });
      const into = nettingSets[target]!.id;
      return [
        lineExposure(column(`${a.underlying} delta into ${into}`, [a.underlying]), line(-1n), target, "credit"),
        lineExposure(column(`${b.underlying} delta into ${into}`, [b.underlying]), line(-1n), target, "credit"),
        lineExposure(column(`net delta into ${into}`, [a.underlying, b.underlying]), line(1n), target, "credit"),
      ];
    });
  });
}

/** What a delta of 1 loses at the end of the scan, whichever side it is held: the smaller of the two ends, at 1e-9, damping included. */
export function scanRange(scenarios: Policy["scenarios"], underlying: string): bigint {
  const moves = scenarios.map((scenario) => (scenario.less === undefined ? moveOf(scenario, underlying) - SCALE.factor : 0n) * scenario.weight);
  const end = (sign: bigint): bigint => moves.reduce((most, move) => (sign * move > most ? sign * move : most), 0n);
  const [down, up] = [end(-1n), end(1n)];
  return (down < up ? down : up) / SCALE.factor;
}
