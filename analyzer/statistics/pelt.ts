/** Beyond this many values, cuts are searched on a coarser grid and then moved to their place. */
const mostCandidates = 2_000;
const minSegment = 2;

/**
 * Cuts of a series into stretches of constant mean that minimize
 *
 * Σ over segments (Σ(z − mean)² / s² + ln length) + penalty · cuts, penalty = 3 ln n,
 *
 * with s the standard deviation of the whole series: on purpose not of the noise, so that a cut
 * must explain a good part of all variation (the modified Bayesian criterion).
 *
 * O(n²) at worst, O(n) where there are many changes, at most 2,000² steps.
 * Source: Killick et al. 2012 (PELT, arXiv 1101.1438), Zhang and Siegmund 2007 (criterion).
 *
 * @returns first index of each new segment, in order.
 */
export function peltCuts(values: readonly number[]): number[] {
  const sums = standardSums(values);
  if (sums === null) {
    return [];
  }
  const stride = Math.ceil(values.length / mostCandidates);
  const cuts = optimalCuts(sums, values.length, stride);
  return stride === 1 ? cuts : refine(sums, cuts, values.length, stride);
}

interface Sums {
  readonly sum: Float64Array;
  readonly squares: Float64Array;
}

/** Running sums of the standardized values; null for a constant series. */
function standardSums(values: readonly number[]): Sums | null {
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  // Scaled first: the square of a huge value would be infinite.
  const scaled = values.map((value) => value / (largest || 1));
  const mean = scaled.reduce((sum, value) => sum + value, 0) / scaled.length;
  const total = scaled.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const deviation = Math.sqrt(total / Math.max(1, scaled.length - 1));
  if (!(deviation > 1e-12 * Math.abs(mean))) {
    return null;
  }
  const sum = new Float64Array(scaled.length + 1);
  const squares = new Float64Array(scaled.length + 1);
  for (const [index, value] of scaled.entries()) {
    const z = (value - mean) / deviation;
    sum[index + 1] = (sum[index] ?? 0) + z;
    squares[index + 1] = (squares[index] ?? 0) + z * z;
  }
  return { sum, squares };
}

function costOf({ sum, squares }: Sums, from: number, to: number): number {
  const total = (sum[to] ?? 0) - (sum[from] ?? 0);
  const length = to - from;
  return (squares[to] ?? 0) - (squares[from] ?? 0) - (total * total) / length + Math.log(length);
}

function optimalCuts(sums: Sums, length: number, stride: number): number[] {
  const penalty = 3 * Math.log(length);
  const ends: number[] = [];
  for (let end = stride; end < length; end += stride) {
    ends.push(end);
  }
  ends.push(length);
  const best = new Map<number, { readonly cost: number; readonly before: number }>();
  best.set(0, { cost: -penalty, before: 0 });
  let starts = [0];
  for (const end of ends) {
    const costs = starts
      .filter((start) => end - start >= minSegment)
      .map((start) => ({
        start,
        cost: (best.get(start)?.cost ?? Infinity) + costOf(sums, start, end),
      }));
    const least = costs.reduce((low, next) => (next.cost < low.cost ? next : low), {
      start: 0,
      cost: Infinity,
    });
    best.set(end, { cost: least.cost + penalty, before: least.start });
    // A start that is worse by more than a cut costs can never be best again; the criterion's
    // ln length is not quite additive, hence the second penalty.
    const bound = least.cost + 2 * penalty;
    const hopeless = new Set(costs.filter(({ cost }) => cost > bound).map(({ start }) => start));
    starts = [...starts.filter((start) => !hopeless.has(start)), end];
  }
  const cuts: number[] = [];
  for (let end = best.get(length)?.before ?? 0; end > 0; end = best.get(end)?.before ?? 0) {
    cuts.unshift(end);
  }
  return cuts;
}

/** Moves each cut to the best place within one stride. */
function refine(sums: Sums, cuts: readonly number[], length: number, stride: number): number[] {
  return cuts.map((cut, position) => {
    const from = cuts[position - 1] ?? 0;
    const to = cuts[position + 1] ?? length;
    let place = { at: cut, cost: Infinity };
    for (let at = Math.max(from + 1, cut - stride); at <= Math.min(to - 1, cut + stride); at++) {
      const cost = costOf(sums, from, at) + costOf(sums, at, to);
      place = cost < place.cost ? { at, cost } : place;
    }
    return place.at;
  });
}
