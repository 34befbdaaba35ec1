/**
 * The published portfolio-margin model a second time, in double precision: written from its description, straight from a case's decimals, and
 * sharing nothing with the engine. Every figure is within about 1e-14 of what the account holds, long and short, or 1e-13 of itself.
 */
export interface CaseFile {
  readonly name: string;
  readonly model: "pmrm2";
  readonly policy: {
    readonly scenarios: readonly { readonly spot: string; readonly vol: "up" | "down" | "none" | "linear" | "abs"; readonly damp: string }[];
    readonly volShock: Record<"up" | "down" | "shortPower" | "longPower" | "dteFloorDays" | "minShockedVol", string>;
    readonly lossFactor: Record<"MM" | "IM", string>;
    readonly staticDiscount: Record<"longBase" | "shortBase" | "longRateMult" | "longRateAdd" | "shortRateMult" | "shortRateAdd", string>;
    readonly basis: Record<"up" | "down" | "add" | "mult", string>;
    readonly contingency: Record<
      "perpMM" | "perpIM" | "optionMM" | "optionIM" | "pegThreshold" | "pegFactor" | "confidenceThreshold" | "confidenceMargin",
      string
    >;
    readonly skew: Record<"linearBase" | "linearCap" | "absBase" | "absCap" | "minKStar" | "widthScale" | "volStatic" | "volScale", string>;
  };
  readonly market: {
    readonly spot: string;
    readonly spotConfidence: string;
    readonly stable: string;
    readonly perp: { readonly price: string; readonly confidence: string };
    readonly expiries: readonly ExpiryFile[];
  };
  readonly account: {
    readonly cash: string;
    readonly perps: string;
    readonly unsettledPerpPnl: string;
    readonly unsettledFunding: string;
    readonly collateral: readonly {
      readonly asset: string;
      readonly amount: string;
      readonly price: string;
      readonly confidence: string;
      readonly movesWithSpot: boolean;
      readonly haircutMM: string;
      readonly haircutIM: string;
    }[];
    readonly options: readonly OptionFile[];
  };
}
export interface ExpiryFile {
  readonly secondsToExpiry: number;
  readonly forward: string;
  readonly rate: string;
  readonly forwardConfidence: string;
  readonly rateConfidence: string;
  readonly volConfidence: string;
  readonly svi: Record<"a" | "b" | "rho" | "m" | "sigma" | "forward" | "tau", string>;
}
export interface OptionFile {
  readonly secondsToExpiry: number;
  readonly strike: string;
  readonly type: "call" | "put";
  readonly amount: string;
}
export interface PublishedFigures {
  readonly MM: number;
  readonly IM: number;
  readonly basisContingency: number;
  readonly scenarioPnl: readonly number[];
}

const YEAR = 365 * 86_400;
const MONTH = 30 * 86_400;
const WINDOW = 1_800;

/** 1 − Φ(x) for x ≥ 0: the series of odd double factorials near 0, Laplace's continued fraction further out. */
function upperTail(x: number): number {
  const density = Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
  if (x > 2.5) {
    let fraction = x;
    for (let n = 200; n >= 1; n -= 1) fraction = x + n / fraction;
    return density / fraction;
  }
  let term = x;
  let sum = x;
  for (let n = 1; term > sum * 1e-18; n += 1) sum += term *= (x * x) / (2 * n + 1);
  return 0.5 - density * sum;
}
const phi = (x: number): number => (x < 0 ? upperTail(-x) : 1 - upperTail(x));

/** Undiscounted; a put directly, where parity would cancel. */
function black(type: "call" | "put", forward: number, strike: number, deviation: number): number {
  if (deviation === 0) return Math.max(0, type === "call" ? forward - strike : strike - forward);
  if (deviation >= 24) return type === "call" ? forward : strike;
  const d1 = Math.log(forward / strike) / deviation + deviation / 2;
  const d2 = d1 - deviation;
  return type === "call" ? forward * phi(d1) - strike * phi(d2) : strike * phi(-d2) - forward * phi(-d1);
}

