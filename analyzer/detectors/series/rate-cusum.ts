/** Evidence that a rate of failures has risen; 8 bytes. */
export interface RateCusum {
  /** Log likelihood ratio since the most likely onset, in nats. */
  nats: number;
}

export interface RateCusumOptions {
  /** Usual rate, above 0 and below 1. */
  readonly baseline: number;
  /** Cells between false alarms that are accepted, on average. */
  readonly expectedRunLength: number;
}

const smallestFactor = 1.5;
const smallestRise = 0.01;

export function createRateCusum(): RateCusum {
  return { nats: 0 };
}

/**
 * S = max(0, S + k ln(p₁/p₀) + (n − k) ln((1 − p₁)/(1 − p₀))), p₁ = max(1.5 p₀, p₀ + 0.01);
 * alarm at S ≥ ln(expected run length), which is a lower bound of the mean time between false
 * alarms (Lorden 1971), after which S begins anew.
 *
 * @returns whether it alarms on this cell of `failures` among `count`.
 */
export function advanceRateCusum(
  state: RateCusum,
  { failures, count }: { readonly failures: number; readonly count: number },
  { baseline, expectedRunLength }: RateCusumOptions,
): boolean {
  const risen = Math.min(0.999, Math.max(smallestFactor * baseline, baseline + smallestRise));
  const perFailure = Math.log(risen / baseline);
  const perSuccess = Math.log((1 - risen) / (1 - baseline));
  state.nats = Math.max(0, state.nats + failures * perFailure + (count - failures) * perSuccess);
  const isAlarm = state.nats >= Math.log(expectedRunLength);
  state.nats = isAlarm ? 0 : state.nats;
  return isAlarm;
}
