import type { SamplingVerdict } from "./sampling-watch.ts";

/** What the spans of one operation did in one minute. */
export interface OperationCounts {
  /** GenAI operation name, else `server`, else `root`. */
  readonly operation: string;
  /** Spans seen; of spans that stand for different numbers, the effective sample size. */
  readonly spans: number;
  /** That number of spans times the weighted error rate: errors seen, if all weigh the same. */
  readonly errors: number;
  /** Duration buckets in rising order (see `duration-histogram.ts`), and the spans in each. */
  readonly buckets: readonly number[];
  readonly bucketSpans: readonly number[];
}

/** What the inference calls to one model used in one minute, weighted by their sampling. */
export interface ModelUsage {
  readonly model: string;
  readonly calls: number;
  /** Input and output tokens. */
  readonly tokens: number;
  readonly costUsd: number;
  /** Calls seen; absent when all were. */
  readonly sampledCalls?: number;
  readonly outputTokens?: number;
}

/** How often each value of a kind was seen in one minute, in spans. */
export interface CategoryCounts {
  readonly kind: "tool" | "finish_reason";
  /** The operation whose values they are; empty for the whole service. */
  readonly subject: string;
  readonly counts: Readonly<Record<string, number>>;
}

/** Values that spans and events carried in one minute. */
export interface Measurement {
  readonly measure: "time_to_first_token" | "evaluation";
  /** Operation, or name of the evaluation. */
  readonly subject: string;
  readonly items: number;
  /** Sum of the scores; 0 for times. */
  readonly total: number;
  /** Of times, as in `OperationCounts`. */
  readonly buckets: readonly number[];
  readonly bucketSpans: readonly number[];
}

/** What a window is made of when not every span was kept: raw counts beside the weighted ones. */
export interface WindowSample {
  readonly weightedSpans: number;
  /** Of all spans, those that were kept because of what is in them. */
  readonly tailSampled: number;
  readonly requests: number;
  readonly requestErrors: number;
}

/**
 * One closed minute of one service in one environment. A minute without spans has no window:
 * detectors see the gap between two start times, never a zero that nobody measured.
 */
export interface SeriesWindow {
  readonly startUnixMs: number;
  /** All spans seen, of whatever kind. */
  readonly spans: number;
  /** Server spans and root spans, weighted by their sampling: what the service was asked to do. */
  readonly requests: number;
  /** Values of `service.version` seen in it, sorted. */
  readonly versions: readonly string[];
  readonly operations: readonly OperationCounts[];
  readonly models: readonly ModelUsage[];
  /** Absent: none were seen. */
  readonly categories?: readonly CategoryCounts[];
  readonly measurements?: readonly Measurement[];
  /** Absent when every span was kept. */
  readonly sample?: WindowSample;
  /** What the spans so far say of the sampling; absent when it is not watched. */
  readonly sampling?: SamplingVerdict;
}

export const windowMs = 60_000;

/** The first time a service used a value (tool, model, host) in some hour. */
export interface ValueSighting {
  readonly timeUnixMs: number;
  readonly dimension: string;
  readonly value: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly version: string;
}
