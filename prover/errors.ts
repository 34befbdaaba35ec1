/**
 * Every failure a user can cause carries a code from this union, the path of the offending datum, and a remedy.
 * Codes are stable: scripts and the contracts' error names rely on them.
 */
export type ErrorCode =
  // reading
  | "InvalidDecimal" | "OutOfRange" | "InvalidSchema" | "UnreadableFile" | "VenueError"
  // risk inputs
  | "InvalidPolicy" | "InvalidMarket" | "InvalidBook" | "UnknownInstrument" | "UnsupportedInstrument" | "MissingMark" | "WrongCurrency" | "DuplicatePosition" | "NoHedge"
  // commitments and statements
  | "SnapshotMismatch" | "TreeFull" | "InvalidPoint" | "InvalidSignature" | "UnknownAttester" | "StatementMismatch"
  // proving and verifying
  | "BookTooLarge" | "Unhealthy" | "Healthy" | "ArtifactMismatch" | "ArtifactMissing" | "InvalidPublicSignals" | "InvalidBundle" | "ProofRejected" | "ProvingFailed"
  // set-up
  | "InvalidR1cs" | "UnsafeKey"
  // chain
  | "ChainError" | "ContractRefused" | "LocalKeyOnPublicNetwork"
  // keeping watch
  | "RpcUnavailable" | "WrongChain" | "StaleNode" | "KeeperRunning" | "InvalidJournal"
  // command line
  | "UsageError" | "FileExists" | "UnwritableFile";

export interface ErrorDetails {
  /** Where the problem is, e.g. `positions[3].quantity`. */
  path?: string | undefined;
  /** What to do about it. */
  hint?: string | undefined;
  cause?: unknown;
}

/** The one class of refusal. Anything else that is thrown is a defect. */
export class MarginProofError extends Error {
  override readonly name = "MarginProofError";
  readonly code: ErrorCode;
  /** The message without the path, for readers that know a longer path. */
  readonly reason: string;
  readonly path: string | undefined;
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(details.path === undefined ? message : `${details.path}: ${message}`, { cause: details.cause });
    this.code = code;
    this.reason = message;
    this.path = details.path;
    this.hint = details.hint;
  }

  toJSON(): { code: ErrorCode; message: string; path?: string; hint?: string } {
    return {
      code: this.code,
      message: this.message,
      ...(this.path === undefined ? {} : { path: this.path }),
      ...(this.hint === undefined ? {} : { hint: this.hint }),
    };
  }
}
