/** What a type on the page admits and what it does not, as JSON values at its very edges. */
import { formatDecimal } from "../../prover/numeric/decimal.ts";

export interface Probes {
  readonly admits: readonly unknown[];
  readonly refuses: readonly unknown[];
}

/** Of numbers in general: JSON numbers, exponents, a digit too many. */
const noNumbers = (decimals: number): readonly unknown[] => [1, "1e0", "+1", "", null, `0.${"0".repeat(decimals)}1`];
const times = 2 ** 32;

/** @throws Error for a type that is not in the page's list of types */
export function probesOf(type: string): Probes {
  const nullable = / or null$/.exec(type);
  if (nullable !== null) return withNull(probesOf(type.slice(0, nullable.index)));
  const words = [...type.matchAll(/"([^"]+)"/g)].map(([, word]) => word!);
  if (words.length > 0 && type.endsWith("or list of time")) return { admits: [...words, [1, 2], [0, times - 1]], refuses: ["none", [], [1], [-1, 1], [1, times], "1"] };
  if (words.length > 0 && type === words.map((word) => `"${word}"`).join(" ")) return { admits: words, refuses: ["other", "", 1, null, words[0]!.toUpperCase()] };
  const [, low, from, to, high] = /^([[(])(-?[\d.]+), (-?[\d.]+)([\])])$/.exec(type) ?? [];
  if (low !== undefined) return interval(scaled(from!), scaled(to!), low === "[", high === "]");
  const [, kind, inner] = /^(list of|by name:|level) (.+)$/.exec(type) ?? [];
  if (kind === "level") return level(probesOf(inner!));
  if (kind === "by name:") return mapped(probesOf(inner!), (each) => ({ BTC: each }), [[], null]);
  if (kind === "list of" && inner === "instrument kinds") return mapped(probesOf('"cash" "spot" "perpetual" "future" "option"'), (each) => [each], [[], "cash"]);
  if (kind === "list of" && inner === "time") return mapped(probesOf("time"), (each) => [each], [[], 1]);
  if (kind === "list of") return mapped(probesOf(inner!), (each) => [each], [{}, "1"]);
  const [, least, most] = /^integer (?:≥ )?(\d+)(?: to (\d+))?$/.exec(type) ?? [];
  if (least !== undefined) return integers(Number(least), most === undefined ? null : Number(most));
  const found = NAMED[type];
  if (found === undefined) throw new Error(`no such type on the page: ${type}`);
  return found;
}

const NAMED: Readonly<Record<string, Probes>> = {
  boolean: { admits: [true, false], refuses: [0, "true", null] },
  text: { admits: ["", "any text"], refuses: [1, null] },
  name: { admits: ["a", "BTC-28NOV26", "x".repeat(64)], refuses: ["", "__proto__", "two words", "é", "x".repeat(65), 1, null] },
  names: { admits: [["a"], ["a", "b"]], refuses: [[], ["two words"], "a", null] },
  time: integers(0, times - 1),
  real: { admits: ["0", `-0.${"0".repeat(26)}1`, "1000000000000", "-1000000000000"], refuses: [`0.${"0".repeat(27)}1`, `1000000000000.${"0".repeat(26)}1`, 1, null] },
  price: price("0.00000001", []),
  "price > 0": price("0.00000001", ["0"]),
  "price ≥ 0": price("0", []),
  "quantity > 0": price("0.00000001", ["0"]),
  "quantity ≠ 0": { admits: [...price("0.00000001", []).admits, "-184467440737.09551615"], refuses: ["0", "-184467440737.09551616", "184467440737.09551616", ...noNumbers(8)] },
  list: { admits: [[]], refuses: [{}, null, "list"] },
  "list ≥ 1": { admits: [], refuses: [[], {}, null] },
  pair: { admits: [], refuses: [[], [{ underlying: "BTC" }], [{ underlying: "BTC" }, { underlying: "ETH" }, { underlying: "SOL" }], null] },
  object: { admits: [], refuses: [[], null, "object", { noSuchField: 1 }] },
  matrix: { admits: [[["1"]], [["1", "-1"], ["-1", "1"]]], refuses: [[["1.000000001"]], [["-1.000000001"]], ["1"], "1"] },
  sets: { admits: [["medium"], ["high", "low", "one"]], refuses: [[], ["medium", "medium"], ["other"], "medium"] },
};

/** Two levels in the right order pass, in the wrong one, or alone, they do not. */
function level({ admits, refuses }: Probes): Probes {
  const [least, most] = [admits[0], admits.at(-1)];
  const alone = [{ MM: least }, { IM: most }, least, { MM: least, IM: most, XM: most }];
  return { admits: [{ MM: least, IM: most }, { MM: most, IM: most }], refuses: [{ MM: most, IM: least }, ...alone, ...refuses.flatMap((each) => [{ MM: least, IM: each }, { MM: each, IM: most }])] };
}

function mapped({ admits, refuses }: Probes, wrap: (each: unknown) => unknown, more: readonly unknown[]): Probes {
  return { admits: admits.map(wrap), refuses: [...refuses.map(wrap), ...more] };
}

const withNull = ({ admits, refuses }: Probes): Probes => ({ admits: [...admits, null], refuses: refuses.filter((each) => each !== null) });

function interval(from: bigint, to: bigint, closedBelow: boolean, closedAbove: boolean): Probes {
  const text = (value: bigint): string => formatDecimal(value, 9, { trim: true });
  const ends = [closedBelow ? from : from + 1n, closedAbove ? to : to - 1n];
  return { admits: ends.map(text), refuses: [text(ends[0]! - 1n), text(ends[1]! + 1n), ...noNumbers(9)] };
}

function integers(least: number, most: number | null): Probes {
  return { admits: [least, most ?? 2 ** 40], refuses: [least - 1, ...(most === null ? [] : [most + 1]), least + 0.5, String(least), null] };
}

function price(least: string, refuses: readonly string[]): Probes {
  return { admits: [least, "184467440737.09551615"], refuses: [...refuses, "-0.00000001", "184467440737.09551616", ...noNumbers(8)] };
}

function scaled(text: string): bigint {
  const [whole, fraction = ""] = text.split(".") as [string, string?];
  return BigInt(whole + fraction.padEnd(9, "0"));
}
