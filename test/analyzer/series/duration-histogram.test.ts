import * as fc from "fast-check";
import {
  addBuckets,
  type DurationHistogram,
  durationBucket,
  logQuantileMs,
} from "../../../analyzer/series/duration-histogram.ts";

function histogramOf(durationsNs: readonly number[]): DurationHistogram {
  const histogram: DurationHistogram = {};
  for (const duration of durationsNs) {
    addBuckets(histogram, [durationBucket(duration)], [1]);
  }
  return histogram;
}

describe("duration histogram", () => {
  it("gives quantiles within one bucket of 4.4 %", () => {
    const durations = fc.array(fc.integer({ min: 1000, max: 1e12 }), {
      minLength: 1,
      maxLength: 99,
    });
    fc.assert(
      fc.property(durations, fc.constantFrom(0.5, 0.95), (values, quantile) => {
        const sorted = values.toSorted((a, b) => a - b);
        const exact = sorted[Math.ceil(quantile * sorted.length) - 1] ?? 0;
        const found = 1e6 * Math.exp(logQuantileMs(histogramOf(values), quantile));
        expect(Math.abs(Math.log2(found / exact))).toBeLessThanOrEqual(1 / 16 + 1e-9);
      }),
    );
  });

  it("adds up windows to the histogram of all their spans", () => {
    const together = histogramOf([5e6, 5e6, 7e8]);
    const apart = histogramOf([5e6]);
    addBuckets(apart, [durationBucket(5e6), durationBucket(7e8)], [1, 1]);
    expect(apart).toEqual(together);
  });
});
