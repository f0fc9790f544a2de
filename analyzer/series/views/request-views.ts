import { type ErrorBaseline, expectedErrorRate } from "../../detectors/series/error-baseline.ts";
import type { LevelShiftState } from "../../detectors/series/level-shift.ts";
import { addBuckets, type DurationHistogram, logQuantileMs } from "../duration-histogram.ts";
import { levelBaseline } from "./level-baseline.ts";
import { nothingMeasured, type SeriesView } from "./series-view.ts";

/** Errors of an operation per span. */
export const errorRateView: SeriesView = {
  metric: "error_rate",
  value(window, subject) {
    const counts = window.operations.find(({ operation }) => operation === subject);
    return counts === undefined || counts.spans === 0
      ? nothingMeasured
      : { value: counts.errors / counts.spans, items: Math.round(counts.spans) };
  },
  baseline: (state, timeUnixMs) =>
    expectedErrorRate((state as { readonly baseline: ErrorBaseline }).baseline, timeUnixMs),
};

/** The 95th percentile of an operation's latency. */
export const latencyView: SeriesView = {
  metric: "latency",
  value(window, subject) {
    const counts = window.operations.find(({ operation }) => operation === subject);
    if (counts === undefined || counts.spans === 0) {
      return nothingMeasured;
    }
    const histogram: DurationHistogram = {};
    addBuckets(histogram, counts.buckets, counts.bucketSpans);
    return { value: Math.exp(logQuantileMs(histogram, 0.95)), items: Math.round(counts.spans) };
  },
  baseline: (state, timeUnixMs) =>
    levelBaseline((state as { readonly p95: LevelShiftState }).p95, timeUnixMs),
};
