/** A program that no circuit could take is refused by the name of its parameter, wherever it comes from (assumption R20). */
import { describe, expect, it } from "vitest";
import { checkMargin } from "../prover/proof/margin-check.ts";
import { policyNames, readPolicy } from "../prover/import/shipped-policies.ts";
import type { MarginRules } from "../prover/risk/margin-rules.ts";
import { requireRules } from "../prover/risk/rules-checks.ts";
import { requireSemidefinite } from "../prover/risk/semidefinite.ts";
import { riskPlan } from "../prover/risk/risk-plan.ts";
import { handMarket } from "./support/hand-book.ts";
import { deskAt, exactBook, LEGS, requestFor } from "./support/flow.ts";
import { refusal } from "./support/refusal.ts";
import { ONE, plainRules } from "./support/rules.ts";

const TWO_TO_34 = 1n << 34n;
const TWO_TO_89 = 1n << 89n;
const level = (MM: bigint, IM = MM) => ({ MM, IM });

/** Of every kind of rule at least one, all in range and most at its edge. Written loosely, so that a test can put anything in. */
function program(): any {
  const plain = plainRules(2, 2) as any;
  return {
    ...plain,
    shape: { ...plain.shape, groups: 2, skews: 1, bases: 1, tails: 3, tailSets: 1, exposures: 2, tiers: 1, sensitivities: 1, cellValues: true, floors: true },
    weights: [0n, ONE, TWO_TO_34 - 1n],
    cells: [{ id: "a", gain: 0n, drag: ONE, group: 0, nettingSet: 0 }, { id: "b", gain: ONE, drag: TWO_TO_34 - 1n, group: 1, nettingSet: 1 }],
    groups: [{ id: "g", gain: 0n, cap: 0n, nettingSet: 0 }, { id: "h", gain: ONE, cap: TWO_TO_89 - 1n, nettingSet: 1 }],
    exposures: [
      { id: "x", line: level(1n - TWO_TO_34, TWO_TO_34 - 1n), pieces: [{ slope: level(0n, TWO_TO_34 - 1n), cut: TWO_TO_89 - 1n }], target: 1, low: -TWO_TO_89, high: TWO_TO_89 - 1n },
      { id: "y", line: level(0n), pieces: [], target: 2, low: 0n, high: 0n },
    ],
    correlations: [[[ONE, 0n], [0n, ONE]]],
    sensitivities: [[[4n * ONE, -2n * ONE], [-2n * ONE, ONE]]],
    tail: { size: 1, flags: 2 },
    lossFactor: level(1n, TWO_TO_34 - 1n),
  };
}
const changed = (change: (rules: any) => void): MarginRules => {
  const rules = program();
  change(rules);
  return rules;
};

