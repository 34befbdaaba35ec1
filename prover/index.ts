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
export { parsePolicy, policyJson, policyProblems } from "./risk/policy.ts";
export type { Charges, Haircut, NettingSet, PerLevel, Policy, Scenario, VolDirection, VolShock, VolShockKind, VolShockOverride } from "./risk/policy.ts";
export { policyMarketProblems } from "./risk/policy-market.ts";
export { policyTable } from "./risk/policy-table.ts";
export { policyWithHistory } from "./risk/policy-history.ts";
export type { HistoricalTail, PolicyTitle } from "./risk/policy-history.ts";
export { policyNames, readPolicy } from "./import/shipped-policies.ts";
export { bookJson, parseBook } from "./risk/book.ts";
export type { Account, Book, Position } from "./risk/book.ts";
export type { Json } from "./risk/schema.ts";

// Importers
export { assembleBook } from "./import/accounts.ts";
export { exportCsv, importCsv } from "./import/csv.ts";
export { importHistory } from "./import/history-csv.ts";
export type { ClosingHistory, HistoryReading } from "./import/history-csv.ts";
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
export { scenarioSummary } from "./risk/scenario-summary.ts";
export type { FactorSummary, ScenarioSummary, TailSetSummary } from "./risk/scenario-summary.ts";
export { scenarioSummaryJson, scenarioTable } from "./risk/scenario-table.ts";
export { comparisonTable } from "./risk/comparison-table.ts";
export { black76Greeks } from "./risk/black76-greeks.ts";
export type { Black76State } from "./risk/black76-greeks.ts";
export { bookGreeks, listingGreeks } from "./risk/greeks.ts";
export type { Greeks, UnderlyingGreeks } from "./risk/greeks.ts";
export { greeksJson, greeksTable } from "./risk/greeks-table.ts";
export { compareMargins, marginComparisonJson } from "./risk/margin-comparison.ts";
export type { MarginComparison, PolicyMargin } from "./risk/margin-comparison.ts";
export { marginReport } from "./risk/margin-report.ts";
export type { BindingShare, ChargeTotal, ExposureReport, MarginReport, MarginTerms, NettingSetReport, PositionReport, RuleEffect, TailSetReport } from "./risk/margin-report.ts";
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
export { HEDGE_MEASURES } from "./risk/hedge/hedge.ts";
export type { Hedge, HedgeFigures, HedgeMeasure, HedgeProposal, HedgeRequest, HedgeSearch, HedgeTrade } from "./risk/hedge/hedge.ts";
export { hedgeProposal, withTrades } from "./risk/hedge/hedge-proposal.ts";
export { hedgeJson, parseHedge } from "./risk/hedge/hedge-json.ts";
export { hedgeTable } from "./risk/hedge/hedge-table.ts";

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
export { allTiers, breachTier, growthParameters, readTiers, statementKind, tierParameters } from "./proof/tiers.ts";
export type { AnyParameters, ArtifactOptions, GrowthParameters, StatementKind, TierParameters } from "./proof/tiers.ts";
export { tierFor, tierForMarket } from "./proof/tier-fit.ts";
export type { TierChoice } from "./proof/tier-fit.ts";
export { policySizes } from "./proof/policy-sizes.ts";
export type { PolicySizes } from "./proof/policy-sizes.ts";
export { loadArtifacts, loadVerifyingArtifacts } from "./proof/artifacts.ts";
export type { Artifacts, VerifyingArtifacts } from "./proof/artifacts.ts";
export type { ArtifactLock } from "./proof/artifact-lock.ts";
export { claimFor, packClaim, unpackClaim } from "./proof/claim.ts";
export type { Claim } from "./proof/claim.ts";
export { proveMargin } from "./proof/prove-margin.ts";
export type { ProvedMargin } from "./proof/prove-margin.ts";
export type { ProvingRequest } from "./proof/proving-request.ts";
export { proveAccountSetGrowth } from "./proof/account-set-growth.ts";
export type { GrowthRequest } from "./proof/account-set-growth.ts";
export { withCurve } from "./proof/curve-session.ts";

// Bundles and checking them
export { bundleJson, parseBundle, serializeBundle } from "./proof/bundle.ts";
export type { ArtifactDigests, Groth16Proof, ProofBundle, ProofParts } from "./proof/bundle.ts";
export { growthBundleJson, parseGrowthBundle, serializeGrowthBundle } from "./proof/growth-bundle.ts";
export type { GrowthBundle } from "./proof/growth-bundle.ts";
export { parseAnyBundle } from "./proof/any-bundle.ts";
export type { AnyBundle } from "./proof/any-bundle.ts";
export { GROWTH_SIGNALS, growthSignals } from "./proof/growth-signals.ts";
export type { GrowthSignalName, GrowthSignals } from "./proof/growth-signals.ts";
export { orderedSignals, parseSignals, PUBLIC_SIGNALS, signalsFromOrder, signalsJson } from "./proof/public-signals.ts";
export type { PublicSignalName, PublicSignals, PublicSignalsJson } from "./proof/public-signals.ts";
export { checkBundle } from "./proof/check-bundle.ts";
export type { BundleContext, CheckedBundle, CheckedGrowth } from "./proof/check-bundle.ts";
export { snarkjsFiles } from "./proof/snarkjs-files.ts";
export type { VerificationKey } from "./proof/verification-key.ts";

// Keys for trials
export { localSetup } from "./setup/local-setup.ts";
export type { LocalSetupOptions } from "./setup/local-setup.ts";
export { readR1cs } from "./setup/r1cs.ts";
export type { R1cs } from "./setup/r1cs.ts";

