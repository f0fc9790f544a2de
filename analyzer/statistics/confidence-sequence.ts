/** Count, mean and sum of squared distances of a growing sample (Welford); 24 bytes. */
export interface RunningMoments {
  count: number;
  mean: number;
  squares: number;
}

export interface ConfidenceSequenceOptions {
  /** Chance that the interval ever misses the truth, at any look. */
  readonly alpha: number;
  /** Items per side at which the interval is tightest for its level. */
  readonly tightestAt: number;
}

export interface Interval {
  readonly estimate: number;
  readonly from: number;
  readonly to: number;
}

export function createRunningMoments(): RunningMoments {
  return { count: 0, mean: 0, squares: 0 };
}

export function addToMoments(moments: RunningMoments, value: number): void {
  moments.count += 1;
  const before = value - moments.mean;
  moments.mean += before / moments.count;
  moments.squares += before * (value - moments.mean);
}

/**
 * Interval for mean(right) − mean(left) that holds at all looks at once, so it may be looked at
 * after every item; `null` while a side has fewer than two items.
 *
 * d ± √((I + ρ) · ln((I + ρ)/(ρ α²))) / I with information I = 1/(s²ₗ/nₗ + s²ᵣ/nᵣ) and
 * ρ = I₀ / (2 ln(1/α) + ln(1 + 2 ln(1/α))), I₀ the information at `tightestAt` items a side.
 * Asymptotic: look first after 100 items a side. Note the product ρ α² (a published page prints a
 * sum, which fires in 82 % of A/A runs). Source: Robbins 1970; Howard et al. 2021, arXiv 1810.08240.
 */
export function meanDifference(
  left: RunningMoments,
  right: RunningMoments,
  { alpha, tightestAt }: ConfidenceSequenceOptions,
): Interval | null {
  const [leftVariance, rightVariance] = [varianceOf(left), varianceOf(right)];
  const estimate = right.mean - left.mean;
  if (left.count < 2 || right.count < 2) {
    return null;
  }
  if (leftVariance + rightVariance === 0) {
    return { estimate, from: estimate, to: estimate };
  }
  const information = 1 / (leftVariance / left.count + rightVariance / right.count);
  const tight = tightestAt / (leftVariance + rightVariance);
  const logs = 2 * Math.log(1 / alpha);
  const rho = tight / (logs + Math.log(1 + logs));
  const radius = information + rho;
  const margin = Math.sqrt(radius * Math.log(radius / (rho * alpha ** 2))) / information;
  return { estimate, from: estimate - margin, to: estimate + margin };
}

function varianceOf({ count, squares }: RunningMoments): number {
  return squares / Math.max(1, count - 1);
}
