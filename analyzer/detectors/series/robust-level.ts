/** A slowly moving level and the usual distance from it; 24 bytes. */
export interface RobustLevel {
  count: number;
  level: number;
  /** Smoothed absolute residual. */
  spread: number;
}

export interface RobustLevelOptions {
  /** Number of values after which half of an old level is forgotten. */
  readonly levelHalfLife: number;
  /** Number of values over which the spread is smoothed. */
  readonly spreadMemory: number;
  /** Smallest standard deviation that is believed. */
  readonly floor: number;
}

/** Mean absolute deviation of a normal distribution to its standard deviation. */
const sigmaPerDeviation = 1.2533;
const winsorSigmas = 4;
const unclippedValues = 20;
const warmupValues = 6;

export function createRobustLevel(): RobustLevel {
  return { count: 0, level: 0, spread: 0 };
}

/**
 * z = (value − level) / max(1.2533 · spread, floor), in standard deviations, and takes the value
 * in; 0 for the first six values. What lies more than 4 sigma away moves the level and the spread
 * as if it lay 4 sigma away, so a spike hardly moves them and a lasting shift does.
 */
export function advanceRobustLevel(
  state: RobustLevel,
  value: number,
  { levelHalfLife, spreadMemory, floor }: RobustLevelOptions,
): number {
  if (state.count === 0) {
    state.level = value;
  }
  state.count += 1;
  const residual = value - state.level;
  const sigma = Math.max(sigmaPerDeviation * state.spread, floor);
  const limit = state.count > unclippedValues ? winsorSigmas * sigma : Number.MAX_VALUE;
  const clipped = Math.min(Math.max(residual, -limit), limit);
  state.level += Math.max(1 / state.count, 1 - 0.5 ** (1 / levelHalfLife)) * clipped;
  state.spread += Math.max(1 / state.count, 1 / spreadMemory) * (Math.abs(clipped) - state.spread);
  return state.count > warmupValues ? residual / sigma : 0;
}