describe("a margin program", () => {
  it("passes at the edges of every range", () => expect(() => requireRules(program())).not.toThrow());
  it.each(policyNames())("made from %s passes", (name) => expect(() => requireRules(riskPlan(handMarket(), readPolicy(name)!).rules)).not.toThrow());

  it.each<[string, string, (rules: any) => void]>([
    ["whose gain is negative", "cells[0].gain", (r) => (r.cells[0].gain = -1n)],
    ["that counts gains more than whole", "cells[1].gain", (r) => (r.cells[1].gain = ONE + 1n)],
    ["that counts losses less than whole", "cells[0].drag", (r) => (r.cells[0].drag = ONE - 1n)],
    ["whose drag has too many bits", "cells[1].drag", (r) => (r.cells[1].drag = TWO_TO_34)],
    ["whose cell nets nowhere", "cells[1].nettingSet", (r) => (r.cells[1].nettingSet = 2)],
    ["whose cell is in no group", "cells[1].group", (r) => (r.cells[1].group = 2)],
    ["whose group index is a fraction", "cells[1].group", (r) => (r.cells[1].group = 0.5)],
    ["whose cell offsets in another netting set", "cells[1].group", (r) => (r.cells[1].group = 0)],
    ["whose group gives more than its gains", "groups[0].gain", (r) => (r.groups[0].gain = ONE + 1n)],
    ["whose cap is negative", "groups[0].cap", (r) => (r.groups[0].cap = -1n)],
    ["whose cap is no total", "groups[1].cap", (r) => (r.groups[1].cap = TWO_TO_89)],
    ["whose group nets nowhere", "groups[0].nettingSet", (r) => (r.groups[0].nettingSet = -1)],
    ["with a negative weight", "weights[0]", (r) => (r.weights[0] = -1n)],
    ["with a weight of too many bits", "weights[2]", (r) => (r.weights[2] = TWO_TO_34)],
    ["whose line has too many bits", "exposures[0].line.IM", (r) => (r.exposures[0].line.IM = TWO_TO_34)],
    ["whose credit has too many bits", "exposures[0].line.MM", (r) => (r.exposures[0].line.MM = -TWO_TO_34)],
    ["that gives credit outside netting sets", "exposures[1].line.IM", (r) => (r.exposures[1].line = level(0n, -1n))],
    ["whose slope falls", "exposures[0].pieces[0].slope.MM", (r) => (r.exposures[0].pieces[0].slope.MM = -1n)],
    ["whose cut is negative", "exposures[0].pieces[0].cut", (r) => (r.exposures[0].pieces[0].cut = -1n)],
    ["that charges into no netting set", "exposures[1].target", (r) => (r.exposures[1].target = 3)],
    ["whose limits shut out an empty book", "exposures[1].low", (r) => (r.exposures[1].low = 1n)],
    ["whose upper limit is negative", "exposures[1].high", (r) => (r.exposures[1].high = -1n)],
    ["whose limit is no total", "exposures[0].high", (r) => (r.exposures[0].high = TWO_TO_89)],
    ["whose correlations are not symmetric", "correlations[0][0][1]", (r) => (r.correlations[0][0][1] = 1n)],
    ["whose diagonal is not 1", "correlations[0][1][1]", (r) => (r.correlations[0][1][1] = ONE - 1n)],
    ["with a correlation above 1", "correlations[0][0][1]", (r) => (r.correlations[0] = [[ONE, ONE + 1n], [ONE + 1n, ONE]])],
    ["that lets losses hedge each other", "correlations[0][0][1]", (r) => (r.correlations[0] = [[ONE, -1n], [-1n, ONE]])],
    ["with a row too few", "correlations[0]", (r) => r.correlations[0].pop()],
    ["with an entry too few", "correlations[0][1]", (r) => r.correlations[0][1].pop()],
    ["whose sensitivities are not symmetric", "sensitivities[0][0][1]", (r) => (r.sensitivities[0][0][1] = ONE)],
    ["with a negative square", "sensitivities[0][1][1]", (r) => (r.sensitivities[0][1][1] = -1n)],
    ["whose sensitivities correlate by more than 1", "sensitivities[0][0][1]", (r) => (r.sensitivities[0] = [[4n * ONE, 2n * ONE + 9n], [2n * ONE + 9n, ONE]])],
    ["of an empty tail", "tail.size", (r) => (r.tail = { size: 0, flags: 0 })],
    ["of a tail longer than its scenarios", "tail.size", (r) => (r.tail = { size: 4, flags: 0 })],
    ["that leaves out all scenarios", "tail.size", (r) => (r.tail = { size: 1, flags: 3 })],
    ["of a tail longer than each of its sets", "tail.size", (r) => ((r.shape.tailSets = 3), (r.tail = { size: 2, flags: 0 }))],
    ["whose tail is in no set", "shape.tailSets", (r) => (r.shape.tailSets = 0)],
    ["whose tail is in half a set", "shape.tailSets", (r) => (r.shape.tailSets = 0.5)],
    ["whose sets of a tail are of different lengths", "shape.tailSets", (r) => (r.shape.tailSets = 2)],
    ["with sets of no tail", "shape.tailSets", (r) => ((r.shape.tails = 0), (r.tail = { size: 1, flags: 0 }))],
    ["that leaves out of a mean", "tail.flags", (r) => (r.tail = { size: 2, flags: 1 })],
    ["that leaves out less than none", "tail.flags", (r) => (r.tail = { size: 1, flags: -1 })],
    ["without a loss factor", "lossFactor.MM", (r) => (r.lossFactor.MM = 0n)],
    ["whose loss factor has too many bits", "lossFactor.IM", (r) => (r.lossFactor.IM = TWO_TO_34)],
    ["whose initial level is below maintenance", "lossFactor.IM", (r) => (r.lossFactor = level(2n, 1n))],
    ["with more cells than its shape", "shape.cells", (r) => r.cells.push(r.cells[0])],
    ["with fewer weights than its shape", "shape.scenarios", (r) => r.weights.pop()],
    ["with more pieces than its shape", "exposures[0].pieces", (r) => r.exposures[0].pieces.push(r.exposures[0].pieces[0])],
    ["without correlations", "shape.correlations", (r) => ((r.correlations = []), (r.shape.correlations = 0))],
  ])("%s is refused at %s", (_, path, change) => {
    expect(refusal(() => requireRules(changed(change)))).toEqual({ code: "InvalidRules", path: `rules.${path}` });
  });

  it("changed in memory after it was made is refused before anything is proved", () => {
    const desk = deskAt(1_700_000_000);
    const request = requestFor(desk, exactBook(desk, LEGS[0]!, { level: "IM", minRatioBps: 10_000n }), { level: "IM", minRatioBps: 10_000n });
    const { rules } = request.risks;
    const risks = Object.assign([...request.risks], { rules: { ...rules, cells: rules.cells.map((cell) => ({ ...cell, drag: 0n as typeof cell.drag })) } });
    expect(refusal(() => checkMargin({ ...request, risks }, []))).toEqual({ code: "InvalidRules", path: "rules.cells[0].drag" });
  });
});

describe("correlations that contradict each other", () => {
  const NAMES = ["A", "B", "C"];
  const three = (ab: number, ac: number, bc: number): any => [[1, ab, ac], [ab, 1, bc], [ac, bc, 1]].map((row) => row.map((rho) => BigInt(Math.round(rho * 1e9))));
  it.each<[string, any]>([
    ["independent", three(0, 0, 0)],
    ["one and the same", three(1, 1, 1)],
    ["two opposites", three(-1, 0, 0)],
    ["at the edge, where the third is a mix of the others", three(0, 0.6, 0.8)],
    ["a copy of the first after another", three(0.5, 1, 0.5)],
  ])("are not found where names are %s", (_, matrix) => expect(() => requireSemidefinite(matrix, NAMES, "c")).not.toThrow());
  it.each<[string, any, string]>([
    ["A like B and like C, but B unlike C", three(0.9, 0.9, -0.9), "c[2]"],
    ["one unit beyond the edge", three(0, 0.6, 0.800000001), "c[2]"],
    ["a copy that is not like its original", three(1, 0.5, 0.6), "c[2]"],
    ["more than 1", three(1.1, 0, 0), "c[1]"],
  ])("are refused at the name that fits none before it: %s", (_, matrix, path) => {
    expect(refusal(() => requireSemidefinite(matrix, NAMES, "c"))).toEqual({ code: "InvalidPolicy", path });
  });
});
