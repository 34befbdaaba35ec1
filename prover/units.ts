/**
 * The one table of scales and bit widths. Circuits, contracts and documentation are checked against it by tests.
 *
 * | type     | unit            | sign     | used for                                            |
 * |----------|-----------------|----------|-----------------------------------------------------|
 * | Quantity | 1e-8 contract   | signed   | positions; magnitude below 2^64, never zero         |
 * | Price    | 1e-8 quote unit | signed   | prices, marks, per-unit P&L and per-unit charges    |
 * | Value    | 1e-16 quote     | signed   | quantity × price: totals, equity, requirement       |
 * | Usd      | 1e-8 quote unit | unsigned | on-chain collateral                                 |
 * | Factor   | 1e-9            | signed   | rates, haircuts, weights, volatilities, multipliers |
 * | Bps      | 1e-4            | unsigned | the claimed ratio                                   |
 */
declare const unit: unique symbol;
type Branded<Name extends string> = bigint & { readonly [unit]: Name };

export type Quantity = Branded<"Quantity">;
export type Price = Branded<"Price">;
export type Value = Branded<"Value">;
export type Usd = Branded<"Usd">;
export type Factor = Branded<"Factor">;
export type Bps = Branded<"Bps">;

/** Decimal places of each unit. */
export const DECIMALS = { quantity: 8, price: 8, value: 16, usd: 8, factor: 9, bps: 4 } as const;

/** Integers per unit: 10^DECIMALS. */
export const SCALE = {
  quantity: 10n ** 8n,
  price: 10n ** 8n,
  value: 10n ** 16n,
  usd: 10n ** 8n,
  factor: 10n ** 9n,
  bps: 10n ** 4n,
} as const;

/** Bit widths of everything that enters a circuit. `total` is a multiple of 3: totals are read in 3-bit windows. */
export const BITS = {
  quantity: 64,
  /** Per-unit entries of a risk vector, magnitude. */
  entry: 64,
  /** Totals: losses, slacks and charges are in [0, 2^90), equity in [-2^89, 2^89). */
  total: 90,
  collateral: 64,
  time: 32,
  sequence: 32,
  count: 16,
  claimSubject: 160,
  claimSequence: 36,
  claimRatio: 20,
  assurance: 2,
  lossFactor: 34,
  salt: 248,
  identifier: 248,
} as const;

/** Order of the BN254 scalar field, in which circuits compute. */
export const FIELD = 21888242871839275222246405745257275088548364400416034343698204186575808495617n;

/** Margin level of a claim: maintenance or initial. */
export type Level = "MM" | "IM";
