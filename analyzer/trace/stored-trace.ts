import type { Detection, FindingType } from "../../core/model/finding.ts";

/** A span as stored, in columns of `otel_traces`; everything in it is masked. */
export interface StoredSpan {
  readonly TraceId: string;
  readonly SpanId: string;
  readonly ParentSpanId: string;
  readonly SpanName: string;
  readonly SpanKind: string;
  readonly ServiceName: string;
  readonly Environment: string;
  readonly ServiceVersion: string;
  /** Start, Unix milliseconds. */
  readonly TimeUnixMs: number;
  /** Nanoseconds. */
  readonly Duration: number;
  readonly StatusCode: string;
  readonly StatusMessage: string;
  readonly SpanAttributes: Readonly<Record<string, string>>;
  readonly GenAiConvention: string;
  readonly GenAiOperation: string;
  readonly GenAiAgent: string;
  readonly GenAiTool: string;
  readonly GenAiToolCallId: string;
  readonly Session: string;
}

/** The spans of one trace, by start time and span id; at most 2,000, the earliest. */
export interface StoredTrace {
  readonly tenant: string;
  readonly traceId: string;
  readonly spans: readonly StoredSpan[];
}

/** Looks at a whole trace; pure, and gives the same ids for what it has seen before. */
export interface TraceDetector {
  readonly id: string;
  readonly type: FindingType;
  inspect(this: void, trace: StoredTrace): Detection[];
}

/** A trace detector with the trace that it must always notice: the canary of its heartbeat. */
export interface ProvenTraceDetector extends TraceDetector {
  /** Major version of its rules; a new one restarts verification baselines. */
  readonly ruleVersion: number;
  readonly canary: StoredTrace;
}
