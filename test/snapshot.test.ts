import { describe, expect, it } from "vitest";
import { documentHash } from "../prover/commitment/canonical-json.ts";
import { TAGS } from "../prover/commitment/domain.ts";
import { identifier } from "../prover/commitment/domain.ts";
import { buildInstrumentTree } from "../prover/commitment/instrument-tree.ts";
import { poseidon } from "../prover/commitment/poseidon.ts";
import { buildSnapshot, marketHash, policyHash } from "../prover/commitment/snapshot.ts";
import { parseSnapshot, serializeSnapshot, snapshotJson, verifySnapshot } from "../prover/commitment/snapshot-json.ts";
import { commitVector } from "../prover/commitment/vector-commitment.ts";
import { parseMarket } from "../prover/risk/market.ts";
import { parsePolicy, type Policy } from "../prover/risk/policy.ts";
import type { Factor, Price } from "../prover/units.ts";
import { marketRisk } from "../prover/risk/risk-array.ts";
import { refusal } from "./support/refusal.ts";
import { MARKET, MARKET_JSON, POLICY, POLICY_JSON, SNAPSHOT } from "./support/small-market.ts";
import { addTorsion } from "./support/small-order.ts";
import { rulesHash } from "../prover/commitment/rules-hash.ts";
import { riskPlan } from "../prover/risk/risk-plan.ts";
import { snapshotSizes } from "./support/sizes.ts";

type Document = { rows: { instrument: string; cell: string; pairing: null; long: [string, string]; short: [string, string] }[] } & Record<string, unknown>;
const document = (): Document => JSON.parse(serializeSnapshot(SNAPSHOT)) as Document;
const reordered = (value: unknown): unknown =>
  value !== null && typeof value === "object" && !Array.isArray(value) ? Object.fromEntries(Object.entries(value).reverse().map(([key, inner]) => [key, reordered(inner)])) : value;

/** The document with the root that belongs to its contents, as a publisher who errs or lies would write it. */
function withItsRoot(damaged: Document): Document {
  const rows = damaged.rows.map(({ instrument, long, short }) => ({ instrument, long: point(long), short: point(short) }));
  const header = ["policyHash", "marketHash", "asOf", "rulesHash"].map((field) => BigInt(damaged[field] as string));
  const tree = buildInstrumentTree(rows, damaged["treeParents"] as number);
  return { ...damaged, root: poseidon([TAGS.snapshot, BigInt(tree.treeParents), tree.root, ...header]).toString() };
}
const point = ([x, y]: [string, string]) => ({ x: BigInt(x), y: BigInt(y) });

describe("a snapshot", () => {
  it("commits to the risk vectors of every listed instrument, ascending by name", () => {
    const risks = marketRisk(MARKET, POLICY);
    expect(SNAPSHOT.rows).toEqual(
      risks.map(({ instrument, cell, nettingSet, long, short }) => ({
        instrument: instrument.name,
        cell: POLICY.nettingSets[nettingSet]!.id,
        pairing: null,
        long: commitVector({ cell, nettingSet }, long),
        short: commitVector({ cell, nettingSet }, short),
      })),
    );
    expect(SNAPSHOT.rows.map(({ instrument }) => instrument)).toEqual(["BTC", "BTC-15DEC23-40000-C", "BTC-PERPETUAL", "ETH-PERPETUAL", "USD"]);
  });

  it("has the root Poseidon7(tag, P, tree, policy, market, asOf, rules)", () => {
    const parts = [TAGS.snapshot, 1n, SNAPSHOT.tree.root, policyHash(POLICY), marketHash(MARKET), 1_700_000_000n, rulesHash(riskPlan(MARKET, POLICY).rules, snapshotSizes().shape)];
    expect(SNAPSHOT.root).toBe(poseidon(parts));
    expect(document()["root"]).toBe(SNAPSHOT.root.toString());
  });

  it("is the same whatever order its files were written in", () => {
    const market = parseMarket(reordered({ ...MARKET_JSON, instruments: [...MARKET_JSON.instruments].reverse() }));
    expect(buildSnapshot(market, parsePolicy(reordered(POLICY_JSON)), snapshotSizes()).root).toBe(SNAPSHOT.root);
  });

  it.each<[string, object, object]>([
    ["a spot", { underlyings: [{ ...MARKET_JSON.underlyings[0]!, spot: "37000.00000001" }, MARKET_JSON.underlyings[1]!] }, {}],
    ["the time", { asOf: MARKET_JSON.asOf + 1 }, {}],
    ["a listing", { instruments: MARKET_JSON.instruments.slice(1) }, {}],
    ["a charge", {}, { charges: { ...POLICY_JSON.charges, perpetual: { MM: "0.030000001", IM: "0.05" } } }],
    ["a loss factor", {}, { lossFactor: { MM: "0.8", IM: "1.000000001" } }],
    ["the policy's name", {}, { name: "other" }],
  ])("has another root when %s changes", (_, market, policy) => {
    const changed = buildSnapshot(parseMarket({ ...MARKET_JSON, ...market }), parsePolicy({ ...POLICY_JSON, ...policy }), snapshotSizes());
    expect(changed.root).not.toBe(SNAPSHOT.root);
  });

  it("reports its progress, stage by stage, to the end", () => {
    const last = new Map<string, [number, number]>();
    buildSnapshot(MARKET, POLICY, { ...snapshotSizes(), progress: (stage, done, total) => void last.set(stage, [done, total]) });
    expect([...last]).toEqual([["risk vectors", [5, 5]], ["commitments", [5, 5]], ["tree", [1, 1]]]);
  });

  it("refuses a tree too small for the market before computing anything", () => {
    const spot = (i: number) => ({ kind: "spot", name: `BTC-${i}`, underlying: "BTC" });
    const market = parseMarket({ ...MARKET_JSON, instruments: Array.from({ length: 49 }, (_, i) => spot(i)) });
    expect(refusal(() => buildSnapshot(market, POLICY, { ...snapshotSizes(), progress: () => expect.unreachable() }))).toEqual({ code: "TreeFull", path: "rows" });
  });
});

