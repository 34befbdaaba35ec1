import type { Json } from "../risk/schema.ts";

/**
 * What a keeper tells: one line each for people, one JSON object each for machines. None holds a key, a salt or a position; warnings
 * of the margin, and a hedge where one is asked for, are for the subject's own eyes.
 */
export type EventName =
  // files and the chain
  | "file" | "trouble" | "rpc"
  // proving and sending
  | "decided" | "proved" | "sent" | "rebroadcast" | "mined" | "reorged" | "closed"
  // what a person should know
  | "watching" | "warning" | "hedge" | "stopping"
  // liquidation
  | "subject";

export type EventFacts = { readonly [fact: string]: Json };

export type EventSink = (event: EventName, facts: EventFacts) => void;
