import { describe, expect, it } from "vitest";
import { stageProgress } from "../prover/cli/stage-progress.ts";
import { factLines } from "../prover/cli/summaries.ts";
import { Terminal } from "../prover/cli/terminal.ts";
import { MarginProofError } from "../prover/errors.ts";

const SECRET = "0123456789abcdef";

function terminal(isJson: boolean) {
  const written = { out: "", error: "" };
  const sink = (name: keyof typeof written, isTTY = false) => ({ isTTY, write: (text: string) => void (written[name] += text) });
  return { terminal: new Terminal(isJson, sink("out"), sink("error")), written };
}
const plain = (text: string): string => text.replace(/\x1b\[[0-9;]*m/g, "");

describe("a terminal", () => {
  it("prints an outcome for people, warnings apart", async () => {
    const { terminal: subject, written } = terminal(false);
    await subject.action(() => ({ json: { a: 1 }, text: "a  1", warnings: ["mind"], exitCode: 1 }))();
    expect([written.out, plain(written.error), subject.exitCode]).toEqual(["a  1\n", "WARNING: mind\n", 1]);
  });

  it("prints one document for programs, and nothing else", async () => {
    const { terminal: subject, written } = terminal(true);
    subject.progress("stage", 1, 1);
    await subject.action(() => ({ json: { a: "ü" }, text: "", warnings: ["mind"] }))();
    expect(written).toEqual({ out: '{"a":"ü"}\n', error: "" });
  });

  it("tells a refusal by code, path, message and remedy", async () => {
    const refuse = () => {
      throw new MarginProofError("InvalidBook", "is odd", { path: "book.json", hint: "even it out" });
    };
    const people = terminal(false);
    await people.terminal.action(refuse)();
    expect([plain(people.written.error), people.terminal.exitCode]).toEqual(["InvalidBook: book.json: is odd\n  even it out\n", 1]);
    const program = terminal(true);
    await program.terminal.action(refuse)();
    expect(JSON.parse(program.written.error)).toEqual({ error: { code: "InvalidBook", message: "book.json: is odd", path: "book.json", hint: "even it out" } });
  });

  it("owns up to a defect", () => {
    const { terminal: subject, written } = terminal(true);
    subject.fail(new TypeError("x is undefined"));
    expect([JSON.parse(written.error), subject.exitCode]).toEqual([{ error: { code: "UnexpectedError", message: "x is undefined" } }, 1]);
  });

  it.each([false, true])("blots out secrets wherever they would be printed (json %s)", async (isJson) => {
    const { terminal: subject, written } = terminal(isJson);
    subject.hide(SECRET, "42");
    await subject.action(() => ({ json: { key: SECRET, answer: "42" }, text: `${SECRET} 42`, warnings: [SECRET] }))();
    subject.fail(new Error(`invalid value ${SECRET}`));
    expect(written.out + written.error).not.toContain(SECRET);
    expect(written.out).toMatch(/\[secret\].*42/);
  });
});

describe("stage progress", () => {
  const report = (isTTY: boolean) => {
    let written = "";
    const progress = stageProgress({ isTTY, write: (text) => void (written += text) });
    for (const done of [0, 1, 2]) progress("witness", done, 2);
    progress("prove", 1, 1);
    return plain(written);
  };

  it("is one line a stage with its time", () => {
    expect(report(false)).toMatch(/^  ✔ witness +[0-9]+\.[0-9] s\n  ✔ prove +[0-9]+\.[0-9] s\n$/);
  });

  it("moves on a terminal", () => {
    expect(report(true)).toMatch(/^\r\x1b\[K  … witness 0 %\r\x1b\[K  ✔ witness/);
  });
});

describe("facts as lines", () => {
  it("stand behind their names, nested ones below them", () => {
    const facts = { root: "1", asOf: 0, list: [{ a: 1, bb: 2 }, { a: 3, bb: 4 }], notes: ["one word", "two"], key: ["1", "2"], inner: { x: true } };
    expect(factLines(facts)).toEqual([
      "root   1",
      "asOf   1970-01-01T00:00:00Z",
      "list",
      "  - a   1",
      "    bb  2",
      "  - a   3",
      "    bb  4",
      "notes",
      "  - one word",
      "  - two",
      "key    1, 2",
      "inner",
      "  x  true",
    ]);
  });
});
