/** The whole protocol on a chain of its own, deployed and published to as in the demo, with the key of tier `test`. */
import type { Contract, Signer } from "ethers";
import { policyId } from "../../prover/chain/calldata.ts";
import { contractAt, deploy, send } from "../../prover/chain/contracts.ts";
import { AUCTION_TERMS, PAR } from "../../prover/chain/liquidation.ts";
import { publicationOf } from "../../prover/chain/publication.ts";
import { publishAttesters, voteForSnapshot } from "../../prover/chain/publish.ts";
import { loadArtifacts, type Artifacts } from "../../prover/proof/artifacts.ts";
import { levelBit } from "../../prover/proof/claim.ts";
import { assuranceLevel } from "../../prover/statement/attester-registry.ts";
import { parseAddress, type Address } from "../../prover/statement/address.ts";
import { scopeOf } from "../../prover/statement/scope.ts";
import { build } from "../../scripts/build.ts";
import { deployProtocol, type Deployment } from "../../scripts/deployment/deploy.ts";
import { connect, now, type Chain } from "./contracts.ts";
import { deskAt, type Desk } from "./flow.ts";
import { oneAtATime } from "./one-at-a-time.ts";

const HOUR = 3_600;
/** What the registry and the lender demand. */
export const DEMANDED = { level: "IM", minRatioBps: 10_000n, minAssurance: "attested" } as const;

export interface Protocol extends Deployment {
  readonly chain: Chain;
  readonly desk: Desk;
  readonly token: Contract;
  /** Address of the registry. */
  readonly address: string;
  readonly admin: Signer;
  readonly subject: Signer;
  readonly borrower: Address;
  readonly scope: bigint;
}

/** Circuit and key of tier `test`, built when they are missing or stale. */
export async function testArtifacts(): Promise<Artifacts> {
  await oneAtATime("tier-test", () => build(["test"]));
  return loadArtifacts("test");
}

/** A market of the chain's own time, its snapshot accepted by two of three publishers, its attesters published. */
export async function deployFlow(artifacts: Artifacts, chain?: Chain, others: readonly Artifacts[] = []): Promise<Protocol> {
  chain ??= await connect();
  const [admin, subject, ...publishers]: Signer[] = (await chain.ethers.getSigners()).slice(0, 5);
  if (admin === undefined || subject === undefined) throw new Error("the chain has no accounts");
  const desk = deskAt(await now(chain));
  const { policyHash } = desk.snapshot;
  const token = await deploy("DemoDollar", admin, []);
  const deployment = await deployProtocol(chain, {
    admin: await admin.getAddress(),
    tiers: [artifacts, ...others],
    tierActivationDelay: 0,
    tierNoticePeriod: 0,
    publishers: await Promise.all(publishers.map((publisher) => publisher.getAddress())),
    quorum: 2,
    maxSnapshotAge: HOUR,
    historyWindow: 1,
    attesterGrace: HOUR,
    collateralToken: parseAddress(await token.getAddress()),
    policies: [{ policyHash, ...DEMANDED, maxStatementAge: HOUR }],
  });
  const [oracle, address] = await Promise.all([deployment.oracle.getAddress(), deployment.registry.getAddress()]);
  for (const publisher of publishers.slice(0, 2)) await voteForSnapshot(contractAt("SnapshotOracle", oracle, publisher), publicationOf(desk.snapshot, desk.market, 1n));
  await publishAttesters(deployment.attesters, desk.registry);
  const { chainId } = await chain.ethers.provider.getNetwork();
  return {
    ...deployment, chain, desk, token, address, admin, subject,
    borrower: parseAddress(await subject.getAddress()),
    scope: scopeOf({ chainId, registry: parseAddress(address), policyHash }),
  };
}

/** Dollars in millionths, held in escrow for the subject. */
export async function depositFor({ token, escrow, admin, borrower }: Protocol, amount: bigint): Promise<void> {
  await send(token, "mint", [await admin.getAddress(), amount]);
  await send(token, "approve", [await escrow.getAddress(), amount]);
  await send(escrow, "deposit", [borrower, amount]);
}

/** A lender on the demanded terms that asks for no pledge, as its borrower sees it. */
export async function creditLine({ token, admin, subject, address, escrow, desk }: Protocol, limit: bigint): Promise<Contract> {
  const lender = await admin.getAddress();
  const terms = { policyId: policyId(desk.snapshot.policyHash), level: levelBit(DEMANDED.level), minRatioBps: DEMANDED.minRatioBps, minAssurance: assuranceLevel(DEMANDED.minAssurance) };
  const credit = { marginHealth: address, escrow: await escrow.getAddress(), asset: await token.getAddress(), lender, unitPrice: PAR };
  const line = await deploy("PrivateCreditLine", admin, [credit, terms, AUCTION_TERMS, limit, 0]);
  await send(token, "mint", [lender, limit]);
  await send(token, "approve", [await line.getAddress(), limit]);
  return contractAt("PrivateCreditLine", await line.getAddress(), subject);
}
