import type { EventFacts, EventSink } from "../keeper/events.ts";
import type { Json } from "../risk/schema.ts";
import { formatTime } from "../chain/time-text.ts";
import type { Terminal } from "./terminal.ts";

/** Events as they happen: a line for people, or with `isJson` a line of JSON for machines. */
export function eventLines(terminal: Terminal, isJson: boolean, now: () => number): EventSink {
  return (event, facts) => {
    const time = formatTime(now());
    terminal.print(isJson ? `${JSON.stringify({ time, event, ...facts })}\n` : `${time}  ${event.padEnd(11)}  ${sentence(facts)}\n`);
  };
}

/** `attempt 3, sequence 12`; what is a sentence by itself comes without its name. Line breaks in what nodes and files say do not break ours. */
function sentence(facts: EventFacts): string {
  return Object.entries(facts).map(([name, value]) => (BARE.has(name) ? plain(value) : `${words(name)} ${plain(value)}`)).join(", ").replaceAll(/\s*\n\s*/g, " | ");
}

const BARE = new Set(["code", "message", "problem", "reason", "outcome", "proposal", "hint"]);

const words = (name: string): string => name.replaceAll(/([A-Z])/g, (letter) => ` ${letter.toLowerCase()}`);

const plain = (value: Json): string => (Array.isArray(value) ? value.join(" | ") : String(value));
