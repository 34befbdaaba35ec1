import { BITS, FIELD } from "../units.ts";
import { signalTable, type SignalRow, type Signals } from "./signal-table.ts";

/** Public signals of circuits/account-set-growth.circom, in its order; the others that a key takes are zeros. */
export const GROWTH_SIGNALS = [
  { name: "accountSet", limit: FIELD, range: "field", meaning: "the subject's registered venue accounts, salted" },
  { name: "grownSet", limit: FIELD, range: "field", meaning: "the set that holds all of them, under another salt, to be registered in its place" },
  { name: "subject", limit: 1n << BigInt(BITS.claimSubject), range: `[0, 2^${BITS.claimSubject})`, meaning: "the address whose set it is" },
] as const satisfies readonly SignalRow[];

export type GrowthSignalName = (typeof GROWTH_SIGNALS)[number]["name"];
export type GrowthSignals = Signals<GrowthSignalName>;

/** Reads and writes them: by name, and in the order of a key with zeros behind them. */
export const growthSignals = signalTable<GrowthSignalName>(GROWTH_SIGNALS);
