/**
 * The whole flow, told step by step: `npm run demo [-- --rpc http://127.0.0.1:8545] [--tier desk]`.
 * A real book goes in, a verified transaction comes out, a consumer lends against it, and four attempts to cheat are refused.
 */
import { parseArgs } from "node:util";
import pc from "picocolors";
import { contractAt, deploy, send } from "../prover/chain/contracts.ts";
import { AUCTION_TERMS, PAR } from "../prover/chain/liquidation.ts";
import { publicationOf } from "../prover/chain/publication.ts";
import { gatherSignatures, signPublication } from "../prover/chain/publication-signature.ts";
import { publishAttesters, publishSigned } from "../prover/chain/publish.ts";
import { registerAccountSet } from "../prover/chain/register.ts";
import { readHealth } from "../prover/chain/status.ts";
import { submitBundle } from "../prover/chain/submit.ts";
import { policyId } from "../prover/chain/calldata.ts";
import { shapeOf } from "../prover/commitment/padded-rules.ts";
import { buildSnapshot, type Snapshot } from "../prover/commitment/snapshot.ts";
import { serializeSnapshot, verifySnapshot } from "../prover/commitment/snapshot-json.ts";
import { MarginProofError } from "../prover/errors.ts";
import { formatDecimal } from "../prover/numeric/decimal.ts";
import { loadArtifacts, type Artifacts } from "../prover/proof/artifacts.ts";
import { parseBundle, serializeBundle, type ProofBundle } from "../prover/proof/bundle.ts";
import { claimFor, levelBit } from "../prover/proof/claim.ts";
import { verify } from "../prover/proof/groth16.ts";
import { proveMargin, type ProvedMargin } from "../prover/proof/prove-margin.ts";
import { PUBLIC_SIGNALS } from "../prover/proof/public-signals.ts";
import type { Progress } from "../prover/progress.ts";
import { tierParameters } from "../prover/proof/tiers.ts";
import type { Account } from "../prover/risk/book.ts";
import { marginReport } from "../prover/risk/margin-report.ts";
import { marginTable } from "../prover/risk/margin-table.ts";
import type { Market } from "../prover/risk/market.ts";
import { marketRisk } from "../prover/risk/risk-array.ts";
import { accountSet } from "../prover/statement/account-set.ts";
import { parseAddress } from "../prover/statement/address.ts";
import { AttesterKey } from "../prover/statement/attester-key.ts";
import { assuranceLevel, buildRegistry, type Assurance } from "../prover/statement/attester-registry.ts";
import { scopeOf } from "../prover/statement/scope.ts";
import { signStatement, type SignedStatement } from "../prover/statement/signed-statement.ts";
import { randomSalt } from "../prover/statement/statement.ts";
import { DECIMALS, type Bps, type Level, type Usd } from "../prover/units.ts";
import { build } from "./build.ts";
import { compileContracts } from "./contracts.ts";
import { deployProtocol, type Deployment } from "./deployment/deploy.ts";
import { readDemoBook, type DemoBook } from "./demo/book.ts";
import { openChain, type DemoChain } from "./demo/chain.ts";
import { expectRefusal } from "./demo/refusals.ts";
import { stage } from "./stages.ts";

/** What the lender asks for: initial margin, 110 % covered, statements signed by the venues themselves. */
const TERMS = { level: "IM" as Level, minRatioBps: 11_000n as Bps, minAssurance: "venue-signed" as Assurance };
const HOUR = 3_600;
const NO_COLLATERAL = 0n as Usd;

const { values: options } = parseArgs({ options: { rpc: { type: "string" }, tier: { type: "string", default: "desk" } } });

function heading(text: string): void {
  console.log(`\n${pc.bold(text)}`);
}