// Chain
export { attestersCall, confirmRootCall, readAttesterKey, readAttesterRoot, revokeKeyCall, revokeRootCall } from "./chain/attester-control.ts";
export { policyId, solidityProof, submitArguments, tierId } from "./chain/calldata.ts";
export type { SolidityProof } from "./chain/calldata.ts";
export { previewCall, sendCall } from "./chain/calls.ts";
export type { Call, Submission } from "./chain/calls.ts";
export { depositCalls, escrowOf, pledgeCall, readCollateral, withdrawCall } from "./chain/collateral.ts";
export type { CollateralStatus, Escrow } from "./chain/collateral.ts";
export { contractArtifact, contractAt } from "./chain/contracts.ts";
export type { ContractArtifact, ContractName } from "./chain/contracts.ts";
export { decisionCall, decisionJson, gatherDecision, parseDecision, serializeDecision, signDecision } from "./chain/decision.ts";
export type { Decision, GatheredDecision, SignedDecision } from "./chain/decision.ts";
export { checkDeployment, parseDeployment, serializeDeployment } from "./chain/deployment.ts";
export type { DeploymentFinding, DeploymentRecord } from "./chain/deployment.ts";
export { AUCTION_TERMS, bidInAuction, cancelLiquidation, giveNotice, liquidatable, PAR, readAuction, startAuction, takeOverPledge } from "./chain/liquidation.ts";
export type { Auction, AuctionAction, AuctionPhase, AuctionQuery, AuctionTerms, Bid } from "./chain/liquidation.ts";
export { announceRotation, applyRotation, cancelRotation, pause, rearmBreaker, removePublisher, replaceBlockedSet, resume, revokeSnapshot, tripBreaker } from "./chain/oracle-control.ts";
export type { PublisherPlan } from "./chain/oracle-control.ts";
export { readPolicyStatus, readPublishers, TRIP_REASONS } from "./chain/oracle-status.ts";
export type { AnnouncedSet, PolicyStatus, PublisherStatus, TripReason } from "./chain/oracle-status.ts";
export { publicationHash, publicationOf } from "./chain/publication.ts";
export type { OracleDomain, Publication, PublishedSpot } from "./chain/publication.ts";
export { parsePublicationSignature, publicationSignatureJson, serializePublicationSignature } from "./chain/publication-json.ts";
export { gatherSignatures, signPublication, verifyPublicationSignature } from "./chain/publication-signature.ts";
export type { GatheredPublication, PublisherSignature, SignedPublication } from "./chain/publication-signature.ts";
export { relayRevocation, relayRotation, signRevocation, signRotation, signVeto, vetoRotation } from "./chain/publisher-decisions.ts";
export type { Revocation, Rotation, Veto } from "./chain/publisher-decisions.ts";
export { publishAttesters, publishSigned, voteForSnapshot } from "./chain/publish.ts";
export { DEFAULT_BREAKER, snapshotTerms } from "./chain/snapshot-terms.ts";
export type { BreakerTerms, SnapshotPlan } from "./chain/snapshot-terms.ts";
export { announceRelease, cancelRelease, executeRelease, growAccountSet, readAccountSetStatus, registerAccountSet, RELEASE_STEPS, releaseCall } from "./chain/register.ts";
export type { AccountSetGrowth, AccountSetStatus, RegisterOptions, ReleaseStep } from "./chain/register.ts";
export { readHealth } from "./chain/status.ts";
export type { Health, StatusOptions } from "./chain/status.ts";
export { prepareKey } from "./chain/prepare.ts";
export { submitBundle, submitBundles } from "./chain/submit.ts";
export type { SubmitOptions } from "./chain/submit.ts";

// Keeping watch
export { systemClock } from "./keeper/clock.ts";
export type { Clock } from "./keeper/clock.ts";
export { creditorPort } from "./keeper/creditor-port.ts";
export type { CreditorOptions } from "./keeper/creditor-port.ts";
export { decide } from "./keeper/decide.ts";
export type { Action, AttemptFacts, EvidenceFacts, Pace, Situation } from "./keeper/decide.ts";
export { decideLiquidation } from "./keeper/decide-liquidation.ts";
export type { LiquidationLimits, LiquidationMeans, LiquidationStep } from "./keeper/decide-liquidation.ts";
export type { KeeperSubject } from "./keeper/evidence.ts";
export type { EventFacts, EventName, EventSink } from "./keeper/events.ts";
export { hedgeSearch } from "./keeper/hedge-search.ts";
export { Inbox } from "./keeper/inbox.ts";
export { Journal } from "./keeper/journal.ts";
export { keep } from "./keeper/keep.ts";
export type { KeepOptions, Pass, Rounds } from "./keeper/keep.ts";
export { Keeper, keeperFiles } from "./keeper/keeper.ts";
export type { KeeperParts, KeeperSettings } from "./keeper/keeper.ts";
export { LiquidationLog } from "./keeper/liquidation-log.ts";
export type { LiquidationPort, LiquidationState } from "./keeper/liquidation-port.ts";
export { Liquidator, liquidatorFiles } from "./keeper/liquidator.ts";
export type { LiquidatorParts, LiquidatorSettings } from "./keeper/liquidator.ts";
export { lockFile } from "./keeper/lock-file.ts";
export type { FileLock } from "./keeper/lock-file.ts";
export type { HedgePort, HedgeQuestion, ProverPort, RegistryPort, TransactionPort } from "./keeper/ports.ts";
export { registryPort } from "./keeper/registry-port.ts";
export { PooledProvider } from "./keeper/rpc.ts";
export type { RpcOptions } from "./keeper/rpc.ts";
export { tierProver } from "./keeper/tier-prover.ts";
export { walletPort } from "./keeper/wallet-port.ts";
