/** The benchmark: what takes minutes to prove fits and stands at a boundary, and what it says of the machine is counted. */
import { describe, expect, it } from "vitest";
import { padRules, shapeOf } from "../prover/commitment/padded-rules.ts";
import { prepareProof } from "../prover/proof/prepare-proof.ts";
import { breachTier, tierParameters } from "../prover/proof/tiers.ts";
import { marginReport } from "../prover/risk/margin-report.ts";
import { marketRisk } from "../prover/risk/risk-array.ts";
import { riskPlan } from "../prover/risk/risk-plan.ts";
import type { Bps, Usd } from "../prover/units.ts";
import { loadMeter, loadText } from "../scripts/bench/load.ts";
import { LARGE_PROOFS, presetFor } from "../scripts/bench/presets.ts";
import { AS_OF, atTheBoundary, demoRequest, hedged, NOWHERE } from "../scripts/bench/request.ts";
import { REPOSITORY } from "../scripts/circom.ts";
import { readDemoBook } from "../scripts/demo/book.ts";
import { runNode } from "./support/cli.ts";
import { refusal } from "./support/refusal.ts";

const { market, accounts } = readDemoBook(AS_OF);

describe("large proofs", () => {
  it.each(LARGE_PROOFS)("%s takes the rules of %s, and as many simulated moves as it has room for", (tier, preset) => {
    const parameters = tierParameters(tier);
    const { rules } = riskPlan(market, presetFor(preset, parameters.tails));
    expect(padRules(rules, shapeOf(parameters)).exposures).toHaveLength(parameters.exposures);
    expect([rules.shape.tails > 0, rules.shape.tails <= parameters.tails]).toEqual([tier.startsWith("tail"), true]);
  });

  it.each(["book", "book-breach"])("stand at a boundary: in %s one is prepared, and refused in words one unit beyond", (tier) => {
    const parameters = tierParameters(tier);
    const request = atTheBoundary(demoRequest(tier, NOWHERE, { policy: presetFor("span", parameters.tails), accountsOf: hedged }));
    expect(prepareProof(request).report.isHealthy).toBe(!parameters.breach);
    const beyond = { ...request, onChainCollateral: (request.onChainCollateral + (parameters.breach ? 1n : -1n)) as Usd };
    expect(refusal(() => prepareProof(beyond)).code).toBe(parameters.breach ? "Healthy" : "Unhealthy");
  });

  it("are of a book in which coins hedge each other: credits and offsets change what is required, as they do not in the shipped one", () => {
    const changing = (preset: string, held: typeof accounts): string[] => {
      const policy = presetFor(preset, 0);
      const { ruleEffects } = marginReport(held, marketRisk(market, policy), policy, { level: "IM", minRatioBps: 10_000n as Bps, onChainCollateral: 0n as Usd });
      return ruleEffects.filter(({ effect }) => effect !== 0n).map(({ rule }) => rule);
    };
    expect(hedged(accounts).map(({ positions }) => positions.length)).toEqual(accounts.map(({ positions }) => positions.length));
    for (const [preset, rule] of [["span", "spread credits"], ["deribit", "class and group offsets"], ["tims", "class and group offsets"]] as const) {
      expect([preset, changing(preset, accounts).includes(rule), changing(preset, hedged(accounts)).includes(rule)]).toEqual([preset, false, true]);
    }
  });

  it("hold a breach of each tier besides", () => {
    const tiers = new Set<string>(LARGE_PROOFS.map(([tier]) => tier));
    for (const tier of tiers) expect(tierParameters(tier).breach || tiers.has(breachTier(tier))).toBe(true);
  });
});

describe("the command", () => {
  const bench = (...args: string[]) => runNode(["--disable-warning=ExperimentalWarning", "scripts/bench.ts", ...args], REPOSITORY);

  it("names its proofs where it is asked for another, and proves nothing", async () => {
    expect(await bench("--large", "--only", "book/frtb")).toEqual({ code: 2, stdout: "", stderr: expect.stringMatching(/^--only: choose of book, book\/span, /) });
    expect(await bench("--only", "book")).toEqual({ code: 2, stdout: "", stderr: "--only: with --large\n" });
    expect(await bench("--proofs", "1")).toEqual({ code: 2, stdout: "", stderr: "--proofs: at least 2, one cold and one warm\n" });
  });
});

describe("what else the machine did", () => {
  it("is counted apart from what this process did, and both fit into the machine", () => {
    const [around, started] = [process.cpuUsage(), performance.now()];
    const loadOf = loadMeter();
    const within = process.cpuUsage();
    let x = 1;
    while (performance.now() - started < 500) for (let i = 0; i < 1e5; i++) x = (x * 48_271) % 2_147_483_647;
    const inner = process.cpuUsage(within);
    const { processors, used, others } = loadOf();
    const outer = process.cpuUsage(around);
    expect(x).toBeGreaterThan(0);
    const secondsOf = ({ user, system }: NodeJS.CpuUsage): number => (user + system) / 1e6;
    expect(secondsOf(inner)).toBeGreaterThan(0);
    expect(used).toBeGreaterThanOrEqual(secondsOf(inner));
    expect(used).toBeLessThanOrEqual(secondsOf(outer));
    expect(others).toBeGreaterThanOrEqual(0);
    expect(others + (1000 * used) / (performance.now() - started)).toBeLessThan(processors + 0.3);
    expect(loadText({ processors: 2, used, others: 1.26 })).toBe("1.3 of 2");
  });
});
