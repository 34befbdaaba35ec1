/** What `npm run cases` does with a published case, on cases that are generated here and margined by a second implementation of the model. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { packageRoot } from "../prover/proof/tiers.ts";
import { deviations } from "../scripts/cases/compare.ts";
import { engineFigures } from "../scripts/cases/engine-figures.ts";
import { parseCase } from "../scripts/cases/published-case.ts";
import { law } from "./support/law.ts";
import { publishedCases, type Family } from "./support/published-cases.ts";
import { publishedMargin, type CaseFile } from "./support/published-margin.ts";
import { refusal } from "./support/refusal.ts";

/** The case as it would be published, with the figures of the second implementation. */
function published(file: CaseFile) {
  const { MM, IM, basisContingency, scenarioPnl } = publishedMargin(file);
  return { ...file, expected: { MM: String(MM), IM: String(IM), basisContingency: String(basisContingency), scenarioPnl: scenarioPnl.map(String) } };
}
const sample = (family: Family): CaseFile => fc.sample(publishedCases([family]), { seed: 20_260_801, numRuns: 1 })[0]!;

describe("the engine and a second implementation of the published model", () => {
  law(
    "agree in maintenance, initial, basis and every scenario, whatever the parameters, the market and the book",
    fc.property(publishedCases(), (file) => {
      const read = parseCase(published(file));
      return deviations(read, engineFigures(read)).every(({ agrees }) => agrees);
    }),
    200,
  );
});

describe("deviations", () => {
  const read = (change: (expected: ReturnType<typeof published>["expected"]) => object) => {
    const file = published(sample("discounting"));
    const parsed = parseCase({ ...file, expected: { ...file.expected, ...change(file.expected) } });
    return deviations(parsed, engineFigures(parsed));
  };
  it("see a figure that is two parts in 10^8 off", () => {
    const off = read(({ IM }) => ({ IM: String(Number(IM) * (1 + 2e-8)) }));
    expect(off.filter(({ agrees }) => !agrees).map(({ figure }) => figure)).toEqual(["IM"]);
    expect(off[0]).toMatchObject({ figure: "IM", agrees: false });
    expect(off[0]!.relative).toBeCloseTo(2e-8, 12);
  });
  it("leave out what a case does not publish", () => {
    expect(read(() => ({ IM: undefined, basisContingency: null, scenarioPnl: undefined })).map(({ figure }) => figure)).toEqual(["MM"]);
  });
});

describe("parseCase", () => {
  const file = published(sample("structures"));
  const first = { ...file.account.options[0]!, secondsToExpiry: 5 };
  it.each<{ what: string; json: unknown; code: string; path: string }>([
    { what: "an amount that is no decimal", json: { ...file, account: { ...file.account, cash: "1,000" } }, code: "InvalidSchema", path: "account.cash" },
    {
      what: "a scenario of an unknown kind",
      json: { ...file, policy: { ...file.policy, scenarios: [{ spot: "1", vol: "sideways", damp: "1" }] }, expected: {} },
      code: "InvalidSchema",
      path: "policy.scenarios[0].vol",
    },
    {
      what: "a skew rotation that moves spot",
      json: { ...file, policy: { ...file.policy, scenarios: [{ spot: "1.1", vol: "abs", damp: "1" }] }, expected: {} },
      code: "InvalidSchema",
      path: "policy.scenarios[0].spot",
    },
    { what: "results of other scenarios", json: { ...file, expected: { scenarioPnl: ["1"] } }, code: "InvalidSchema", path: "expected.scenarioPnl" },
    {
      what: "an option on no expiry of the market",
      json: { ...file, account: { ...file.account, options: [first] } },
      code: "InvalidSchema",
      path: "account.options[0].secondsToExpiry",
    },
  ])("refuses $what", ({ json, code, path }) => {
    expect(refusal(() => engineFigures(parseCase(json)))).toEqual({ code, path });
  });

  it("reads JSON numbers and exponents, and takes what is not there as nothing", () => {
    const { policy, market } = file;
    const read = parseCase({ policy, market: { spot: 2_681, expiries: [] }, account: { cash: "-1.5e-7", options: null } });
    expect(read.market.spot).toBe(2_681n * 10n ** 27n);
    expect(read.account.cash).toBe(-15n * 10n ** 19n);
    expect(engineFigures({ ...read, policy: { ...read.policy, scenarios: [] } })).toEqual({
      MM: read.account.cash,
      IM: read.account.cash,
      basisContingency: 0n,
      scenarioPnl: [],
    });
    expect(market.spot).not.toBe("0");
  });
});

describe("npm run cases", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "cases-"));
    mkdirSync(join(folder, "more"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const run = (...words: string[]) => {
    const program = join(packageRoot(), "scripts/check-cases.ts");
    return spawnSync(process.execPath, ["--disable-warning=ExperimentalWarning", program, ...words], { encoding: "utf8" });
  };
  const write = (name: string, json: unknown): void => writeFileSync(join(folder, name), typeof json === "string" ? json : JSON.stringify(json));

  it("reads folders to their ends, reports every file, goes on after one that it cannot compute, and fails in the end", () => {
    const file = published(sample("perpetual"));
    write("more/agreeing.json", { ...file, note: "not a field" });
    write("apart.json", { ...file, expected: { ...file.expected, MM: String(Number(file.expected.MM) + 1) } });
    write("broken.json", "{");
    write("foreign.json", { ...file, market: [] });
    const { status, stdout } = run(folder, "--json");
    const report = JSON.parse(stdout);
    expect(status).toBe(1);
    expect(report).toMatchObject({ tolerance: 1e-8, cases: 4, agreeing: 1, failed: 2 });
    expect(report.results.map(({ file: name, agrees, error }: { file: string; agrees: boolean; error?: { code: string } }) => [name, agrees, error?.code])).toEqual([
      ["apart.json", false, undefined],
      ["broken.json", false, "UnreadableFile"],
      ["foreign.json", false, "InvalidSchema"],
      [join("more", "agreeing.json"), true, undefined],
    ]);
    expect(report.results[0].figures[0]).toMatchObject({ figure: "MM", agrees: false });
    expect(report.results[3].ignored).toEqual(["note"]);
    const text = run(folder).stdout;
    expect(text).toContain("1 of 4 cases agree");
    expect(text).toContain("cannot be expressed: InvalidSchema market");
  });
  it("succeeds on a single file that agrees", () => {
    const { status, stdout } = run(join(folder, "more", "agreeing.json"));
    expect([status, stdout.includes("1 of 1 cases agree")]).toEqual([0, true]);
  });
  it.each([[[]], [["nowhere"]], [["--fast", "."]]])("says how it is called when given %j", (words) => {
    const { status, stderr } = run(...words);
    expect([status, stderr.includes("usage: npm run cases")]).toEqual([2, true]);
  });
});
