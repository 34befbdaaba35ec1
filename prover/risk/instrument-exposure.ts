/** What one unit of an instrument adds to an exposure column. */
import { ONE, REAL_DECIMALS } from "../numeric/real.ts";
import { DECIMALS, SCALE } from "../units.ts";
import type { ExposureColumn } from "./exposure-column.ts";
import type { Subject } from "./instrument-risk.ts";
import type { Exact, UnitExposure } from "./unit-risk.ts";
import { ZERO, share } from "./valuer.ts";

const AT_PRICE = 10n ** BigInt(REAL_DECIMALS - DECIMALS.price);

export function unitExposure({ measure, underlyings, expiries, kinds, scale }: ExposureColumn, subject: Subject): UnitExposure {
  const { instrument, underlying, expiry } = subject;
  const byAsset = instrument.kind === "cash" && (measure === "value" || measure === "notional");
  // A coin that follows an underlying is an asset of its own, but its delta is the underlying's.
  const name = byAsset ? instrument.currency : (underlying?.name ?? "");
  const ofKind = kinds === undefined || kinds === null || kinds.includes(instrument.kind);
  const counts = ofKind && underlyings.includes(name) && (expiries === null || (expiry !== null && expiries.includes(expiry)));
  const kind = measure === "notional" || measure === "grossDelta" ? "gross" : "signed";
  if (!counts) return { kind, amount: ZERO };
  const amount = measured(measure, subject);
  return { kind, amount: scale === undefined ? amount : share(amount, scale[name] ?? SCALE.factor) };
}

/** delta·spot */
export function dollarDelta({ greeks, underlying }: Pick<Subject, "greeks" | "underlying">): Exact {
  return { numerator: greeks.delta * (underlying?.spot ?? 0n), denominator: AT_PRICE * SCALE.price };
}

/** Without its sign. */
export const size = ({ numerator, denominator }: Exact): Exact => ({ numerator: numerator < 0n ? -numerator : numerator, denominator });

function measured(measure: ExposureColumn["measure"], subject: Subject): Exact {
  const { greeks, underlying, valuer, impliedVol } = subject;
  const spot = underlying?.spot ?? 0n;
  switch (measure) {
    case "value":
      return valuer.value;
    case "delta":
      return dollarDelta(subject);
    case "grossDelta":
      return size(dollarDelta(subject));
    case "forwardDelta":
      return forwardDelta(subject);
    case "notional":
      return notionalOf(subject);
    case "gamma":
      return { numerator: greeks.gamma * spot * spot, denominator: AT_PRICE * SCALE.price * SCALE.price * 100n };
    case "vega":
      return { numerator: greeks.vega, denominator: AT_PRICE };
    case "relativeVega":
      return { numerator: greeks.vega * impliedVol * 100n, denominator: AT_PRICE * ONE };
    case "theta":
      return { numerator: greeks.theta, denominator: AT_PRICE };
  }
}

/** What a contract gains per relative move of its own forward. An inverse one, worth −multiplier·spot/mark, gains that much with its mark. */
function forwardDelta(subject: Subject): Exact {
  const { instrument, valuer } = subject;
  if (instrument.kind === "cash" || instrument.kind === "spot") return ZERO;
  if (instrument.kind !== "option" && instrument.settlement === "inverse") return size(valuer.value);
  return dollarDelta(subject);
}

/** Spot notional of contracts; an inverse one's is its face, a balance's its value. */
function notionalOf({ instrument, underlying, valuer }: Subject): Exact {
  if (instrument.kind === "cash" || instrument.kind === "spot") return size(valuer.value);
  if (instrument.kind !== "option" && instrument.settlement === "inverse")
    return { numerator: instrument.multiplier * SCALE.price, denominator: SCALE.quantity };
  return { numerator: instrument.multiplier * (underlying?.spot ?? 0n), denominator: SCALE.quantity };
}
