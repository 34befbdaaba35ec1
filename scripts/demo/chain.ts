/** The chain the demo runs on: Hardhat's in process, or any node by its address. */
import type { Provider, Signer } from "ethers";
import hre from "hardhat";
import type { Connection } from "../deployment/deploy.ts";

export interface DemoChain {
  readonly connection: Connection;
  readonly name: string;
  readonly provider: Provider;
  readonly admin: Signer;
  readonly subject: Signer;
  /** Three of them; two must agree. */
  readonly publishers: readonly Signer[];
  /** Time of the latest block, unix seconds. */
  now(): Promise<number>;
}

/** The well-known development mnemonic, whose accounts every development node funds. Worth nothing anywhere else. */
const DEVELOPMENT_MNEMONIC = "test test test test test test test test test test test junk";
const ROLES = 5;

/** @param rpc address of a node that funds the usual development accounts; without it, Hardhat's network in this process */
export async function openChain(rpc: string | undefined): Promise<DemoChain> {
  const connection = rpc === undefined ? await hre.network.create() : await hre.network.create({ network: "remote", override: { url: rpc, accounts: { mnemonic: DEVELOPMENT_MNEMONIC } } });
  const { provider } = connection.ethers;
  const [admin, subject, ...publishers]: Signer[] = (await connection.ethers.getSigners()).slice(0, ROLES);
  if (admin === undefined || subject === undefined) throw new Error("the chain has no accounts");
  const { chainId } = await provider.getNetwork();
  const now = async () => (await provider.getBlock("latest"))!.timestamp;
  return { connection, name: rpc === undefined ? `in-process chain ${chainId}` : `chain ${chainId} at ${rpc}`, provider, admin, subject, publishers, now };
}
