/**
 * The public interface of zk-margin-health, in the order of its data flow: market and policy → risk → margin report → snapshot →
 * signed statements → proof bundle → chain. Documents are read by `parse…`, written by `…Json` and `serialize…`.
 * Everything that a user can cause to fail throws `MarginProofError`, with a code, the path of the datum and a remedy.
 */

// Errors, progress, units
export { MarginProofError } from "./errors.ts";
export type { ErrorCode, ErrorDetails } from "./errors.ts";
export type { Progress } from "./progress.ts";
export { BITS, DECIMALS, FIELD, SCALE } from "./units.ts";
export type { Bps, Factor, Level, Price, Quantity, Usd, Value } from "./units.ts";
export { parseBps, parseFactor, parsePrice, parseQuantity, parseUsd } from "./numeric/amounts.ts";
export { formatDecimal, parseDecimal } from "./numeric/decimal.ts";
export type { FormatOptions } from "./numeric/decimal.ts";

// Markets, policies, books
export { instrumentJson, parseInstrument } from "./risk/instruments.ts";
export type { Cash, Future, Instrument, InstrumentKind, Option, Perpetual, Settlement, Spot } from "./risk/instruments.ts";
export { marketJson } from "./risk/market-json.ts";
export { parseMarket } from "./risk/market.ts";
export type { CurrencyPrice, Listing, Market, MarketExpiry, Underlying } from "./risk/market.ts";
export type { FlatSurface, PointSurface, SviSurface, VolSurface } from "./risk/vol-surface.ts";
export { parsePolicy, policyJson } from "./risk/policy.ts";
export type { Charges, Haircut, NettingSet, PerLevel, Policy, Scenario, VolDirection, VolShock } from "./risk/policy.ts";
export { policyNames, readPolicy } from "./import/shipped-policies.ts";
export { bookJson, parseBook } from "./risk/book.ts";
export type { Account, Book, Position } from "./risk/book.ts";
export type { Json } from "./risk/schema.ts";

// Importers
export { assembleBook } from "./import/accounts.ts";
export { exportCsv, importCsv } from "./import/csv.ts";
export { importDeribitAccount } from "./import/deribit-account.ts";
export type { DeribitAccountResponses } from "./import/deribit-account.ts";
export { readDeribitFolder } from "./import/deribit-folder.ts";
export type { DeribitFolder } from "./import/deribit-folder.ts";
export { importDeribitMarket } from "./import/deribit-market.ts";
export type { DeribitMarketOptions, DeribitMarketResponses } from "./import/deribit-market.ts";
export { restampAccount, restampMarket } from "./import/restamp.ts";
export { readSource } from "./import/source-text.ts";
export type { SourceText } from "./import/source-text.ts";

// Risk and margin
export { instrumentRisk, marketRisk } from "./risk/risk-array.ts";
export type { Charge, ChargeKind, InstrumentRisk, MarketRisk, RiskVector } from "./risk/risk-array.ts";
export { comparisonTable } from "./risk/comparison-table.ts";
export { black76Greeks } from "./risk/black76-greeks.ts";
export type { Black76State } from "./risk/black76-greeks.ts";
export { bookGreeks, listingGreeks } from "./risk/greeks.ts";
export type { Greeks, UnderlyingGreeks } from "./risk/greeks.ts";
export { greeksJson, greeksTable } from "./risk/greeks-table.ts";
export { compareMargins, marginComparisonJson } from "./risk/margin-comparison.ts";
export type { MarginComparison, PolicyMargin } from "./risk/margin-comparison.ts";
export { marginReport } from "./risk/margin-report.ts";
export type { BindingShare, ChargeTotal, ExposureReport, MarginReport, MarginTerms, NettingSetReport, PositionReport, RuleEffect } from "./risk/margin-report.ts";
export { evaluateRules } from "./risk/margin-program.ts";
export type { MarginWorking } from "./risk/margin-program.ts";
export type { ColumnTotals, MarginRules, RiskShape } from "./risk/margin-rules.ts";
export { requireRules } from "./risk/rules-checks.ts";
export { riskPlan } from "./risk/risk-plan.ts";
export type { RiskPlan } from "./risk/risk-plan.ts";
export { marginReportJson } from "./risk/margin-report-json.ts";
export { marginTable } from "./risk/margin-table.ts";
export { scenarioChart } from "./risk/scenario-chart.ts";
export { describeScenario } from "./risk/scenario-text.ts";

