import type { Provider } from "ethers";
import { chainTime } from "../chain/chain-time.ts";
import { readAccountSetStatus } from "../chain/register.ts";
import { formatSpan } from "../chain/time-text.ts";
import type { Facts } from "./summaries.ts";

/** What a subject's account set is, and what is happening to it. @throws ChainError when there is no registry at the address */
export async function readAccountSetFacts(query: { readonly registry: string; readonly subject: string; readonly provider: Provider }): Promise<Facts> {
  const [{ current, proved, statementsAfter, releaseFrom }, now] = await Promise.all([readAccountSetStatus(query), chainTime(query.provider)]);
  const left = Math.max(0, releaseFrom - now);
  return {
    registered: current !== 0n,
    current: current.toString(),
    grownSinceProof: proved !== 0n && proved !== current,
    ...(statementsAfter === 0 ? {} : { statementsAfter }),
    ...(releaseFrom === 0 ? {} : { release: { executableFrom: releaseFrom, secondsLeft: left, state: left === 0 ? "can be executed" : `${formatSpan(left)} of notice left` } }),
  };
}
