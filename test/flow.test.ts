import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { solidityProof, submitArguments, tierId } from "../prover/chain/calldata.ts";
import { contractAt, namingRefusals, send } from "../prover/chain/contracts.ts";
import { readHealth } from "../prover/chain/status.ts";
import { submitBundle } from "../prover/chain/submit.ts";
import { serializeSnapshot, verifySnapshot } from "../prover/commitment/snapshot-json.ts";
import type { Artifacts } from "../prover/proof/artifacts.ts";
import { parseBundle, serializeBundle, type ProofBundle } from "../prover/proof/bundle.ts";
import { checkBundle } from "../prover/proof/check-bundle.ts";
import { packClaim, unpackClaim, type Claim } from "../prover/proof/claim.ts";
import { withCurve } from "../prover/proof/curve-session.ts";
import { proveWitness, verify } from "../prover/proof/groth16.ts";
import { prepareProof } from "../prover/proof/prepare-proof.ts";
import { proveMargin, type ProvedMargin } from "../prover/proof/prove-margin.ts";
import { orderedSignals, PUBLIC_SIGNALS, signalsFromOrder, type PublicSignalName } from "../prover/proof/public-signals.ts";
import { snarkjsFiles } from "../prover/proof/snarkjs-files.ts";
import { artifactPaths } from "../prover/proof/tiers.ts";
import { witnessBytes } from "../prover/proof/witness-calculator.ts";
import { marginReport } from "../prover/risk/margin-report.ts";
import { accountSet } from "../prover/statement/account-set.ts";
import { parseStatement, serializeStatement } from "../prover/statement/signed-statement.ts";
import { FIELD, type Bps, type Usd } from "../prover/units.ts";
import { openCircuit } from "./support/circuit.ts";
import { restoreAfterEach } from "./support/contracts.ts";
import { exactBook, holding, LEGS, requestFor } from "./support/flow.ts";
import { creditLine, DEMANDED, deployFlow, depositFor, testArtifacts, type Protocol } from "./support/protocol.ts";
import { rejection } from "./support/rejection.ts";

const BOOK = [[holding("BTC-30D-44000-C", -2), holding("BTC-PERPETUAL", 1), holding("USD", -20_000)], [holding("BTC", 1)]];
/** 250.00000001 dollars of collateral on chain, without which the exact book would be short by as much. */
const COLLATERAL = 25_000_000_001n;

let artifacts: Artifacts;
let protocol: Protocol;
let proved: ProvedMargin;
/** A book whose equity, collateral included, is exactly the requirement. */
let exact: ProvedMargin;

