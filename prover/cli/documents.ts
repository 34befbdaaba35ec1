/** Reading the JSON documents a command is given. Whatever is wrong in one names the file before the place. */
import { existsSync, readFileSync } from "node:fs";
import { MarginProofError } from "../errors.ts";
import { parseAnyBundle, type AnyBundle } from "../proof/any-bundle.ts";
import { parseBundle, type ProofBundle } from "../proof/bundle.ts";
import { policyNames, readPolicy } from "../import/shipped-policies.ts";
import { parseBook, type Book } from "../risk/book.ts";
import { parseMarket, type Market } from "../risk/market.ts";
import { parsePolicy, type Policy } from "../risk/policy.ts";
import { parseRegistry } from "../statement/registry-json.ts";
import type { AttesterRegistry } from "../statement/attester-registry.ts";
import { parseStatement, type SignedStatement } from "../statement/signed-statement.ts";

/** @throws UnreadableFile; whatever `parse` throws, with the file's name in front of the path */
export function readDocument<T>(file: string, parse: (json: unknown) => T): T {
  const json = parseJson(file, readText(file));
  try {
    return parse(json);
  } catch (error) {
    throw inFile(file, error);
  }
}

export const readMarket = (file: string): Market => readDocument(file, parseMarket);
export const readBook = (file: string): Book => readDocument(file, parseBook);
export const readRegistry = (file: string): AttesterRegistry => readDocument(file, parseRegistry);
export const readStatement = (file: string): SignedStatement => readDocument(file, parseStatement);
export const readBundle = (file: string): ProofBundle => readDocument(file, parseBundle);
export const readAnyBundle = (file: string): AnyBundle => readDocument(file, parseAnyBundle);

/** A policy file, or the name of one that comes with the package. @throws as `readDocument`, with those names in the remedy of a file that is not there */
export function readPolicyOption(fileOrName: string): Policy {
  const shipped = readPolicy(fileOrName);
  if (shipped !== undefined) return shipped;
  if (existsSync(fileOrName)) return readDocument(fileOrName, parsePolicy);
  throw new MarginProofError("UnreadableFile", "neither a file nor a policy that comes with the package", { path: fileOrName, hint: `name a file, or one of ${policyNames().join(", ")}` });
}

/** For `catch`: throws the error with `file` in front of its path. */
export function rethrowIn(file: string): (error: unknown) => never {
  return (error) => {
    throw inFile(file, error);
  };
}

/** The error with `file` in front of its path; anything but a refusal as it is. */
function inFile(file: string, error: unknown): unknown {
  if (!(error instanceof MarginProofError)) return error;
  const { code, reason, path, hint } = error;
  return new MarginProofError(code, reason, { path: path === undefined ? file : `${file}, ${path}`, hint, cause: error });
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw new MarginProofError("UnreadableFile", "cannot be read", { path: file, hint: "check that the file exists and may be read", cause });
  }
}

function parseJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Without the parser's own message and cause: it quotes the text, which may be private.
    throw new MarginProofError("UnreadableFile", "not JSON", { path: file, hint: "give the file as the command that made it wrote it" });
  }
}
