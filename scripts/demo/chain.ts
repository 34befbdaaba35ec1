/** The chain the demo runs on: Hardhat's in process, or any node by its address. */
import { HDNodeWallet, JsonRpcProvider, NonceManager, type Provider, type Signer } from "ethers";
import hre from "hardhat";

export interface DemoChain {
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

/** @param rpc address of a node with the usual development accounts; without it, Hardhat's network in this process */
export async function openChain(rpc: string | undefined): Promise<DemoChain> {
  const { provider, signers } = rpc === undefined ? await inProcess() : await remote(rpc);
  const [admin, subject, ...publishers] = signers as [Signer, Signer, ...Signer[]];
  const { chainId } = await provider.getNetwork();
  const now = async () => (await provider.getBlock("latest"))!.timestamp;
  return { name: rpc === undefined ? `in-process chain ${chainId}` : `chain ${chainId} at ${rpc}`, provider, admin, subject, publishers, now };
}

async function inProcess(): Promise<{ provider: Provider; signers: Signer[] }> {
  const { ethers } = await hre.network.connect();
  return { provider: ethers.provider, signers: (await ethers.getSigners()).slice(0, ROLES) };
}

async function remote(rpc: string): Promise<{ provider: Provider; signers: Signer[] }> {
  const provider = new JsonRpcProvider(rpc, undefined, { cacheTimeout: -1 });
  const signers = Array.from({ length: ROLES }, (_, i) =>
    new NonceManager(HDNodeWallet.fromPhrase(DEVELOPMENT_MNEMONIC, undefined, `m/44'/60'/0'/0/${i}`).connect(provider)),
  );
  return { provider, signers };
}
