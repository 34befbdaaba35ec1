/**
 * Compiles contracts and circuits and makes local keys: `npm run build [-- tier…]`, all tiers of circuits/sizes.json by default.
 * What has not changed is left alone, by content digest. With UPDATE_SNAPSHOTS=1 it also rewrites circuits/artifacts.lock.json.
 */
import { MarginProofError } from "../prover/errors.ts";
import { allTiers } from "../prover/proof/tiers.ts";
import { compileContracts } from "./contracts.ts";
import { writePublished } from "./published-circuits.ts";
import { stage } from "./stages.ts";
import { planTier, type TierBuild } from "./tier-build.ts";

/**
 * Builds what is missing or stale, one line per stage with its time.
 * @throws whatever a stage failed with; a tier whose lock is not written counts as not built
 */
export async function build(tiers: readonly string[] = Object.keys(allTiers())): Promise<void> {
  const plans = await stage("compare circuits with their sources", () => Promise.all(tiers.map(planTier)));
  await compile(plans.filter((plan) => !plan.isCompiled));
  for (const plan of plans) {
    const isKeyed = await plan.isKeyed();
    if (!isKeyed) await stage(`local key for ${plan.tier}`, (progress) => plan.makeKey(progress));
    if (!isKeyed || !plan.isCompiled) await plan.lock();
  }
  if (process.env["UPDATE_SNAPSHOTS"] === "1") await writePublished(await Promise.all(plans.map((plan) => plan.lock())));
}

/** All at once: the compiler uses one processor per circuit. */
async function compile(plans: readonly TierBuild[]): Promise<void> {
  if (plans.length === 0) return;
  await stage(`compile ${plans.map(({ tier }) => tier).join(" and ")}`, async (progress) => {
    let done = 0;
    await Promise.all(plans.map(async (plan) => {
      await plan.compile();
      progress("circuits", ++done, plans.length);
    }));
  });
}

if (import.meta.main) {
  try {
    const tiers = process.argv.slice(2);
    await stage("compile contracts", compileContracts);
    await build(tiers.length > 0 ? tiers : undefined);
  } catch (error) {
    if (error instanceof MarginProofError) console.error(`${error.code}: ${error.message}\n${error.hint ?? ""}`);
    else console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