const clamp = (x: number, limit: number): number => Math.max(-limit, Math.min(limit, x));

function impliedVol(svi: ExpiryFile["svi"], strike: number): number {
  const [a, b, rho, m, sigma] = [Number(svi.a), Number(svi.b), Number(svi.rho), Number(svi.m), Number(svi.sigma)] as const;
  const k = clamp(Math.log(strike / Number(svi.forward)), 4 * Math.sqrt(a + b * sigma));
  const variance = Math.min(144, a + b * (rho * (k - m) + Math.hypot(k - m, sigma)));
  return Math.sqrt(variance / Number(svi.tau));
}

/** The same member of every record, as numbers. */
const numbers = <K extends string>(texts: Record<K, string>): Record<K, number> =>
  Object.fromEntries(Object.entries<string>(texts).map(([key, text]) => [key, Number(text)])) as Record<K, number>;

/** What one expiry's options are worth together, unmoved and moved. */
function expiryModel({ policy }: CaseFile, market: ExpiryFile, options: readonly OptionFile[]) {
  const seconds = Math.max(0, market.secondsToExpiry);
  const tau = seconds / YEAR;
  const rate = Math.max(0, Number(market.rate));
  const shock = numbers(policy.volShock);
  const skew = numbers(policy.skew);
  const discount = numbers(policy.staticDiscount);
  const power = seconds <= MONTH ? shock.shortPower : shock.longPower;
  const multiplier = (MONTH / Math.max(seconds, shock.dteFloorDays * 86_400)) ** power;
  const forward = Number(market.forward);
  const open = Math.min(seconds, WINDOW) / WINDOW;
  const width = Math.max(skew.minKStar, Math.sqrt(tau) * skew.widthScale * (skew.volStatic + Math.sqrt(tau) * skew.volScale));
  const rotation = (k: number, base: number, cap: number): number => {
    const limit = base * Math.sqrt(tau) + cap;
    return Math.max(0, 1 + clamp((k * limit) / width, limit));
  };
  const moved = (vol: number, strike: number, direction: string): number => {
    const k = Math.log(strike / forward);
    if (direction === "up") return Math.max(shock.minShockedVol, vol * (1 + shock.up * multiplier));
    if (direction === "down") return vol * Math.max(0, 1 - shock.down * multiplier);
    if (direction === "linear") return vol * rotation(k, skew.linearBase, skew.linearCap);
    if (direction === "abs") return vol * rotation(Math.abs(k), skew.absBase, skew.absCap);
    return vol;
  };
  const kinds = Map.groupBy(options, ({ type, strike }) => `${type} ${Number(strike)}`);
  const held = [...kinds.values()].map((same) => {
    const [{ type }, strike] = [same[0]!, Number(same[0]!.strike)];
    return { type, strike, amount: total(same.map(({ amount }) => Number(amount))), vol: seconds === 0 ? 0 : impliedVol(market.svi, strike) };
  });
  const value = (move: number, direction: string): number => {
    const at = forward * (1 - open) + forward * open * move;
    const each = held.map(({ type, strike, amount, vol }) => amount * black(type, at, strike, seconds === 0 ? 0 : moved(vol, strike, direction) * Math.sqrt(tau)));
    return Math.exp(-rate * tau) * each.reduce((sum, one) => sum + one, 0);
  };
  const gain = discount.longBase * Math.exp(-tau * (rate * discount.longRateMult + discount.longRateAdd));
  const drag = Math.min(Math.exp(rate * tau), discount.shortBase * Math.exp(tau * (rate * discount.shortRateMult + discount.shortRateAdd)));
  const counted = (worth: number): number => worth * (worth >= 0 ? gain : drag);
  return { tau, value, counted, options: held, market };
}

