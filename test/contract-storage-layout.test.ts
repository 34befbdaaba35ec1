/** Where every deployed contract keeps what: a slot that moves or grows is a change to be seen. UPDATE_SNAPSHOTS=1 rewrites the file. */
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import hre from "hardhat";
import { beforeAll, describe, expect, it } from "vitest";
import { connect, DEPLOYED } from "./support/contracts.ts";

const PATH = "test/snapshots/storage-layout.json";

interface Variable {
  readonly label: string;
  readonly offset: number;
  readonly slot: string;
  readonly type: string;
}
interface Layout {
  readonly storage: readonly Variable[];
  readonly types: Readonly<Record<string, { label: string; numberOfBytes: string; members?: readonly Variable[]; value?: string }>> | null;
}
interface Compiler {
  compile(input: string): string;
}

/** One line per variable, those of structs below theirs: `1+0 20 bytes owner: address`. */
function describeLayout({ storage, types }: Layout, prefix = ""): string[] {
  return storage.flatMap(({ label, offset, slot, type }) => {
    const { label: typeName, numberOfBytes } = types![type]!;
    let inner = types![type]!;
    while (inner.value !== undefined) inner = types![inner.value]!;
    const members = inner.members === undefined ? [] : describeLayout({ storage: inner.members, types }, `${prefix}${label}.`);
    return [`${slot}+${offset} ${numberOfBytes} bytes ${prefix}${label}: ${typeName}`, ...members];
  });
}

/** The compiler's own account of it, for the sources that are built. */
async function layouts(): Promise<Record<string, string[]>> {
  const compiler = createRequire(import.meta.url)("solc") as Compiler;
  const found: Record<string, string[]> = {};
  for (const name of DEPLOYED) {
    const { sourceName, inputSourceName } = await hre.artifacts.readArtifact(name);
    const path = await hre.artifacts.getBuildInfoPath((await hre.artifacts.getBuildInfoId(`${sourceName}:${name}`))!);
    const { input } = JSON.parse(readFileSync(path!, "utf8")) as { input: { settings: object } };
    const source = inputSourceName ?? sourceName;
    const settings = { ...input.settings, outputSelection: { [source]: { [name]: ["storageLayout"] } } };
    const output = JSON.parse(compiler.compile(JSON.stringify({ ...input, settings }))) as { contracts: Record<string, Record<string, { storageLayout: Layout }>> };
    found[name] = describeLayout(output.contracts[source]![name]!.storageLayout);
  }
  return found;
}

beforeAll(async () => {
  await (await connect()).close();
});

describe("the storage of every deployed contract", () => {
  it("is laid out as committed", async () => {
    const measured = await layouts();
    if (process.env["UPDATE_SNAPSHOTS"] === "1") writeFileSync(PATH, `${JSON.stringify(measured, null, 2)}\n`);
    expect(measured).toEqual(JSON.parse(readFileSync(PATH, "utf8")));
  });

  it("holds a subject's last proof in one slot", async () => {
    const { MarginHealthRegistry: lines } = await layouts();
    expect(lines!.filter((line) => line.includes(" bytes _accounts.last"))).toEqual(["0+0 32 bytes _accounts.last: Record"]);
  });

  it("is sums of its own points for a key, and nothing else: nobody can change what it accepts", async () => {
    expect((await layouts())["Groth16Verifier"]!.map((line) => line.replace(/:.*/, ""))).toEqual(["0+0 32 bytes _sums", "0+0 32 bytes _sums.x", "1+0 32 bytes _sums.y"]);
  });
});
