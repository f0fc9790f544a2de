import { studentTwoSided } from "./tails.ts";

export interface Moments {
  readonly count: number;
  readonly mean: number;
  /** Mean squared distance from the mean (divided by the count, not by one less). */
  readonly variance: number;
}

export function momentsOf(values: ArrayLike<number>, from: number, to: number): Moments {
  const count = to - from;
  let sum = 0;
  for (let index = from; index < to; index++) {
    sum += values[index] ?? 0;
  }
  const mean = sum / count;
  let squares = 0;
  for (let index = from; index < to; index++) {
    squares += ((values[index] ?? 0) - mean) ** 2;
  }
  return { count, mean, variance: squares / count };
}

/**
 * Student's two-sample t-test with pooled variance, t = (m1 − m2) / √(s²(1/n1 + 1/n2)).
 *
 * The variances go in as they are, divided by n: that is how Apache Otava calls it, and with a
 * handful of values its answers depend on it.
 */
export function pooledTTest(
  left: Moments,
  right: Moments,
): { readonly statistic: number; readonly pValue: number } {
  const degrees = left.count + right.count - 2;
  const difference = left.mean - right.mean;
  const pooled = ((left.count - 1) * left.variance + (right.count - 1) * right.variance) / degrees;
  const error = Math.sqrt(pooled * (1 / left.count + 1 / right.count));
  if (degrees <= 0 || !(error > 0)) {
    // Constant on both sides: a difference is certain, none is none.
    const isCertain = degrees > 0 && difference !== 0;
    return { statistic: isCertain ? Infinity : 0, pValue: isCertain ? 0 : 1 };
  }
  const statistic = difference / error;
  return { statistic, pValue: studentTwoSided(statistic, degrees) };
}