/** Uncovered shorts of an expiry, strike by strike. */
function naked(options: readonly { readonly strike: number; readonly amount: number }[]): number {
  const net = new Map<number, number>();
  for (const { strike, amount } of options) net.set(strike, (net.get(strike) ?? 0) + amount);
  return [...net.values()].reduce((sum, amount) => sum + Math.max(0, -amount), 0);
}

const total = (amounts: readonly number[]): number => amounts.reduce((sum, amount) => sum + amount, 0);

/** The figures of a case. */
export function publishedMargin(file: CaseFile): PublishedFigures {
  const { policy, market, account } = file;
  const [basis, contingency] = [numbers(policy.basis), numbers(policy.contingency)];
  const [spot, stable, perps, perpPrice] = [market.spot, market.stable, account.perps, market.perp.price].map(Number) as [number, number, number, number];
  const expiries = market.expiries.map((expiry) =>
    expiryModel(file, expiry, account.options.filter(({ secondsToExpiry }) => secondsToExpiry === expiry.secondsToExpiry)),
  );
  const worth = expiries.map(({ value }) => value(1, "none"));
  const collateral = account.collateral.map((held) => ({ ...held, value: (Number(held.amount) * Number(held.price)) / stable }));
  const moving = total(collateral.map(({ movesWithSpot, value }) => (movesWithSpot ? value : 0)));

  const scenarioPnl = policy.scenarios.map(({ spot: text, vol, damp: weight }) => {
    const [move, damp] = [Number(text), Number(weight)];
    const options = expiries.map(({ value, counted }, e) => counted(value(move, vol)) - worth[e]!);
    if (vol === "linear" || vol === "abs") return -total(options.map(Math.abs)) * damp;
    return (perps * perpPrice * (move - 1) + total(options) + moving * (move - 1)) * damp;
  });
  const basisContingency = total(
    expiries.map(({ value, tau }, e) => {
      const worse = Math.min(value(basis.up, "none"), value(basis.down, "none")) - worth[e]!;
      return Math.min(0, worse) * (basis.add + basis.mult * tau);
    }),
  );
  const minSpan = Math.min(basisContingency, ...scenarioPnl);

  const unsure = (feeds: readonly string[], notional: number): number => {
    const least = Math.min(...feeds.map(Number));
    return least < contingency.confidenceThreshold ? (1 - least) * contingency.confidenceMargin * Math.abs(notional) : 0;
  };
  const ofPerp = perps === 0 ? [] : [market.perp.confidence];
  const confidence =
    unsure([market.spotConfidence, ...ofPerp], perps * spot) +
    total(collateral.map(({ confidence: own, value }) => unsure([market.spotConfidence, own], value))) +
    total(
      expiries.map(({ market: { forwardConfidence, rateConfidence, volConfidence }, options }) =>
        unsure(
          [market.spotConfidence, ...ofPerp, forwardConfidence, rateConfidence, volConfidence],
          total(options.map(({ amount }) => Math.abs(amount))) * spot,
        ),
      ),
    );
  const short = total(expiries.map(({ options }) => naked(options)));
  const charge = (perp: number, option: number, haircut: "haircutMM" | "haircutIM"): number =>
    Math.abs(perps) * spot * perp + short * spot * option + total(collateral.map((held) => held.value * Number(held[haircut])));
  const maintenance = charge(contingency.perpMM, contingency.optionMM, "haircutMM");
  const initial = charge(contingency.perpIM, contingency.optionIM, "haircutIM") + confidence;
  const marked = total(collateral.map(({ value }) => value)) + total(worth) + Number(account.unsettledPerpPnl) + Number(account.unsettledFunding);
  const peg = Math.max(0, contingency.pegThreshold - stable) * contingency.pegFactor;
  return {
    MM: minSpan * Number(policy.lossFactor.MM) - maintenance + marked + Number(account.cash),
    IM: minSpan * (Number(policy.lossFactor.IM) + peg) - maintenance - initial + marked + Number(account.cash),
    basisContingency,
    scenarioPnl,
  };
}
