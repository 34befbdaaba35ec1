/** Tables of amounts for people. Amounts are shown to the cent; each caller rounds against the holder. */
import Table from "cli-table3";
import { formatDecimal } from "../numeric/decimal.ts";
import { divDown } from "../numeric/rounding.ts";
import { DECIMALS, SCALE, type Factor, type Value } from "../units.ts";

/** A table as plain text. Columns from `numbersFrom` on are numbers, aligned right. */
export function amountTable(head: readonly string[], rows: readonly (readonly string[])[], numbersFrom: number): string {
  const colAligns = head.map((_, column) => (column < numbersFrom ? ("left" as const) : ("right" as const)));

  const made = new Table({ head: [...head], colAligns, style: { head: [], border: [], compact: true } });
  made.push(...rows.map((row) => [...row]));
  return made.toString();
}

/** Text from a document for a terminal: what is not to be seen, such as the start of an escape sequence, becomes `�`. */
export const printable = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}]/gu, "�");

/** Printable lines of whole words, as long as `width` allows. */
export function wrappedText(text: string, width: number): string[] {
  return text.split(/\s+/).map(printable).filter((word) => word !== "").reduce<string[]>((lines, word) => {
    const last = lines.at(-1);
    return last === undefined || last.length + 1 + word.length > width ? [...lines, word] : [...lines.slice(0, -1), `${last} ${word}`];
  }, []);
}

/** To the cent, rounded down: values, excess, savings. */
export const amountDown = (value: Value): string => formatDecimal(value, DECIMALS.value, { digits: 2, round: "down", group: true });
/** To the cent, rounded up: losses, charges, requirements. */
export const amountUp = (value: Value): string => formatDecimal(value, DECIMALS.value, { digits: 2, round: "up", group: true });
/** A ratio in basis points as `120.00 %`; null when nothing is required. */
export const ratioText = (bps: bigint | null): string => (bps === null ? "nothing required" : `${formatDecimal(bps, DECIMALS.bps - 2)} %`);
/** A share or rate as a percentage, exact: `0.075` is `7.5 %`. */
export const percentText = (share: Factor): string => `${formatDecimal(share, DECIMALS.factor - 2, { trim: true })} %`;
/** A multiplier as the move it is, `−18 %`: exact, or rounded down to so many digits. */
export function moveText(multiplier: Factor, digits?: number): string {
  const exact = DECIMALS.factor - 2;
  const move = divDown(multiplier - SCALE.factor, 10n ** BigInt(exact - (digits ?? exact)));
  const sign = move > 0n ? "+" : move < 0n ? "−" : "";
  return `${sign}${formatDecimal(move < 0n ? -move : move, digits ?? exact, { trim: digits === undefined })} %`;
}
