import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { outputFile } from "../prover/cli/output-file.ts";
import { remedy } from "./support/remedy.ts";

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "output-file-"));
  path = join(folder, "out.json");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const text = () => readFileSync(path, "utf8");
const mode = () => statSync(path).mode & 0o777;

describe("an output file", () => {
  it("is there whole, and nothing beside it", () => {
    outputFile(path).write("whole");
    expect([text(), readdirSync(folder)]).toEqual(["whole", ["out.json"]]);
  });

  it("is for its owner alone when it is private", () => {
    outputFile(path, { privacy: "private" }).write("secret");
    expect(mode()).toBe(0o600);
  });

  it("stays private when it replaces a file that everyone could read", () => {
    writeFileSync(path, "old", { mode: 0o644 });
    outputFile(path, { privacy: "private", force: true }).write("secret");
    expect([text(), mode()]).toEqual(["secret", 0o600]);
  });
});

describe("refuses", () => {
  it("at once, to replace a file", () => {
    writeFileSync(path, "mine");
    expect(remedy(() => outputFile(path))).toMatchObject({ code: "FileExists", path, hint: expect.stringContaining("--force") });
  });

  it("to replace a file that appeared since, and leaves no draft", () => {
    const file = outputFile(path);
    writeFileSync(path, "mine");
    expect(remedy(() => file.write("yours"))).toMatchObject({ code: "FileExists", path });
    expect([text(), readdirSync(folder)]).toEqual(["mine", ["out.json"]]);
  });

  it("a folder that is not there, now or later", () => {
    expect(remedy(() => outputFile(join(folder, "no", "out.json")))).toMatchObject({ code: "UnwritableFile", hint: expect.stringContaining("mkdir") });
    const file = outputFile(path);
    rmSync(folder, { recursive: true });
    expect(remedy(() => file.write("late"))).toMatchObject({ code: "UnwritableFile", path });
  });

  it("a folder in place of a file", () => {
    mkdirSync(path);
    expect(remedy(() => outputFile(path, { force: true }))).toMatchObject({ code: "UnwritableFile", path });
  });
});
