/** Rules about the text of the circuits: what a compiler accepts and a reviewer would have to remember. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { describe, expect, it } from "vitest";
import { tierParameters } from "../../prover/proof/tiers.ts";
import { REPOSITORY } from "../../scripts/circom.ts";
import { mainCircom } from "../../scripts/tier-sources.ts";
import { CONSTRAINTS } from "../support/template.ts";

const CIRCUITS = join(REPOSITORY, "circuits");
const read = (path: string) => readFileSync(join(REPOSITORY, path), "utf8");

/** Files below circuits/, generated ones left out. */
const files = readdirSync(CIRCUITS, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".circom") && !name.startsWith("build"))
  .sort()
  .map((file) => ({ file, text: readFileSync(join(CIRCUITS, file), "utf8") }));

interface Template {
  readonly file: string;
  readonly name: string;
  readonly parameters: readonly string[];
  readonly doc: string;
  readonly body: string;
}

const withoutComments = (text: string) => text.replace(/\/\/.*$/gm, "");

/** Templates start in the first column, and so does the brace that ends them. */
const templates: readonly Template[] = files.flatMap(({ file, text }) =>
  [...text.matchAll(/((?:^\/\/\/.*\n)*)^template (\w+)\(([^)]*)\) \{\n([\s\S]*?)^\}/gm)].map(([, doc, name, parameters, body]) => ({
    file, name: name!, parameters: parameters!.split(",").map((p) => p.trim()).filter(Boolean), doc: doc!, body: withoutComments(body!),
  })),
);

/** Every hint of ours, and the test that forges it. A new `<--` needs a row here, and its test. */
const FORGERIES: readonly { hint: string; test: string; title: string }[] = [
  { hint: "OddDigits2.digit", test: "odd-digits", title: "at digit, for a number %s, with every dependent wire recomputed" },
  { hint: "OddDigits3.digit", test: "odd-digits", title: "at digit, for a number %s, with every dependent wire recomputed" },
  { hint: "OneHot.out", test: "one-hot", title: "at out, for index %i" },
  { hint: "Magnitude.negative", test: "magnitude", title: "at negative, for %s" },
  { hint: "Chosen.index", test: "bound", title: "at index, with every dependent wire recomputed: to nothing that is not one of them, or zero" },
  { hint: "InUse.out", test: "in-use", title: "at out, for a count of %i" },
  { hint: "PairedInFull.inverse", test: "pairing", title: "at inverse where both have something left, with every dependent wire recomputed" },
  { hint: "MarginBreach.which", test: "margin", title: "at which, with every dependent wire recomputed" },
  { hint: "TailAttained.set", test: "tail", title: "at set, with every dependent wire recomputed: what is chosen is in no other set, however many there are" },
  { hint: "PairCredit.rateIM", test: "pairing", title: "at rateIM or inverse, with every dependent wire recomputed" },
  { hint: "PairCredit.inverse", test: "pairing", title: "at rateIM or inverse, with every dependent wire recomputed" },
  { hint: "AttesterMembership.high", test: "attester-registry", title: "at high or low, for place %i" },
  { hint: "AttesterMembership.low", test: "attester-registry", title: "at high or low, for place %i" },
  { hint: "InstrumentRow.parent", test: "instrument-tree", title: "at parent or column, for instrument %i" },
  { hint: "InstrumentRow.column", test: "instrument-tree", title: "at parent or column, for instrument %i" },
];

describe("hints", () => {
  const hintsIn = (body: string) => [...body.matchAll(/(\w+)(?:\[[^\]]*\])*\s*<--|-->\s*(\w+)/g)].map(([, before, after]) => before ?? after);

  it("are exactly those that a test forges", () => {
    const found = templates.flatMap(({ name, body }) => hintsIn(body).map((signal) => `${name}.${signal}`));
    expect(found.toSorted()).toEqual(FORGERIES.map(({ hint }) => hint).toSorted());
  });

  it("stand only in templates", () => {
    const all = files.flatMap(({ text }) => [...withoutComments(text).matchAll(/<--|-->/g)]);
    expect(all).toHaveLength(FORGERIES.length);
  });

  it.each(FORGERIES)("$hint is forged by a test", ({ test, title }) => {
    expect(read(`test/circuits/${test}.test.ts`)).toContain(`"${title}"`);
  });

  it.each(FORGERIES)("$hint is named in its template's doc block", ({ hint }) => {
    const [name, signal] = hint.split(".");
    expect(templates.find((template) => template.name === name)!.doc).toMatch(new RegExp(`^/// hints .*\\b${signal}\\b`, "m"));
  });
});