describe("the document", () => {
  it("is canonical: reading and writing give the same text, and keys are sorted", () => {
    const text = serializeSnapshot(SNAPSHOT);
    expect(serializeSnapshot(parseSnapshot(JSON.parse(text)))).toBe(text);
    expect(Object.keys(document())).toEqual(Object.keys(document()).sort());
    expect(parseSnapshot(JSON.parse(text))).toEqual(SNAPSHOT);
  });

  it("is read back where cells are expiries and options pair, whose names have blanks", () => {
    const { treeParents } = snapshotSizes("book");
    const pairs = parsePolicy({
      ...POLICY_JSON, cells: "expiry", charges: { ...POLICY_JSON.charges, optionShort: { MM: "0", IM: "0" } }, optionNaked: { MM: "0.01", IM: "0.02" },
    });
    const snapshot = buildSnapshot(MARKET, pairs, { treeParents, shape: snapshotSizes("book").shape });
    expect(snapshot.rows[1]).toMatchObject({ cell: "BTC 1702598400", pairing: { MM: 37_000_000_000n, IM: 74_000_000_000n } });
    const text = serializeSnapshot(snapshot);
    expect(verifySnapshot(JSON.parse(text), MARKET, pairs).root).toBe(snapshot.root);
    const wide = JSON.parse(text);
    wide.rows[1].pairing.IM = (1n << 64n).toString();
    expect(refusal(() => parseSnapshot(wide))).toEqual({ code: "InvalidSchema", path: "rows[1].pairing.IM" });
  });

  it("has this shape", () => {
    expect(snapshotJson(SNAPSHOT)).toMatchObject({ format: "margin-snapshot/1", asOf: 1_700_000_000, treeParents: 1, shape: { scenarios: 5, nettingSets: 2 }, rulesHash: SNAPSHOT.rulesHash.toString() });
  });

  it.each<[string, string, (document: Document) => void]>([
    ["InvalidSchema", "format", (d) => (d["format"] = "margin-snapshot/2")],
    ["InvalidSchema", "treeParents", (d) => (d["treeParents"] = 0)],
    ["SnapshotMismatch", "root", (d) => (d["root"] = (SNAPSHOT.root + 1n).toString())],
    ["SnapshotMismatch", "root", (d) => (d["asOf"] = 1_700_000_001)],
    ["SnapshotMismatch", "rows[1].instrument", (d) => d.rows.reverse()],
    ["InvalidPoint", "rows[2].long", (d) => (d.rows[2]!.long = ["1", "1"])],
    ["InvalidSchema", "rows[2].short[0]", (d) => (d.rows[2]!.short[0] = "007")],
    ["InvalidSchema", "rulesHash", (d) => (d["rulesHash"] = "-1")],
    ["InvalidSchema", "shape.scenarios", (d) => (d["shape"] = { ...(d["shape"] as object), scenarios: -1 })],
    ["InvalidSchema", "shape.nettingSets", (d) => (d["shape"] = { ...(d["shape"] as object), nettingSets: 0 })],
  ])("damaged, is refused with %s at %s", (code, path, damage) => {
    const damaged = document();
    damage(damaged);
    expect(refusal(() => parseSnapshot(damaged))).toEqual({ code, path });
  });
});

