/** Which part of the statement each constraint of a compiled tier belongs to. */
import { readFile } from "node:fs/promises";
import { artifactPaths } from "../../prover/proof/tiers.ts";
import { readR1cs, visitTerms } from "../../prover/setup/r1cs.ts";

export interface Part {
  readonly part: string;
  readonly constraints: number;
}

/** Beginnings of component paths, the first that fits counts, to parts of the statement. */
const PARTS: readonly [prefix: string, part: string][] = [
  ["RiskTotals/CommittedRisk", "3  totals: fixed-base windows and additions"],
  ["RiskTotals", "3  positions times committed rows: additions"],
  ["PositionsHash", "1  positions in statements"],
  ["Position/VariableBaseWindows", "3  positions times committed rows: windows"],
  ["Position", "2  quantities: side, range, curve"],
  ["InstrumentRow/Poseidon", "2  instrument rows: bottom nodes"],
  ["InstrumentRow", "2  instrument rows: selection"],
  ["InstrumentTree", "2  instrument tree: upper levels"],
  ["SnapshotRoot", "2  snapshot root"],
  ["StatementSignature", "1  signatures"],
  ["StatementHash", "1  statement hashes and widths"],
  ["StatementTimes", "1  freshness, validity, assurance"],
  ["Runs", "1  positions in statements"],
  ["Attester", "1  attester registry"],
  ["AccountSet", "1  account set"],
  ["Chain", "1  portfolio commitment"],
  ["Claim", "   claim"],
  ["Margin", "4  margin inequality"],
];
const REST = "   statement itself";

/**
 * A constraint belongs to the component that owns its youngest signal: components are created where they are used, so what
 * connects a component to its parent counts for the component.
 */
export async function constraintsByPart(tier: string): Promise<Part[]> {
  const paths = artifactPaths(tier);
  const r1cs = readR1cs(await readFile(paths.r1cs), paths.r1cs);
  const { labels, components } = await readOwners(paths.sym, r1cs.wires);
  const youngest = new Uint32Array(r1cs.constraints);
  const owner: string[] = new Array(r1cs.constraints).fill("");
  visitTerms(r1cs, (_, row, wire) => {
    if (labels[wire]! <= youngest[row]!) return;
    youngest[row] = labels[wire]!;
    owner[row] = components[wire]!;
  });
  const counts = new Map<string, number>();
  for (const component of owner) {
    const part = PARTS.find(([prefix]) => component.startsWith(prefix))?.[1] ?? REST;
    counts.set(part, (counts.get(part) ?? 0) + 1);
  }
  return [...counts].map(([part, constraints]) => ({ part, constraints })).sort((a, b) => b.constraints - a.constraints);
}

/** Per wire: its youngest label, and the first two component names on the way to it. */
async function readOwners(symPath: string, wires: number): Promise<{ labels: Uint32Array; components: string[] }> {
  const labels = new Uint32Array(wires);
  const components: string[] = new Array(wires).fill("");
  for (const line of (await readFile(symPath, "utf8")).split("\n")) {
    const [label, wire, , name] = line.split(",") as [string, string, string, string];
    const index = Number(wire);
    if (!(index > 0) || Number(label) <= labels[index]!) continue;
    labels[index] = Number(label);
    // main.RiskTotals_150_6012.CommittedRisk_149_6011.px[3] belongs to RiskTotals/CommittedRisk
    components[index] = name.split(".").slice(1, -1).slice(0, 2).map((part) => part.replace(/(_\d+)*(\[.*)?$/, "")).join("/");
  }
  return { labels, components };
}
