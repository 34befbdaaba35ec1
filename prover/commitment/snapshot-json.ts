import { z } from "zod";
import { MarginProofError } from "../errors.ts";
import { silent } from "../progress.ts";
import type { Market } from "../risk/market.ts";
import type { Policy } from "../risk/policy.ts";
import { nameField, readJson, timeField, type Json } from "../risk/schema.ts";
import { canonicalJson } from "./canonical-json.ts";
import { equals, requireSubgroup } from "./curve.ts";
import { MAX_PARENTS } from "./instrument-tree.ts";
import { fieldElementField, pointField, pointJson } from "./json-fields.ts";
import { assembleSnapshot, buildSnapshot, snapshotHeader } from "./snapshot.ts";
import type { Snapshot, SnapshotHeader, SnapshotOptions, SnapshotRow } from "./snapshot.ts";

export const SNAPSHOT_FORMAT = "margin-snapshot/1";

const count = z.int().min(0).max(65_536);
const some = count.min(1);
const shapeSchema = z.strictObject({
  cells: some, groups: count, nettingSets: some, scenarios: some, skews: count, bases: count, tails: count, exposures: count, tiers: count,
  correlations: some, sensitivities: count, cellValues: z.boolean(), floors: z.boolean(), pairing: z.boolean(), tailSets: count,
});
const unsigned64 = z.string().regex(/^(0|[1-9][0-9]{0,19})$/).transform(BigInt).refine((rate) => rate < 1n << 64n, "a pair rate has at most 64 bits");
/** Cells and pairs are named after what they hold: an underlying, its expiry, its strike, with blanks between. */
const label = z.string().regex(/^[\x20-\x7e×]{1,160}$/, "expected 1 to 160 printable characters");
const pairing = z.strictObject({ key: label, MM: unsigned64, IM: unsigned64 });

const schema = z.strictObject({
  format: z.literal(SNAPSHOT_FORMAT),
  asOf: timeField(),
  policyHash: fieldElementField(),
  marketHash: fieldElementField(),
  rulesHash: fieldElementField(),
  shape: shapeSchema,
  treeParents: z.int().min(1).max(MAX_PARENTS),
  rows: z.array(z.strictObject({ instrument: nameField(), cell: label, long: pointField(), short: pointField(), pairing: pairing.nullable() })),
  root: fieldElementField(),
});

/** The `margin-snapshot/1` document. Risk vectors are not in it: anyone recomputes them from market and policy. */
export function snapshotJson({ asOf, policyHash, marketHash, rulesHash, shape, tree, rows, root }: Snapshot): Json {
  return {
    format: SNAPSHOT_FORMAT,
    asOf,
    policyHash: policyHash.toString(),
    marketHash: marketHash.toString(),
    rulesHash: rulesHash.toString(),
    shape: { ...shape },
    treeParents: tree.treeParents,
    rows: rows.map(({ instrument, cell, long, short, pairing }) => ({
      instrument,
      cell,
      long: pointJson(long),
      short: pointJson(short),
      pairing: pairing ? { key: pairing.key, MM: pairing.MM.toString(), IM: pairing.IM.toString() } : null,
    })),
    root: root.toString(),
  };
}

/** As canonical text: the file to publish. */
export function serializeSnapshot(snapshot: Snapshot): string {
  return canonicalJson(snapshotJson(snapshot));
}

/**
 * Reads a snapshot and recomputes its root from its contents. This does not say that the contents are right, see
 * `verifySnapshot`, nor that the root is the published one.
 *
 * @throws InvalidSchema, OutOfRange, InvalidPoint with the path; SnapshotMismatch when rows are out of order or the root is not theirs
 */
export function parseSnapshot(json: unknown): Snapshot {
  const { treeParents, root, rows, rulesHash, shape, asOf, policyHash, marketHash } = readJson(schema, json);
  const header = { asOf, policyHash, marketHash, rulesHash };
  rows.forEach(({ instrument }, i) => {
    const previous = rows[i - 1]?.instrument;
    if (previous !== undefined && previous >= instrument) throw mismatch(`rows[${i}].instrument`, `${instrument} stands after ${previous}; rows ascend by name`);
  });
  const snapshot = assembleSnapshot(header, rows, { treeParents, shape });
  if (snapshot.root !== root) throw mismatch("root", "not the root of this file's contents");
  return snapshot;
}

/**
 * Recomputes a published snapshot from market and policy, and compares everything, commitments included; each commitment is
 * also checked to lie in the prime-order subgroup, which circuits assume.
 *
 * @throws SnapshotMismatch naming the first difference; InvalidPoint; whatever `parseSnapshot` and `buildSnapshot` throw
 */
export function verifySnapshot(json: unknown, market: Market, policy: Policy, { progress = silent }: Pick<SnapshotOptions, "progress"> = {}): Snapshot {
  const published = parseSnapshot(json);
  compareHeaders(published, snapshotHeader(market, policy, published.shape));
  const expected = buildSnapshot(market, policy, { treeParents: published.tree.treeParents, shape: published.shape, progress });
  published.rows.forEach((row, i) => {
    requireSubgroup(row.long, `rows[${i}].long`);
    requireSubgroup(row.short, `rows[${i}].short`);
    compareRows(row, expected.rows[i], `rows[${i}]`);
    progress("comparison", i + 1, published.rows.length);
  });
  if (published.rows.length < expected.rows.length) {
    throw mismatch(`rows[${published.rows.length}]`, `${expected.rows[published.rows.length]!.instrument} of the market is missing`);
  }
  if (published.root !== expected.root) throw mismatch("root", `recomputed ${expected.root}`);
  return published;
}

function compareHeaders(published: SnapshotHeader, expected: SnapshotHeader): void {
  for (const field of ["policyHash", "marketHash", "asOf", "rulesHash"] as const) {
    if (published[field] !== expected[field]) throw mismatch(field, `recomputed ${expected[field]}`);
  }
}

function compareRows(published: SnapshotRow, expected: SnapshotRow | undefined, path: string): void {
  if (expected === undefined) throw mismatch(path, `${published.instrument} is not in the market`);
  for (const field of ["instrument", "cell"] as const) {
    if (published[field] !== expected[field]) throw mismatch(`${path}.${field}`, `recomputed ${expected[field]}`);
  }
  for (const part of ["key", "MM", "IM"] as const) {
    if (published.pairing?.[part] !== expected.pairing?.[part]) throw mismatch(`${path}.pairing.${part}`, `recomputed ${expected.pairing?.[part] ?? "none"}`);
  }
  for (const side of ["long", "short"] as const) {
    if (!equals(published[side], expected[side])) throw mismatch(`${path}.${side}`, `the risk of ${published.instrument} does not follow from market and policy`);
  }
}

function mismatch(path: string, message: string): MarginProofError {
  return new MarginProofError("SnapshotMismatch", message, { path, hint: "refuse this snapshot, or check that market and policy are the files it was made from" });
}
