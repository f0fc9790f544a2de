import { errorRegression } from "../../detectors/series/error-regression.ts";
import type { SeriesMetric } from "../../detectors/series/series-metric.ts";
import type { CategoryCounts, SeriesWindow } from "../series-window.ts";

/** Finish reasons that stand for a refusal, of all providers, in lower case. */
const refusals: ReadonlySet<string> = new Set([
  "content_filter",
  "content-filter",
  "content_filtered",
  "guardrail_intervened",
  "prohibited_content",
  "refusal",
  "safety",
  "blocklist",
]);

/**
 * Refused generations among all that say why they ended, per operation: a lasting rise by at
 * least one percentage point and half. The statistics are those of {@link errorRegression}.
 */
export const refusalRate: SeriesMetric = {
  ...errorRegression,
  metric: "refusal_rate",
  type: "drift.behaviour",
  subjects: (window) => reasonsOf(window).map(({ subject }) => subject),
  advance(state, window, subject) {
    const counts = reasonsOf(window).find((each) => each.subject === subject)?.counts ?? {};
    const operation = {
      operation: subject,
      ...countRefusals(counts),
      buckets: [],
      bucketSpans: [],
    };
    const alarm = errorRegression.advance(state, { ...window, operations: [operation] }, subject);
    return (
      alarm && {
        ...alarm,
        rule: "refusal-rate",
        targetClass: alarm.targetClass.replace("error_rate", "refusal_rate"),
        excerpt: alarm.excerpt.replace("error rate", "refusal rate"),
      }
    );
  },
};

/** Generations with a reason, as spans, and refused ones, as errors. */
export function countRefusals(counts: CategoryCounts["counts"]): {
  readonly spans: number;
  readonly errors: number;
} {
  const total = { spans: 0, errors: 0 };
  for (const [label, count] of Object.entries(counts)) {
    total.spans += count;
    total.errors += refusals.has(label) ? count : 0;
  }
  return total;
}

function reasonsOf({ categories = [] }: SeriesWindow): readonly CategoryCounts[] {
  return categories.filter(({ kind }) => kind === "finish_reason");
}
