/** Black-76 from its textbook form, with the normal distribution by its series. */
export function black76(type: "call" | "put", forward: number, strike: number, vol: number, tau: number) {
  const deviation = vol * Math.sqrt(tau);
  const d1 = Math.log(forward / strike) / deviation + deviation / 2;
  const density = Math.exp((-d1 * d1) / 2) / Math.sqrt(2 * Math.PI);
  const call = forward * cdf(d1) - strike * cdf(d1 - deviation);
  return type === "call"
    ? { value: call, delta: cdf(d1), vega: forward * density * Math.sqrt(tau) }
    : { value: call - forward + strike, delta: cdf(d1) - 1, vega: forward * density * Math.sqrt(tau) };
}
function cdf(x: number): number {
  let [sum, term] = [x, x];
  for (let n = 3; Math.abs(term) > 1e-17; n += 2) sum += term *= (x * x) / n;
  return 0.5 + (sum * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI);
}