async function demo(): Promise<void> {
  const started = performance.now();
  heading("Circuits, keys and contracts (cached by content)");
  await build([options.tier]);
  await stage("contracts", compileContracts);
  const artifacts = await stage("check digests, load keys", () => loadArtifacts(options.tier));

  heading("1. A book, imported from the venue's own responses");
  const chain = await openChain(options.rpc);
  const book = await stage("import market and accounts", async () => readDemoBook(await chain.now()));
  const risks = await stage("price every instrument in every scenario", (progress) => marketRisk(book.market, book.policy, progress));
  const report = marginReport(book.accounts, risks, book.policy, { ...TERMS, onChainCollateral: NO_COLLATERAL });
  console.log(`\nWhat only its owner sees (policy ${book.policy.name}):\n${marginTable(report, book.policy)}`);

  heading(`2. Public: contracts, attesters and the risk snapshot (${chain.name})`);
  const sizes = snapshotSizes();
  const snapshot = await stage(`commit to ${book.market.listings.length} instruments`, (progress) =>
    buildSnapshot(book.market, book.policy, { ...sizes, progress }),
  );
  await stage("recompute the snapshot as anyone can", (progress) => verifySnapshot(JSON.parse(serializeSnapshot(snapshot)), book.market, book.policy, { progress }));
  const protocol = await stage("deploy", () => deployDemo(chain, artifacts, snapshot));
  await stage("two of three publishers sign root and spots; anyone publishes", () => publishSnapshot(chain, protocol, snapshot, book.market, 1n));
  const venues = attest(book.accounts);
  await stage("publish the attesters' keys", () => publishAttesters(protocol.attesters, venues.registry));

  heading("3. Private: statements and the proof");
  const subject = parseAddress(await chain.subject.getAddress());
  const { chainId } = await chain.provider.getNetwork();
  const scope = scopeOf({ chainId, registry: parseAddress(await protocol.registry.getAddress()), policyHash: snapshot.policyHash });
  const accountSetSalt = randomSalt();
  const sign = (accounts: readonly Account[], sequence: number): SignedStatement[] =>
    accounts.map((account, v) => signStatement({ ...account, subject, scope, sequence, salt: randomSalt() }, venues.keys[v]!));
  const proveBook = (statements: readonly SignedStatement[], progress?: Progress): Promise<ProvedMargin> => {
    const claim = claimFor(statements.map(({ statement }) => statement), { ...TERMS, subject });
    const { registry } = venues;
    return proveMargin({ snapshot, policy: book.policy, risks, statements, registry, accountSetSalt, claim, scope, onChainCollateral: NO_COLLATERAL }, artifacts, progress);
  };
  const statements = await stage("venues sign statements for this subject and scope", () => sign(book.accounts, 1));
  const { bundle } = await stage(`prove (${artifacts.lock.constraints.toLocaleString("en")} constraints)`, (progress) => proveBook(statements, progress));
  const size = Buffer.byteLength(serializeBundle(bundle));
  const valid = await stage("check the bundle off chain", () => verify(artifacts.vkey, bundle.publicSignals, parseBundle(JSON.parse(serializeBundle(bundle))).proof));
  if (!valid) throw new Error("the bundle does not verify");
  showSignals(bundle);

  heading("4. On chain: accepted, and lent against");
  const registry = await protocol.registry.getAddress();
  await stage("register the account set", () => registerAccountSet(accountSet(book.accounts, accountSetSalt), { registry, signer: chain.subject }));
  const { gasUsed } = await stage("submit the proof", () => submitBundle(bundle, { registry, signer: chain.subject }));
  const health = await readHealth({ registry, subject, provider: chain.provider });
  console.log(`  healthy: ${health.healthy}, ${health.level} covered at ${formatDecimal(health.minRatioBps, DECIMALS.bps - 2)} % or more, until ${new Date(1000 * health.healthyUntil).toISOString()}`);
  console.log(`  proof 256 bytes, bundle ${size} bytes, gas ${gasUsed.toLocaleString("en")}`);
  const borrowed = await stage("pledge 50,000, borrow 250,000 from a lender that asks one question", () => borrow(chain, protocol, snapshot, 250_000_000_000n));
  console.log(`  gas of the loan ${borrowed.toLocaleString("en")}`);

  heading("5. What does not work");
  const submit = (changed: ProofBundle) => submitBundle(changed, { registry, signer: chain.subject });
  await expectRefusal("the same desk with too many options sold", "Unhealthy", () => proveBook(sign(book.overextended, 2)));
  // One more in the claim's sequence, so that it is not the replay check that stops it.
  const tampered = { ...bundle, publicSignals: { ...bundle.publicSignals, claim: bundle.publicSignals.claim + (1n << 192n) } };
  await expectRefusal("a signal changed by one", "InvalidProof", () => submit(tampered));
  await expectRefusal("the same proof again", "SequenceNotIncreasing", () => submit(bundle));
  await stage("meanwhile the market moves on: two new snapshots", () => supersede(chain, protocol, book));
  await expectRefusal("a proof against a snapshot that is no longer current", "StaleSnapshot", () => submit(bundle));
  console.log(`\n${pc.dim(`all of it in ${((performance.now() - started) / 1000).toFixed(1)} s`)}`);
}