describe("a policy that is not what its JSON says is not published:", () => {
  const { scenarios, ...rest } = POLICY_JSON;
  const amplified = [{ ...scenarios[0]!, weight: "2" }, ...scenarios.slice(1)];
  it.each<[string, Policy]>([
    ["one changed in memory", { ...POLICY, minimums: { perContract: 0n as Price, perUnit: 0n as Price, optionShort: 0n as Factor } }],
    ["one whose offsets were taken out in memory", { ...parsePolicy({ ...rest, scenarios, offsets: { classes: [{ underlying: "BTC", gain: "0.5" }] } }), offsets: undefined }],
    ["one whose lists were changed in memory", { ...POLICY, exposures: [], spreads: [{ underlying: "BTC", expiries: [1, 2], rate: { MM: 0n as Factor, IM: 0n as Factor } }] }],
  ])("%s", (_, policy) => {
    expect(refusal(() => buildSnapshot(MARKET, policy, snapshotSizes()))).toEqual({ code: "InvalidPolicy", path: "policy" });
  });
  it("one that amplifies, which is read for reproduction only", () => {
    const policy = parsePolicy({ ...rest, scenarios: amplified }, { allowAmplification: true });
    expect(refusal(() => buildSnapshot(MARKET, policy, snapshotSizes()))).toEqual({ code: "InvalidPolicy", path: "scenarios[0].weight" });
    expect(refusal(() => parsePolicy({ ...rest, scenarios: amplified }))).toEqual({ code: "InvalidPolicy", path: "scenarios[0].weight" });
  });
});

describe("verification", () => {
  it("accepts what was built, and returns it", () => {
    expect(verifySnapshot(document(), MARKET, POLICY).root).toBe(SNAPSHOT.root);
  });

  const other = SNAPSHOT.rows[1]!;
  const torsion = (damaged: Document): void => {
    const { x, y } = addTorsion(SNAPSHOT.rows[2]!.short);
    damaged.rows[2]!.short = [x.toString(), y.toString()];
  };

  it.each<[string, string, string, (document: Document) => void]>([
    ["another policy hash", "SnapshotMismatch", "policyHash", (d) => (d["policyHash"] = "1")],
    ["another market hash", "SnapshotMismatch", "marketHash", (d) => (d["marketHash"] = "1")],
    ["another time", "SnapshotMismatch", "asOf", (d) => (d["asOf"] = 1_700_000_001)],
    ["softer rules", "SnapshotMismatch", "rulesHash", (d) => (d["rulesHash"] = "1")],
    ["rules of another shape", "SnapshotMismatch", "rulesHash", (d) => (d["shape"] = { ...(d["shape"] as object), tails: 8 })],
    ["a flattering commitment", "SnapshotMismatch", "rows[3].long", (d) => (d.rows[3]!.long = [other.long.x.toString(), other.long.y.toString()])],
    ["long and short swapped", "SnapshotMismatch", "rows[4].long", (d) => ([d.rows[4]!.long, d.rows[4]!.short] = [d.rows[4]!.short, d.rows[4]!.long])],
    ["another cell", "SnapshotMismatch", "rows[3].cell", (d) => (d.rows[3]!.cell = "BTC")],
    ["an instrument renamed", "SnapshotMismatch", "rows[4].instrument", (d) => (d.rows[4]!.instrument = "USDX")],
    ["an instrument left out at the end", "SnapshotMismatch", "rows[4]", (d) => d.rows.pop()],
    ["an instrument left out in the middle", "SnapshotMismatch", "rows[1].instrument", (d) => d.rows.splice(1, 1)],
    ["an instrument added", "SnapshotMismatch", "rows[5]", (d) => d.rows.push({ ...d.rows[4]!, instrument: "USDC" })],
    ["a commitment with a small-order component", "InvalidPoint", "rows[2].short", torsion],
  ])("names %s, even under a root of its own", (_, code, path, damage) => {
    const damaged = document();
    damage(damaged);
    expect(refusal(() => verifySnapshot(withItsRoot(damaged), MARKET, POLICY))).toEqual({ code, path });
  });

  it("refuses another market or policy by its hash", () => {
    expect(refusal(() => verifySnapshot(document(), parseMarket({ ...MARKET_JSON, asOf: MARKET_JSON.asOf + 1 }), POLICY))).toEqual({ code: "SnapshotMismatch", path: "marketHash" });
    expect(refusal(() => verifySnapshot(document(), MARKET, parsePolicy({ ...POLICY_JSON, version: 2 })))).toEqual({ code: "SnapshotMismatch", path: "policyHash" });
  });
});

describe("canonical JSON", () => {
  it("hashes the value, not its spelling", () => {
    expect(documentHash({ b: [1, "x"], a: null })).toBe(documentHash(JSON.parse('{ "a": null, "b": [1.0, "\\u0078"] }')));
    expect(documentHash({ a: 1 })).toBe(identifier('{"a":1}'));
  });
});
