/** A place where a stretch of values may be cut in two, and how far the two parts differ. */
export interface EnergyCut {
  readonly from: number;
  /** First index of the right part. */
  readonly at: number;
  readonly to: number;
  /** Energy distance of the best pair of neighbors [from, at) and [at, kappa), kappa <= to. */
  readonly energy: number;
}

/** Longest stretch that is accepted: the work is quadratic. */
export const maxEnergyLength = 1_000;

/**
 * The cut of `[from, to)` with the greatest energy distance between its left part X and a right
 * part Y that may end before `to`:
 *
 * Q(X, Y) = 2/(n+m) Σ|Xi−Yj| − 2m/((n+m)(n−1)) Σ_{i<k}|Xi−Xk| − 2n/((n+m)(m−1)) Σ_{j<k}|Yj−Yk|,
 *
 * in units of the values; terms of a part of one value are 0. O(length²) time and memory.
 * Source: Matteson and James 2014 (arXiv 1306.4933), in the scaling of MongoDB's and Apache
 * Otava's change-point detection.
 *
 * @returns null for fewer than two values.
 */
export function bestEnergyCut(
  values: ArrayLike<number>,
  from: number,
  to: number,
): EnergyCut | null {
  const length = to - from;
  if (length > maxEnergyLength) {
    throw new RangeError(`expected at most ${maxEnergyLength} values, got ${length}`);
  }
  // within[i*size + j]: sum of |a-b| over pairs inside [i, j), i < j.
  const size = length + 1;
  const within = pairSums(values, from, length);
  let best: EnergyCut | null = null;
  for (let at = 1; at < length; at++) {
    const left = within[at] ?? 0;
    for (let kappa = at + 1; kappa <= length; kappa++) {
      const right = within[at * size + kappa] ?? 0;
      const across = (within[kappa] ?? 0) - left - right;
      const energy = energyOf(across, { sum: left, count: at }, { sum: right, count: kappa - at });
      if (best === null || energy > best.energy) {
        best = { from, at: from + at, to, energy };
      }
    }
  }
  return best;
}

interface Part {
  readonly sum: number;
  readonly count: number;
}

function energyOf(across: number, left: Part, right: Part): number {
  const both = left.count + right.count;
  const leftTerm = left.count < 2 ? 0 : (2 * right.count * left.sum) / (both * (left.count - 1));
  const rightTerm = right.count < 2 ? 0 : (2 * left.count * right.sum) / (both * (right.count - 1));
  return (2 * across) / both - leftTerm - rightTerm;
}

function pairSums(values: ArrayLike<number>, from: number, length: number): Float64Array {
  const size = length + 1;
  const sums = new Float64Array(size * size);
  for (let end = 1; end <= length; end++) {
    const last = values[from + end - 1] ?? 0;
    // The pairs that the newest value adds to [start, end), from the right.
    let added = 0;
    for (let start = end - 1; start >= 0; start--) {
      added += Math.abs((values[from + start] ?? 0) - last);
      sums[start * size + end] = (sums[start * size + end - 1] ?? 0) + added;
    }
  }
  return sums;
}
