/** A history put into a policy: one document that says every scenario, and what stays of the policy it was made of. */
import { describe, expect, it } from "vitest";
import { buildSnapshot, policyHash } from "../prover/commitment/snapshot.ts";
import { importHistory, type ClosingHistory } from "../prover/import/history-csv.ts";
import { readPolicy } from "../prover/import/shipped-policies.ts";
import { parseFactor } from "../prover/numeric/amounts.ts";
import { parsePolicy, policyJson } from "../prover/risk/policy.ts";
import { policyWithHistory, type HistoricalTail } from "../prover/risk/policy-history.ts";
import { tailRule, tailScenarios } from "../prover/risk/tail-plan.ts";
import { refusal } from "./support/refusal.ts";
import { snapshotSizes } from "./support/sizes.ts";
import { MARKET, POLICY_JSON } from "./support/small-market.ts";

const f = (text: string) => parseFactor(text, "");
const GRID = readPolicy("grid-33")!;
const TAIL: HistoricalTail = { measure: "es", size: 2, horizon: 1, ewma: null };
const csv = (...lines: string[]): ClosingHistory => importHistory({ name: "", text: lines.join("\n") });
const LINES = ["date,SOL,ETH,BTC,BTC vol", "2026-01-01,9,2000,50000,0.5", "2026-01-02,8,1900,55000.50,0.6", "2026-01-03,7,1995,44000.4,0.9", "2026-01-04,6,2000,44000.4,0.45"];
const HISTORY = csv(...LINES);

describe("a policy with a history", () => {
  it("has the moves of the closes as its tail, and all else as it was", () => {
    const made = policyWithHistory(GRID, HISTORY, TAIL);
    expect(tailScenarios(made).map(({ id, moves, vols }) => [id, moves.get("BTC"), moves.get("ETH"), vols.get("BTC")])).toEqual([
      ["2026-01-02", f("1.10001"), f("0.95"), f("1.2")],
      ["2026-01-03", f("0.8"), f("1.05"), f("1.5")],
      ["2026-01-04", f("1"), 1_002_506_266n, f("0.5")],
    ]);
    const { tail, name, version, description, ...rest } = policyJson(made) as Record<string, unknown>;
    const { name: before, version: last, description: said, ...same } = policyJson(GRID) as Record<string, unknown>;
    expect(rest).toEqual(same);
    expect([name, version]).toEqual([before, (last as number) + 1]);
    expect(description).toBe(`${String(said)} Tail: moves over 1 of 4 rows of history from 2026-01-01 to 2026-01-04.`);
    expect(tail).toMatchObject({ measure: "es", size: 2, source: { underlyings: ["ETH", "BTC"], impliedVols: ["BTC"], rows: [{ date: "2026-01-01", closes: ["2000", "50000"], vols: ["0.5"] }, {}, {}, {}] } });
  });

  it("is called and described as one likes, and is a value at risk or rescaled where that is asked for", () => {
    const made = policyWithHistory(GRID, HISTORY, { measure: "var", size: 1, horizon: 1, ewma: { lambda: f("0.97"), seedReturns: 2, floor: f("1") } }, { name: "desk", version: 7, description: "Ours." });
    expect([made.name, made.version, made.description]).toEqual(["desk", 7, "Ours. Tail: moves over 1 of 4 rows of history from 2026-01-01 to 2026-01-04."]);
    expect(tailRule(made, 1)).toEqual({ size: 1, flags: 0 });
    expect(made.tail!.source).toMatchObject({ ewma: { lambda: f("0.97"), seedReturns: 2, floor: f("1") } });
    expect(tailScenarios(made)).toHaveLength(1);
  });

  it("takes the place of another tail", () => {
    const es = readPolicy("es975")!;
    expect(policyWithHistory(es, HISTORY, TAIL).tail!.source.kind).toBe("historical");
    expect(tailScenarios(es)).toHaveLength(400);
  });

  it("can be made of yesterday's, whose history it replaces and no longer mentions", () => {
    const yesterday = policyWithHistory(GRID, csv(...LINES.slice(0, -1)), TAIL);
    const today = policyWithHistory(yesterday, HISTORY, TAIL);
    expect(today).toEqual(policyWithHistory(GRID, HISTORY, TAIL, { version: GRID.version + 2 }));
    const silent = policyWithHistory(GRID, HISTORY, TAIL, { description: "" });
    expect(policyWithHistory(silent, HISTORY, TAIL).description).toBe("Tail: moves over 1 of 4 rows of history from 2026-01-01 to 2026-01-04.");
  });

  it("has a hash that every digit of the history is in", () => {
    const hash = (history: ClosingHistory): bigint => policyHash(policyWithHistory(GRID, history, TAIL));
    const changed = (from: string, to: string) => csv(...LINES.map((line) => line.replace(from, to)));
    const hashes = [HISTORY, changed("44000.4,0.9", "44000.40000001,0.9"), changed("0.45", "0.450000001"), csv(...LINES.slice(0, -1))].map(hash);
    expect(new Set(hashes).size).toBe(4);
    // Spelling and columns of no concern to the policy are not.
    expect(hash(changed("55000.50", "55000.5"))).toBe(hashes[0]);
    expect(hash(changed(",7,", ",70,"))).toBe(hashes[0]);
  });

  it("can be published, and its snapshot recomputed: the document alone gives every number", () => {
    const base = parsePolicy({ ...POLICY_JSON, scenarios: POLICY_JSON.scenarios.slice(0, 4) });
    const made = policyWithHistory(base, HISTORY, { ...TAIL, ewma: { lambda: f("0.97"), seedReturns: 1, floor: f("0") } });
    const snapshot = buildSnapshot(MARKET, made, snapshotSizes("rules"));
    expect(snapshot.policyHash).toBe(policyHash(made));
    expect(buildSnapshot(MARKET, parsePolicy(JSON.parse(JSON.stringify(policyJson(made)))), snapshotSizes("rules")).root).toBe(snapshot.root);
    const other = csv(...LINES.map((line) => line.replace("0.45", "0.46")));
    expect(buildSnapshot(MARKET, policyWithHistory(base, other, TAIL), snapshotSizes("rules")).root).not.toBe(snapshot.root);
  });

  it.each<[string, ClosingHistory, Partial<HistoricalTail>, string]>([
    ["no closes of an underlying", csv("date,BTC", "2026-01-01,1", "2026-01-02,2"), {}, "tail.source.underlyings"],
    ["fewer scenarios than its tail", HISTORY, { size: 4 }, "tail.size"],
    ["too few rows for its horizon", HISTORY, { horizon: 4 }, "tail.source.rows"],
    ["too few rows for its seed", HISTORY, { ewma: { lambda: f("0.97"), seedReturns: 3, floor: f("0") } }, "tail.source.rows"],
    ["no rows", { ...HISTORY, rows: [] }, {}, "tail.source.rows"],
  ])("is refused with %s", (_, history, change, path) => {
    expect(refusal(() => policyWithHistory(GRID, history, { ...TAIL, ...change }))).toEqual({ code: "InvalidPolicy", path });
  });
});
