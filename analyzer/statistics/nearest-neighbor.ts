/** The last values of a stream, to find out whether the newest pair was ever seen before. */
export interface NeighborRing {
  /** Newest at `newest`, oldest right after it once the ring is full; relative to `origin`. */
  readonly values: Float32Array;
  newest: number;
  count: number;
  origin: number;
}

// Once per candidate: a look-up of the global each time doubles the cost in some hosts.
const { abs } = Math;

/** Beyond it a 32-bit float is infinite. */
const largest = 3e38;

export function createNeighborRing(capacity: number): NeighborRing {
  return { values: new Float32Array(capacity), newest: -1, count: 0, origin: 0 };
}

/**
 * Distance |x − x'| + |y − y'| of the newest two values to the nearest earlier pair of neighbors,
 * in units of the values, and takes `value` in; 0 while there is no such pair. O(capacity).
 *
 * Source: nearest-neighbor anomaly detection on delay embeddings (KNN-CAD, Burnaev and Ishimtsev
 * 2016, arXiv 1608.04585), with the plain distance instead of Mahalanobis'.
 */
export function advanceNeighbors(ring: NeighborRing, value: number): number {
  const { values } = ring;
  if (ring.count === 0) {
    ring.origin = value;
  }
  const current = Math.fround(clamp(value - ring.origin));
  const distance = ring.count < 3 ? 0 : nearestPair(ring, current, values[ring.newest] ?? 0);
  ring.newest = (ring.newest + 1) % values.length;
  values[ring.newest] = current;
  ring.count = Math.min(ring.count + 1, values.length);
  return distance;
}

function nearestPair(
  { values, newest, count }: NeighborRing,
  last: number,
  before: number,
): number {
  // The pair that ends at `newest` shares a value with ours and is left out.
  let best = nearestIn(values, { from: 1, to: newest }, last, before);
  if (count === values.length) {
    const older = { from: newest + 2, to: values.length };
    best = Math.min(best, nearestIn(values, older, last, before));
    if (newest > 0 && newest < values.length - 1) {
      const seam = abs((values[0] ?? 0) - last) + abs((values[values.length - 1] ?? 0) - before);
      best = Math.min(best, seam);
    }
  }
  return best === Number.POSITIVE_INFINITY ? 0 : best;
}

function nearestIn(
  values: Float32Array,
  { from, to }: { readonly from: number; readonly to: number },
  last: number,
  before: number,
): number {
  let best = Number.POSITIVE_INFINITY;
  let previous = values[from - 1] ?? 0;
  for (let index = from; index < to; index++) {
    const candidate = values[index] ?? 0;
    const distance = abs(candidate - last) + abs(previous - before);
    best = distance < best ? distance : best;
    previous = candidate;
  }
  return best;
}

function clamp(value: number): number {
  return Math.min(Math.max(value, -largest), largest);
}