describe("assertions", () => {
  it("are about template parameters only: they prove nothing about signals", () => {
    const asserted = templates.flatMap(({ name, parameters, body }) =>
      [...body.matchAll(/\bassert\((.*)\);/g)].flatMap(([, condition]) => [...condition!.matchAll(/\b[A-Za-z_]\w*\b(?!\()/g)].filter(([word]) => !parameters.includes(word)).map(([word]) => `${name}: ${word}`)));
    expect(asserted).toEqual([]);
    expect(templates.some(({ body }) => body.includes("assert("))).toBe(true);
  });
});

describe("mains", () => {
  it("are declared by generated files only", () => {
    expect(files.filter(({ text }) => /^\s*component\s+main\b/m.test(text)).map(({ file }) => file)).toEqual([]);
    expect(mainCircom("test", tierParameters("test"), join(CIRCUITS, "build/test"))).toMatch(/^component main /m);
  });
});

describe("doc blocks", () => {
  it("stand before every template of every file", () => {
    const declared = files.flatMap(({ text }) => [...withoutComments(text).matchAll(/\btemplate\s+(?:\w+\s+)*?(\w+)\s*\(/g)].map(([, name]) => name));
    expect(templates.map(({ name }) => name)).toEqual(declared);
    expect(templates.filter(({ doc }) => doc === "")).toEqual([]);
  });

  it.each(templates)("$name says its name and what it ensures", ({ name, doc }) => {
    expect(doc).toMatch(new RegExp(`^/// ${name}: `, "m"));
    expect(doc).toMatch(/^\/\/\/ ensures {3}\S/m);
  });

  it("name twins that exist", () => {
    const twins = templates.flatMap(({ name, doc }) => [...doc.matchAll(/^\/\/\/ twin .*$/gm)].flatMap(([line]) => [...line.matchAll(/((?:prover|verifier-contracts)\/[\w./-]+)(?: (\w+))?/g)].map(([, path, export_]) => ({ name, path: path!, export_ }))));
    expect(twins.length).toBeGreaterThan(10);
    for (const { path, export_ } of twins) expect(export_ === undefined ? existsSync(join(REPOSITORY, path)) : read(path)).toSatisfy((found) => found === true || String(found).includes(export_!));
  });
});

describe("includes", () => {
  it("of circuits/lib reach circuits/lib and circomlib only; of the rest, circuits and circomlib", () => {
    const foreign = files.flatMap(({ file, text }) =>
      [...text.matchAll(/^include "([^"]+)";/gm)]
        .map(([, include]) => ({ file, target: relative(CIRCUITS, join(CIRCUITS, file, "..", include!)) }))
        .filter(({ target }) => !/^\.\.\/node_modules\/circomlib\/circuits\/\w+\.circom$/.test(target) && !(file.startsWith("lib/") ? /^lib\// : /^(?:lib\/)?[\w-]+\.circom$/).test(target)));
    expect(foreign).toEqual([]);
  });
});

describe("tests", () => {
  /** The text of a template's own describe, which `describe.each` names in its rows. */
  const sectionOf = ({ file, name }: Template): string => {
    const path = `test/circuits/${basename(file, ".circom")}.test.ts`;
    const sections = existsSync(join(REPOSITORY, path)) ? read(path).split(/^(?=describe)/m) : [];
    return sections.find((section) => section.startsWith(`describe("${name}"`) || (section.startsWith("describe.each") && section.includes(`template: "${name}"`))) ?? "";
  };

  it.each(templates)("$name has its five blocks", (template) => {
    const blocks = [...sectionOf(template).matchAll(/^ {2}describe\("([^"]+)"/gm)].map(([, title]) => title);
    expect(blocks).toEqual(["agrees", "refuses", "cannot be forged", "edges", "costs"]);
  });

  it("cover every template's cost, and no template that is gone", () => {
    const measured = Object.keys(JSON.parse(readFileSync(CONSTRAINTS, "utf8"))).map((label) => label.slice(0, label.indexOf("(")));
    expect(new Set(measured)).toEqual(new Set(templates.map(({ name }) => name)));
  });
});

describe("assumptions", () => {
  const ledger = read("circuits/README.md").split("\n## Assumption ledger\n")[1]!.split("\n## ")[0]!;
  const rows = [...ledger.matchAll(/^\| (R\d+) \| (.+?) \| (.+?) \| (.+) \|$/gm)].map(([, id, assumed, met, shown]) => ({ id: id!, assumed: assumed!, met: met!, shown: shown! }));

  it("of the circuits have exactly one row each in the ledger, and the ledger no other", () => {
    const required = new Set(templates.flatMap(({ doc }) => [...doc.matchAll(/^\/\/\/ requires[^]*?(?=^\/\/\/ (?:ensures|hints|twin|cost|ledger)|(?![^]))/gm)].flatMap(([text]) => [...text.matchAll(/\bR\d+\b/g)].map(([id]) => id))));
    const byNumber = (a: string, b: string) => Number(a.slice(1)) - Number(b.slice(1));
    expect(rows.map(({ id }) => id)).toEqual([...required].sort(byNumber));
  });

  it.each(rows)("$id is met by lines that are there", ({ met }) => {
    const quoted = [...met.matchAll(/`([\w./-]+\.(?:circom|ts|sol))` `([^`]+)`/g)];
    expect(quoted.length).toBeGreaterThan(0);
    for (const [, path, line] of quoted) expect(read(path!)).toContain(line);
  });

  it.each(rows)("$id is shown by a test that is there", ({ id, shown }) => {
    const [, path, title] = /^`([\w./-]+)` "(.+)"$/.exec(shown)!;
    expect(title).toContain(`(${id})`);
    expect(read(path!)).toContain(`"${title}"`);
  });
});
