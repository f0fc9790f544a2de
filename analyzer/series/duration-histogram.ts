/** Spans per duration bucket; bucket b holds 2^(b/16) to 2^((b+1)/16) nanoseconds. */
export type DurationHistogram = Record<string, number>;

const bucketsPerDoubling = 16;

/** Adds one window's buckets to a histogram in place. */
export function addBuckets(
  histogram: DurationHistogram,
  buckets: readonly number[],
  spans: readonly number[],
): void {
  for (const [index, bucket] of buckets.entries()) {
    histogram[bucket] = (histogram[bucket] ?? 0) + (spans[index] ?? 0);
  }
}

/**
 * Natural log of a quantile in milliseconds, interpolated inside its bucket on the log scale;
 * the error is below half a bucket, 2.2 %.
 */
export function logQuantileMs(histogram: DurationHistogram, quantile: number): number {
  // Integer keys come in rising order, so this walks the distribution from below.
  const entries = Object.entries(histogram);
  const rank = quantile * entries.reduce((sum, [, spans]) => sum + spans, 0);
  let below = 0;
  for (const [bucket, spans] of entries) {
    if (below + spans >= rank) {
      return toLogMs(Number(bucket) + (rank - below) / spans);
    }
    below += spans;
  }
  return toLogMs(0);
}

/** Share of the spans that took longer than a duration, given as the natural log of it in ms. */
export function shareAbove(histogram: DurationHistogram, logMs: number): number {
  const limit = ((logMs + Math.log(1e6)) / Math.LN2) * bucketsPerDoubling;
  let all = 0;
  let above = 0;
  for (const [bucket, spans] of Object.entries(histogram)) {
    all += spans;
    above += spans * Math.min(1, Math.max(0, Number(bucket) + 1 - limit));
  }
  return all === 0 ? 0 : above / all;
}

/** Bucket of a duration, as the view `windows_1m_mv` computes it. */
export function durationBucket(nanoseconds: number): number {
  return Math.floor(bucketsPerDoubling * Math.log2(Math.max(1, nanoseconds)));
}

function toLogMs(bucket: number): number {
  return (bucket / bucketsPerDoubling) * Math.LN2 - Math.log(1e6);
}
