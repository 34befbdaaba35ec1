import type { Provider } from "ethers";

/** The latest block's time in unix seconds; this machine's when no node tells: for words, not for decisions. */
export async function chainTime(provider: Provider | null | undefined): Promise<number> {
  const block = await provider?.getBlock("latest").catch(() => null);
  return block?.timestamp ?? Math.floor(Date.now() / 1000);
}
