/** What the spans of one operation did in one minute. */
export interface OperationCounts {
  /** GenAI operation name, else `server`, else `root`. */
  readonly operation: string;
  readonly spans: number;
  readonly errors: number;
  /** Duration buckets in rising order (see `duration-histogram.ts`), and the spans in each. */
  readonly buckets: readonly number[];
  readonly bucketSpans: readonly number[];
}

/** What the inference calls to one model used in one minute. */
export interface ModelUsage {
  readonly model: string;
  readonly calls: number;
  /** Input and output tokens. */
  readonly tokens: number;
  readonly costUsd: number;
}

/**
 * One closed minute of one service in one environment. A minute without spans has no window:
 * detectors see the gap between two start times, never a zero that nobody measured.
 */
export interface SeriesWindow {
  readonly startUnixMs: number;
  /** All spans, of whatever kind. */
  readonly spans: number;
  /** Server spans and root spans: what the service was asked to do. */
  readonly requests: number;
  /** Values of `service.version` seen in it, sorted. */
  readonly versions: readonly string[];
  readonly operations: readonly OperationCounts[];
  readonly models: readonly ModelUsage[];
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