const request = () => requestFor(protocol.desk, BOOK, DEMANDED, { subject: protocol.borrower, scope: protocol.scope });
const exactRequest = (onChainCollateral = COLLATERAL) => {
  const book = exactBook(protocol.desk, LEGS[3]!, { ...DEMANDED, onChainCollateral: COLLATERAL });
  return requestFor(protocol.desk, book, { ...DEMANDED, onChainCollateral }, { subject: protocol.borrower, scope: protocol.scope, sequence: 2 });
};
const submit = (bundle: ProofBundle) => submitBundle(bundle, { registry: protocol.address, signer: protocol.admin });
/** twin: StatementKind.Health */
const HEALTH = 0;
/** Asks the verifier alone, without the registry's own checks. */
const verifyOnChain = (bundle: ProofBundle) => namingRefusals(protocol.verifier, () => protocol.verifier.getFunction("verifyProof").staticCall(HEALTH, ...submitArguments(bundle)));
const refusedWith = async (action: Promise<unknown>) => (await rejection(action)).message.replace(/\(.*$/s, "");
const withSignal = (name: PublicSignalName, change: bigint, { bundle } = proved): ProofBundle => ({ ...bundle, publicSignals: { ...bundle.publicSignals, [name]: bundle.publicSignals[name] + change } });
const health = () => readHealth({ registry: protocol.address, subject: protocol.borrower, provider: protocol.chain.ethers.provider });

beforeAll(async () => {
  artifacts = await testArtifacts();
  protocol = await deployFlow(artifacts);
  const accounts = request().statements.map(({ statement }) => statement);
  await send(contractAt("MarginHealthRegistry", protocol.address, protocol.subject), "registerAccountSet", [accountSet(accounts, request().accountSetSalt)]);
  // Two proofs at the same time: they share the prover's threads.
  [proved, exact] = await Promise.all([proveMargin(request(), artifacts), proveMargin(exactRequest(), artifacts)]);
});
afterAll(() => protocol.chain.close());

describe("from a book to a loan", () => {
  restoreAfterEach(() => protocol.chain);

  it("the snapshot is what anyone recomputes from market and policy", () => {
    const { snapshot, market, policy } = protocol.desk;
    expect(verifySnapshot(JSON.parse(serializeSnapshot(snapshot)), market, policy)).toEqual(snapshot);
  });

  it("statements and bundle survive their files", () => {
    for (const statement of request().statements) expect(parseStatement(JSON.parse(serializeStatement(statement)))).toEqual(statement);
    expect(parseBundle(JSON.parse(serializeBundle(proved.bundle)))).toEqual(proved.bundle);
  });

  it("the bundle shows nothing of the book", () => {
    const { accountSetSalt, accountId, statementSalt, positionMagnitude, signatureR8, signatureS, attesterKey, total, loss, aggregate, positionNode } = prepareProof(request()).input;
    const secrets: string[] = [accountSetSalt, accountId, statementSalt, positionMagnitude, signatureR8, signatureS, attesterKey, total, loss, aggregate, positionNode].flat(2).map(String);
    const text = serializeBundle(proved.bundle);
    expect(secrets.filter((secret) => secret.length > 2 && new RegExp(`(?<![0-9])${secret}(?![0-9])`).test(text))).toEqual([]);
    for (const name of ["deribit", "custodian", "vault", "BTC"]) expect(text).not.toContain(name);
  });

  it("the report that comes with the proof is the book's own", () => {
    const { statements, risks, policy } = request();
    const terms = { level: DEMANDED.level, minRatioBps: DEMANDED.minRatioBps as Bps, onChainCollateral: 0n as Usd };
    expect(proved.report).toEqual(marginReport(statements.map(({ statement }) => statement), risks, policy, terms));
  });

  it("two proofs made at the same time both hold off chain, for their snapshot and attesters", async () => {
    const { snapshot, registry } = protocol.desk;
    for (const { bundle } of [proved, exact]) expect((await checkBundle(bundle, artifacts, { snapshot, registry })).setup).toBe("local");
    expect(await verify(artifacts.vkey, exact.bundle.publicSignals, proved.bundle.proof)).toBe(false);
  });

  it("snarkjs's own command line verifies the exported files, and refuses them with a signal changed", async () => {
    const folder = await mkdtemp(join(tmpdir(), "margin-flow-"));
    const cli = createRequire(import.meta.url).resolve("snarkjs").replace(/build\/[^/]*$/, "cli.js");
    const run = async (bundle: ProofBundle) => {
      const files = snarkjsFiles(bundle, artifacts.vkey);
      for (const [name, json] of Object.entries(files)) await writeFile(join(folder, name), JSON.stringify(json));
      const args = ["verification_key.json", "public.json", "proof.json"].map((name) => join(folder, name));
      return promisify(execFile)(process.execPath, [cli, "groth16", "verify", ...args]).then(({ stdout }) => stdout, ({ stdout }: { stdout: string }) => stdout);
    };
    try {
      expect(await run(proved.bundle)).toContain("OK!");
      expect(await run(withSignal("portfolioCommitment", 1n))).toContain("Invalid proof");
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it("the proof is accepted from anyone, makes its subject healthy, and a lender lends on it", async () => {
    const { borrower, desk } = protocol;
    const line = await creditLine(protocol, 1_000n);
    expect(await refusedWith(send(line, "borrow", [400n]))).toBe("NotHealthyEnough");
    await submit(proved.bundle);
    expect(await health()).toMatchObject({ healthy: true, ...DEMANDED, asOf: desk.asOf, sequence: 2, snapshotRoot: desk.snapshot.root, attesterRoot: desk.registry.root, onChainCollateral: 0n });
    await send(line, "borrow", [400n]);
    expect(await line.getFunction("debtOf")(borrower)).toBe(400n);
  });

  it("the transaction alone gives back the bundle's proof and public signals", async () => {
    const { chain, registry } = protocol;
    const { transactionHash } = await submit(proved.bundle);
    const transaction = (await chain.ethers.provider.getTransaction(transactionHash))!;
    const { logs } = (await chain.ethers.provider.getTransactionReceipt(transactionHash))!;
    const event = logs.map((log) => registry.interface.parseLog(log)).find((log) => log?.name === "HealthProved")!;
    expect(event.args.tier).toBe(tierId("test"));
    expect(signalsFromOrder([...event.args.signals].map(String))).toEqual(proved.bundle.publicSignals);
    const [, { a, b, c }] = registry.interface.parseTransaction(transaction)!.args;
    const sent = { a: [...a].map(String), b: [...b].map((pair: bigint[]) => [...pair].map(String)), c: [...c].map(String) };
    expect(sent).toEqual(solidityProof(proved.bundle.proof));
  });

  it("the same proof is not accepted twice, nor once its attesters are revoked", async () => {
    const { attesters, desk } = protocol;
    await submit(proved.bundle);
    expect(await refusedWith(submit(proved.bundle))).toBe("SequenceNotIncreasing");
    await send(attesters, "revokeRoot", [desk.registry.root]);
    expect(await refusedWith(submit(proved.bundle))).toBe("UnknownAttesterRoot");
    expect((await health()).healthy).toBe(false);
  });

  it("equity exactly at the requirement is enough, on-chain collateral included, and one unit of it less is not", async () => {
    const { equity, requirement } = exact.report;
    expect([equity, exact.report.excess]).toEqual([requirement.IM, 0n]);
    await submit(proved.bundle);
    expect(await refusedWith(submit(exact.bundle))).toBe("CollateralNotHeld");
    await depositFor(protocol, 250_000_001n);
    await submit(exact.bundle);
    expect(await health()).toMatchObject({ healthy: true, sequence: 4, onChainCollateral: COLLATERAL });
    expect((await rejection(proveMargin(exactRequest(COLLATERAL - 1n), artifacts))).code).toBe("Unhealthy");
    expect(await refusedWith(verifyOnChain(withSignal("onChainCollateral", -1n, exact)))).toBe("InvalidProof");
  });

  it("a witness that breaks one constraint gives a proof that neither the verifier nor the registry accepts", async () => {
    const circuit = await openCircuit(artifactPaths("test"));
    const honest = await circuit.witness(prepareProof(request()).input);
    const forged = circuit.forge(honest, { "total[10]": circuit.signal(honest, "total[10]") + 1n });
    expect([circuit.checkConstraints(honest).ok, circuit.checkConstraints(forged).ok]).toEqual([true, false]);
    const { proof, publicSignals } = await proveWitness(witnessBytes(forged), artifacts);
    expect(publicSignals).toEqual(orderedSignals(proved.bundle.publicSignals));
    const bundle = { ...proved.bundle, proof };
    expect(await rejection(checkBundle(bundle, artifacts))).toMatchObject({ code: "ProofRejected" });
    expect(await refusedWith(verifyOnChain(bundle))).toBe("InvalidProof");
    expect(await refusedWith(submit(bundle))).toBe("InvalidProof");
    await submit(proved.bundle);
  });
});

describe("each public signal is bound:", () => {
  /** Which of the registry's checks refuses a signal one above, before or by the proof. */
  const CHECKS: Record<PublicSignalName, string> = {
    snapshotRoot: "UnknownSnapshot",
    attesterRoot: "UnknownAttesterRoot",
    accountSet: "AccountSetMismatch",
    portfolioCommitment: "InvalidProof",
    claim: "NotRegistered",
    onChainCollateral: "CollateralNotHeld",
    scope: "ScopeMismatch",
  };
  const NAMES = PUBLIC_SIGNALS.map(({ name }) => name);

  it.each(NAMES)("%s changed by one is refused off chain, by the verifier and by the registry", async (name) => {
    await withCurve(async () => {
      for (const change of proved.bundle.publicSignals[name] === 0n ? [1n] : [1n, -1n]) {
        const bundle = withSignal(name, change);
        expect(await verify(artifacts.vkey, bundle.publicSignals, bundle.proof)).toBe(false);
        expect(await refusedWith(verifyOnChain(bundle))).toBe("InvalidProof");
        expect(await refusedWith(submit(bundle))).toBe(CHECKS[name]);
      }
    });
  });

  it.each(NAMES.map((name, index) => ({ name, index })))("$name plus the field's order is refused off chain, by the verifier and by the registry", async ({ name, index }) => {
    const bundle = withSignal(name, FIELD);
    expect((await rejection(verify(artifacts.vkey, bundle.publicSignals, bundle.proof))).path).toBe(`publicSignals[${index}]`);
    expect(() => parseBundle(JSON.parse(serializeBundle(bundle)))).toThrow(`publicSignals.${name}`);
    expect((await rejection(verifyOnChain(bundle))).message).toBe(`PublicSignalNotInField(${index})`);
    const early: Partial<Record<PublicSignalName, string>> = { portfolioCommitment: "PublicSignalNotInField", claim: "InvalidClaim" };
    expect(await refusedWith(submit(bundle))).toBe(early[name] ?? CHECKS[name]);
  });

  it.each<Partial<Claim>>([{ asOf: 0 }, { sequence: 3 }, { minRatioBps: 10_001n as Bps }, { level: "MM" }, { minAssurance: "venue-signed" }])("the claim's part %o is refused by the proof alone", async (change) => {
    const { claim } = proved.bundle.publicSignals;
    const other = packClaim({ ...unpackClaim(claim), ...change });
    expect(other).not.toBe(claim);
    const bundle = withSignal("claim", other - claim);
    expect(await verify(artifacts.vkey, bundle.publicSignals, bundle.proof)).toBe(false);
    expect(await refusedWith(verifyOnChain(bundle))).toBe("InvalidProof");
  });
});
