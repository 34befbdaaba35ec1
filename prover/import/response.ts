/** Saved JSON-RPC responses of a venue: envelope off, list of records out, every record with the path errors will name. */
import type { z } from "zod";
import { MarginProofError } from "../errors.ts";
import { parseDecimal } from "../numeric/decimal.ts";
import { readJson } from "../risk/schema.ts";
import { parseLosslessJson, type LosslessJson } from "./lossless-json.ts";
import { pathIn, type SourceText } from "./source-text.ts";

/** A part of a response and where it is: `get_positions.BTC.json, result[3]`. Numbers are decimal strings. */
export interface Located {
  readonly value: LosslessJson;
  readonly path: string;
}

export interface OpenResponse extends Located {
  /** Unix milliseconds at which the venue answered (`usOut`), when the envelope says so. */
  readonly answeredAt: number | undefined;
}

/**
 * The content of a response: of a `{jsonrpc, result, …}` envelope its result, of anything else the whole.
 * @throws UnreadableFile if it is not JSON; VenueError if it is an error envelope
 */
export function openResponse(response: SourceText): OpenResponse {
  const body = parseLosslessJson(response.text, response.name === "" ? undefined : response.name);
  if (!isRecord(body)) return { value: body, path: response.name, answeredAt: undefined };
  if (body["error"] !== undefined && body["error"] !== null) throw venueError(body, response);
  if (body["result"] === undefined) return { value: body, path: response.name, answeredAt: undefined };
  return { value: body["result"], path: pathIn(response, "result"), answeredAt: milliseconds(body["usOut"], 1000n) };
}

/** The records of a response: the items of a list, or the one object there is. @throws InvalidSchema for anything else */
export function recordsOf({ value, path }: Located): Located[] {
  if (Array.isArray(value)) return value.map((item, i) => ({ value: item, path: `${path}[${i}]` }));
  if (isRecord(value)) return [{ value, path }];
  throw new MarginProofError("InvalidSchema", "expected a list or an object", {
    path,
    hint: "save the venue's whole response, or its `result`, unchanged",
  });
}

/** Reads one record with a schema. @throws InvalidSchema with the path of the field */
export function readRecord<S extends z.ZodType>(schema: S, record: Located): z.output<S> {
  return readJson(schema, record.value, record.path);
}

/** A whole number of units, `unitsPerMillisecond` of them, as unix milliseconds; undefined for anything else. */
export function milliseconds(text: LosslessJson | undefined, unitsPerMillisecond = 1n): number | undefined {
  return typeof text === "string" && /^[0-9]{1,18}$/.test(text) ? Number(BigInt(text) / unitsPerMillisecond) : undefined;
}

/** The oldest of these times as unix seconds, rounded down: a collection is as old as the oldest part of it. */
export function oldestSecond(times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.floor(Math.min(...known) / 1000);
}

export function isRecord(value: LosslessJson): value is { [key: string]: LosslessJson } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function venueError(body: { [key: string]: LosslessJson }, response: SourceText): MarginProofError {
  const error = body["error"]!;
  const detail = isRecord(error) ? error : { code: error, message: body["message"] };
  const shown = [detail["code"], detail["message"]].filter((part) => typeof part === "string").map((part) => part.slice(0, 100));
  return new MarginProofError("VenueError", `the venue answered with an error: ${JSON.stringify(shown.join(" "))}`, {
    path: pathIn(response, "error"),
    hint: "repeat the request (private methods need an access token with read scope) and save its result",
  });
}

/** An amount that has to be there. @throws InvalidSchema when it is not; InvalidDecimal */
export function requiredDecimal(text: string | null | undefined, decimals: number, path: string): bigint {
  if (text !== undefined && text !== null) return parseDecimal(text, decimals, path);
  throw new MarginProofError("InvalidSchema", "missing", { path, hint: "import the venue's whole response, unchanged" });
}
