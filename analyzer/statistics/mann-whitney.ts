import { normalTail } from "./tails.ts";

export interface RankShift {
  /** Two-sided p-value, normal approximation with correction for ties. */
  readonly pValue: number;
  /** Hodges–Lehmann estimate of right − left, in units of the values, and its interval. */
  readonly shift: number;
  readonly from: number;
  readonly to: number;
}

/** Pairs grow as the product: longer samples are thinned evenly. */
const mostPerSide = 500;

/**
 * Mann–Whitney test and Hodges–Lehmann shift of two independent samples: for one look at the end.
 *
 * The interval takes the order statistics of all differences that the test's normal
 * approximation gives at `confidence`. Source: Hollander, Wolfe and Chicken 2013, chapter 4.
 *
 * @throws RangeError for a side without values.
 */
export function rankShift(
  left: readonly number[],
  right: readonly number[],
  confidenceZ = 2.326,
): RankShift {
  if (left.length === 0 || right.length === 0) {
    throw new RangeError(`expected values on both sides, got ${left.length} and ${right.length}`);
  }
  const differences = pairDifferences(thin(left), thin(right));
  const pairs = differences.length;
  const [n, m] = [left.length, right.length];
  const deviation = Math.sqrt(((n * m) / 12) * (n + m + 1 - tieTerm(left, right)));
  const above = rankSum(left, right);
  const z = deviation > 0 ? (above - (n * m) / 2) / deviation : 0;
  const spread = deviation > 0 ? (confidenceZ * deviation) / (n * m) : 0;
  return {
    pValue: Math.min(1, 2 * normalTail(Math.abs(z))),
    shift: ((differences[(pairs - 1) >> 1] ?? 0) + (differences[pairs >> 1] ?? 0)) / 2,
    from: differences[Math.max(0, Math.floor((0.5 - spread) * pairs))] ?? Number.NaN,
    to: differences[Math.min(pairs - 1, Math.ceil((0.5 + spread) * pairs))] ?? Number.NaN,
  };
}

/** Number of pairs in which the right value is larger; ties count half. */
function rankSum(left: readonly number[], right: readonly number[]): number {
  const sorted = left.toSorted((a, b) => a - b);
  let sum = 0;
  for (const value of right) {
    sum += (countBelow(sorted, value, false) + countBelow(sorted, value, true)) / 2;
  }
  return sum;
}

/** Σ (t³ − t) / ((n+m)(n+m−1)) over groups of t equal values. */
function tieTerm(left: readonly number[], right: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const value of [...left, ...right]) {
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  let ties = 0;
  for (const count of counts.values()) {
    ties += count ** 3 - count;
  }
  const total = left.length + right.length;
  return total < 2 ? 0 : ties / (total * (total - 1));
}

function countBelow(sorted: readonly number[], value: number, orEqual: boolean): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const candidate = sorted[middle] ?? 0;
    if (candidate < value || (orEqual && candidate === value)) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

function pairDifferences(left: readonly number[], right: readonly number[]): Float64Array {
  const differences = new Float64Array(left.length * right.length);
  let index = 0;
  for (const before of left) {
    for (const after of right) {
      differences[index] = after - before;
      index += 1;
    }
  }
  return differences.toSorted();
}

function thin(values: readonly number[]): readonly number[] {
  const stride = values.length / mostPerSide;
  return stride <= 1
    ? values
    : Array.from({ length: mostPerSide }, (_, index) => values[Math.floor(index * stride)] ?? 0);
}
