/** A bucket of consecutive values. */
interface Bucket {
  count: number;
  sum: number;
  /** Sum of squared distances from the bucket's mean. */
  squares: number;
}

/** A window over a stream that drops its old part when the mean has moved; at most 3 KB. */
export interface Adwin {
  /** Buckets of 2ⁱ values at position i, oldest first; at most six a row. */
  readonly rows: Bucket[][];
  sinceCheck: number;
}

const bucketsPerRow = 5;
/** Cuts are looked for every so many values. */
const checkEvery = 32;
const minCount = 10;
const minPart = 5;

export function createAdwin(): Adwin {
  return { rows: [[]], sinceCheck: 0 };
}

/**
 * ADWIN: for every cut of the window into W₀ W₁ compares |mean₀ − mean₁| with
 * ε = √(2/m · v · ln(2/δ′)) + 2/(3m) · ln(2/δ′), 1/m = 1/n₀ + 1/n₁, v the variance of the window,
 * δ′ = δ / ln n; the oldest bucket goes while any cut is significant. O(log n) memory.
 * Source: Bifet and Gavaldà 2007.
 *
 * @param delta bound on the chance of a false cut.
 * @returns whether the mean has moved.
 */
export function advanceAdwin(state: Adwin, value: number, delta = 0.002): boolean {
  state.rows[0]?.push({ count: 1, sum: value, squares: 0 });
  compress(state.rows);
  state.sinceCheck += 1;
  if (state.sinceCheck < checkEvery) {
    return false;
  }
  state.sinceCheck = 0;
  let moved = false;
  while (hasCut(state, delta)) {
    dropOldest(state.rows);
    moved = true;
  }
  return moved;
}

/** Mean of the values that are still in the window. */
export function adwinMean({ rows }: Adwin): number {
  const { count, sum } = total(rows.flat());
  return sum / count;
}

function compress(rows: Bucket[][]): void {
  for (let row = 0; row < rows.length; row++) {
    const buckets = rows[row] ?? [];
    const [first, second] = buckets;
    if (buckets.length <= bucketsPerRow || first === undefined || second === undefined) {
      return;
    }
    buckets.splice(0, 2);
    const next = rows[row + 1] ?? [];
    rows[row + 1] = next;
    next.push(merged(first, second));
  }
}

function merged(left: Bucket, right: Bucket): Bucket {
  const count = left.count + right.count;
  const gap = left.sum / left.count - right.sum / right.count;
  const between = (gap ** 2 * left.count * right.count) / count;
  return {
    count,
    sum: left.sum + right.sum,
    squares: left.squares + right.squares + between,
  };
}

function hasCut({ rows }: Adwin, delta: number): boolean {
  const oldestFirst = rows.toReversed().flat();
  const whole = total(oldestFirst);
  if (whole.count < minCount) {
    return false;
  }
  const variance = whole.squares / whole.count;
  const logs = Math.log((2 * Math.log(whole.count)) / delta);
  let [count, sum] = [0, 0];
  for (const bucket of oldestFirst) {
    count += bucket.count;
    sum += bucket.sum;
    const rest = whole.count - count;
    if (count >= minPart && rest >= minPart) {
      const harmonic = 1 / (count - minPart + 1) + 1 / (rest - minPart + 1);
      const bound = Math.sqrt(2 * harmonic * variance * logs) + (2 / 3) * harmonic * logs;
      if (Math.abs(sum / count - (whole.sum - sum) / rest) > bound) {
        return true;
      }
    }
  }
  return false;
}

function total(buckets: readonly Bucket[]): Bucket {
  const [first, ...others] = buckets;
  return others.reduce(merged, first ?? { count: 0, sum: 0, squares: 0 });
}

function dropOldest(rows: Bucket[][]): void {
  rows.at(-1)?.shift();
  while (rows.length > 1 && rows.at(-1)?.length === 0) {
    rows.pop();
  }
}