function showSignals({ publicSignals }: ProofBundle): void {
  console.log("  all that anyone else sees:");
  for (const { name } of PUBLIC_SIGNALS) console.log(`    ${name.padEnd(20)} ${pc.dim(publicSignals[name].toString())}`);
}

/** One key per venue, registered as signing for itself. */
function attest(accounts: readonly Account[]) {
  const keys = accounts.map(() => AttesterKey.generate());
  const registry = buildRegistry(accounts.map(({ venue, asOf }, v) => ({
    venue, key: keys[v]!.publicKey, assurance: "venue-signed", validFrom: asOf - 30 * 24 * HOUR, validUntil: asOf + 365 * 24 * HOUR,
  })));
  return { keys, registry };
}

async function deployDemo({ connection, admin, publishers }: DemoChain, artifacts: Artifacts, { policyHash }: Snapshot): Promise<Deployment> {
  const dollar = await deploy("DemoDollar", admin, []);
  return deployProtocol(connection, {
    admin: await admin.getAddress(),
    tiers: [artifacts],
    tierActivationDelay: 0,
    tierNoticePeriod: 0,
    publishers: await Promise.all(publishers.map((publisher) => publisher.getAddress())),
    quorum: 2,
    maxSnapshotAge: HOUR,
    historyWindow: 1,
    attesterGrace: HOUR,
    collateralToken: parseAddress(await dollar.getAddress()),
    policies: [{ policyHash, ...TERMS, maxStatementAge: HOUR }],
  });
}

async function publishSnapshot({ provider, publishers, subject }: DemoChain, { oracle }: Deployment, snapshot: Snapshot, market: Market, epoch: bigint): Promise<void> {
  const { chainId } = await provider.getNetwork();
  const domain = { chainId, oracle: parseAddress(await oracle.getAddress()) };
  const publication = publicationOf(snapshot, market, epoch);
  const signed = await Promise.all(publishers.slice(0, 2).map((publisher) => signPublication(publication, domain, publisher)));
  await publishSigned(contractAt("SnapshotOracle", domain.oracle, subject), gatherSignatures(signed));
}

/** What the tier fixes of a snapshot. */
function snapshotSizes() {
  const tier = tierParameters(options.tier);
  return { treeParents: tier.treeParents, shape: shapeOf(tier) };
}

/** Two later snapshots of the same market: one more than the oracle's window lets a proof lag behind. */
async function supersede(chain: DemoChain, protocol: Deployment, { market, policy }: DemoBook): Promise<void> {
  for (const epoch of [2n, 3n]) {
    const later = { ...market, asOf: market.asOf + Number(epoch) };
    await publishSnapshot(chain, protocol, buildSnapshot(later, policy, snapshotSizes()), later, epoch);
  }
}

/** @returns the gas of borrowing */
async function borrow({ admin, subject }: DemoChain, protocol: Deployment, { policyHash }: Snapshot, amount: bigint): Promise<bigint> {
  const [lender, borrower, registry, escrow] = await Promise.all([admin.getAddress(), subject.getAddress(), protocol.registry.getAddress(), protocol.escrow.getAddress()]);
  const dollar = contractAt("DemoDollar", await protocol.escrow.getFunction("token").staticCall(), admin);
  const terms = { policyId: policyId(policyHash), level: levelBit(TERMS.level), minRatioBps: TERMS.minRatioBps, minAssurance: assuranceLevel(TERMS.minAssurance) };
  const credit = { marginHealth: registry, escrow, asset: await dollar.getAddress(), lender, unitPrice: PAR };
  const line = await deploy("PrivateCreditLine", admin, [credit, terms, AUCTION_TERMS, 2n * amount, 2_000n]);
  await send(dollar, "mint", [lender, 3n * amount]);
  await send(dollar, "approve", [await line.getAddress(), 2n * amount]);
  await send(dollar, "approve", [escrow, amount / 5n]);
  await send(protocol.escrow, "deposit", [borrower, amount / 5n]);
  await send(contractAt("CollateralEscrow", escrow, subject), "pledge", [await line.getAddress(), amount / 5n]);
  const { gasUsed } = await send(contractAt("PrivateCreditLine", await line.getAddress(), subject), "borrow", [amount]);
  return gasUsed;
}

try {
  await demo();
} catch (error) {
  if (!(error instanceof MarginProofError)) throw error;
  console.error(`${pc.red(error.code)}: ${error.message}${error.hint === undefined ? "" : `\n  ${error.hint}`}`);
  process.exitCode = 1;
}
