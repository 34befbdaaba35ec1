import pc from "picocolors";
import { MarginProofError } from "../../prover/errors.ts";

/** Runs what must be refused, and tells by whom and why. @throws Error when it is accepted */
export async function expectRefusal(attempt: string, error: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (refusal) {
    if (!(refusal instanceof MarginProofError)) throw refusal;
    const named = refusal.code === "ContractRefused" ? refusal.message.split("(")[0]! : refusal.code;
    if (named !== error) throw refusal;
    console.log(`  ${pc.green("✔")} ${attempt}: refused by ${pc.bold(named)}\n      ${pc.dim(refusal.message)}`);
    return;
  }
  throw new Error(`${attempt} was accepted`);
}
