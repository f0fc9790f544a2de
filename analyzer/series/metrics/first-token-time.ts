import { performanceRegression } from "../../detectors/series/performance-regression.ts";
import type { SeriesMetric } from "../../detectors/series/series-metric.ts";
import type { Measurement, SeriesWindow } from "../series-window.ts";

/**
 * Time to the first token of an operation: a lasting rise of its median or 95th percentile. The
 * statistics are those of {@link performanceRegression}.
 */
export const firstTokenTime: SeriesMetric = {
  ...performanceRegression,
  metric: "time_to_first_token",
  subjects: (window) => timesOf(window).map(({ subject }) => subject),
  advance(state, window, subject) {
    const operations = timesOf(window).map(({ items, buckets, bucketSpans, ...each }) => ({
      operation: each.subject,
      spans: items,
      errors: 0,
      buckets,
      bucketSpans,
    }));
    const alarm = performanceRegression.advance(state, { ...window, operations }, subject);
    return (
      alarm && {
        ...alarm,
        rule: alarm.rule.replace("latency", "time-to-first-token"),
        targetClass: alarm.targetClass.replace("latency", "time_to_first_token"),
        excerpt: alarm.excerpt.replace("latency", "time to first token"),
      }
    );
  },
};

function timesOf({ measurements = [] }: SeriesWindow): readonly Measurement[] {
  return measurements.filter(({ measure }) => measure === "time_to_first_token");
}