// Snapshots
export { shapeOf } from "./commitment/padded-rules.ts";
export { buildSnapshot, marketHash, policyHash } from "./commitment/snapshot.ts";
export type { Snapshot, SnapshotHeader, SnapshotOptions, SnapshotRow } from "./commitment/snapshot.ts";
export { parseSnapshot, serializeSnapshot, snapshotJson, verifySnapshot } from "./commitment/snapshot-json.ts";
export type { Point } from "./commitment/curve.ts";

// Attesters and statements
export { formatAddress, parseAddress } from "./statement/address.ts";
export type { Address } from "./statement/address.ts";
export { AttesterKey } from "./statement/attester-key.ts";
export { ASSURANCES, buildRegistry } from "./statement/attester-registry.ts";
export type { Assurance, Attester, AttesterOpening, AttesterRegistry } from "./statement/attester-registry.ts";
export { attesterJson, parseAttesters, parseRegistry, registryJson, serializeRegistry } from "./statement/registry-json.ts";
export { accountSet } from "./statement/account-set.ts";
export type { AccountName } from "./statement/account-set.ts";
export { scopeOf } from "./statement/scope.ts";
export type { ScopeParts } from "./statement/scope.ts";
export type { Signature } from "./statement/signature.ts";
export { randomSalt, statementHash } from "./statement/statement.ts";
export type { Statement } from "./statement/statement.ts";
export { parseStatement, serializeStatement, signStatement, statementJson, verifyStatement } from "./statement/signed-statement.ts";
export type { SignedStatement } from "./statement/signed-statement.ts";
export { statementAttester } from "./statement/statement-attester.ts";

// Proving
export { breachTier, readTiers, tierParameters } from "./proof/tiers.ts";
export type { ArtifactOptions, TierParameters } from "./proof/tiers.ts";
export { tierFor, tierForMarket } from "./proof/tier-fit.ts";
export { loadArtifacts, loadVerifyingArtifacts } from "./proof/artifacts.ts";
export type { Artifacts, VerifyingArtifacts } from "./proof/artifacts.ts";
export type { ArtifactLock } from "./proof/artifact-lock.ts";
export { claimFor, packClaim, unpackClaim } from "./proof/claim.ts";
export type { Claim } from "./proof/claim.ts";
export { proveMargin } from "./proof/prove-margin.ts";
export type { ProvedMargin } from "./proof/prove-margin.ts";
export type { ProvingRequest } from "./proof/proving-request.ts";
export { withCurve } from "./proof/curve-session.ts";

// Bundles and checking them
export { bundleJson, parseBundle, serializeBundle } from "./proof/bundle.ts";
export type { ArtifactDigests, Groth16Proof, ProofBundle } from "./proof/bundle.ts";
export { orderedSignals, parseSignals, PUBLIC_SIGNALS, signalsFromOrder, signalsJson } from "./proof/public-signals.ts";
export type { PublicSignalName, PublicSignals, PublicSignalsJson } from "./proof/public-signals.ts";
export { checkBundle } from "./proof/check-bundle.ts";
export type { BundleContext, CheckedBundle } from "./proof/check-bundle.ts";
export { snarkjsFiles } from "./proof/snarkjs-files.ts";
export type { VerificationKey } from "./proof/verification-key.ts";

// Keys for trials
export { localSetup } from "./setup/local-setup.ts";
export type { LocalSetupOptions } from "./setup/local-setup.ts";
export { readR1cs } from "./setup/r1cs.ts";
export type { R1cs } from "./setup/r1cs.ts";

// Chain
export { policyId, solidityProof, submitArguments, tierId } from "./chain/calldata.ts";
export type { SolidityProof } from "./chain/calldata.ts";
export { contractArtifact, contractAt } from "./chain/contracts.ts";
export type { ContractArtifact, ContractName } from "./chain/contracts.ts";
export { deployProtocol } from "./chain/deploy.ts";
export type { Deployment, DeploymentPlan, PolicyTerms } from "./chain/deploy.ts";
export { publishAttesters, voteForSnapshot } from "./chain/publish.ts";
export { registerAccountSet } from "./chain/register.ts";
export type { RegisterOptions } from "./chain/register.ts";
export { readHealth } from "./chain/status.ts";
export type { Health, StatusOptions } from "./chain/status.ts";
export { submitBundle } from "./chain/submit.ts";
export type { Submission, SubmitOptions } from "./chain/submit.ts";
