import type { Provider } from "ethers";
import type { OracleDomain } from "../chain/publication.ts";
import { MarginProofError } from "../errors.ts";
import type { Address } from "../statement/address.ts";

/** The oracle that publishers signed for, which is on one chain; only a relay is on others. @throws ChainError on another chain's node */
export async function oracleOn({ chainId: signed, oracle }: OracleDomain, provider: Provider): Promise<Address> {
  const { chainId } = await provider.getNetwork();
  if (chainId === signed) return oracle;
  throw new MarginProofError("ChainError", `the signatures are for chain ${signed}, the node is of chain ${chainId}`, { path: "--rpc", hint: "use a node of that chain, or give --relay-address" });
}
