/**
 * Decoded OTLP records, named as in the OpenTelemetry data model.
 *
 * Attributes are Maps, never plain objects: keys are attacker-written, and a Map cannot be
 * polluted through `__proto__`.
 */
export type Signal = "traces" | "logs" | "metrics";

/** What ingest accounting counts: the three OTLP signals and change events. */
export type AccountedSignal = Signal | "changes";

export type AttributeValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | Uint8Array
  | readonly AttributeValue[]
  | AttributeMap;

export type AttributeMap = ReadonlyMap<string, AttributeValue>;

export interface Resource {
  readonly attributes: AttributeMap;
  readonly schemaUrl: string;
}

export interface Scope {
  readonly name: string;
  readonly version: string;
  readonly attributes: AttributeMap;
  readonly schemaUrl: string;
}

/** OTLP `Span.SpanKind` as its integer: 0 unspecified … 5 consumer. */
export type SpanKind = number;

export interface SpanEvent {
  readonly timeUnixNano: bigint;
  readonly name: string;
  readonly attributes: AttributeMap;
}

export interface SpanLink {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceState: string;
  readonly attributes: AttributeMap;
}

export interface Span {
  readonly resource: Resource;
  readonly scope: Scope;
  /** Lower-case hex, 32 characters. */
  readonly traceId: string;
  /** Lower-case hex, 16 characters. */
  readonly spanId: string;
  /** Lower-case hex, 16 characters, or empty for a root span. */
  readonly parentSpanId: string;
  readonly traceState: string;
  readonly name: string;
  readonly kind: SpanKind;
  readonly startTimeUnixNano: bigint;
  readonly endTimeUnixNano: bigint;
  readonly attributes: AttributeMap;
  readonly events: readonly SpanEvent[];
  readonly links: readonly SpanLink[];
  /** OTLP `Status.StatusCode`: 0 unset, 1 ok, 2 error. */
  readonly statusCode: number;
  readonly statusMessage: string;
}

export interface LogRecord {
  readonly resource: Resource;
  readonly scope: Scope;
  readonly timeUnixNano: bigint;
  readonly observedTimeUnixNano: bigint;
  readonly severityNumber: number;
  readonly severityText: string;
  readonly body: AttributeValue;
  readonly attributes: AttributeMap;
  /** The resolved name: the record's field, else `event.name`, else Cursor's body. */
  readonly eventName: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly flags: number;
}

export interface Exemplar {
  readonly filteredAttributes: AttributeMap;
  readonly timeUnixNano: bigint;
  readonly value: number;
  readonly traceId: string;
  readonly spanId: string;
}

interface MetricPointBase {
  readonly resource: Resource;
  readonly scope: Scope;
  readonly metricName: string;
  readonly metricDescription: string;
  readonly metricUnit: string;
  readonly attributes: AttributeMap;
  readonly startTimeUnixNano: bigint;
  readonly timeUnixNano: bigint;
  readonly flags: number;
  readonly exemplars: readonly Exemplar[];
}

/** OTLP `AggregationTemporality`: 0 unspecified, 1 delta, 2 cumulative. */
export type AggregationTemporality = number;

export interface GaugePoint extends MetricPointBase {
  readonly type: "gauge";
  readonly value: number;
}

export interface SumPoint extends MetricPointBase {
  readonly type: "sum";
  readonly value: number;
  readonly aggregationTemporality: AggregationTemporality;
  readonly isMonotonic: boolean;
}

export interface HistogramPoint extends MetricPointBase {
  readonly type: "histogram";
  readonly count: bigint;
  readonly sum: number;
  readonly bucketCounts: readonly bigint[];
  readonly explicitBounds: readonly number[];
  readonly min: number | null;
  readonly max: number | null;
  readonly aggregationTemporality: AggregationTemporality;
}

export interface ExponentialHistogramPoint extends MetricPointBase {
  readonly type: "exponential_histogram";
  readonly count: bigint;
  readonly sum: number;
  readonly scale: number;
  readonly zeroCount: bigint;
  readonly zeroThreshold: number;
  readonly positiveOffset: number;
  readonly positiveBucketCounts: readonly bigint[];
  readonly negativeOffset: number;
  readonly negativeBucketCounts: readonly bigint[];
  readonly min: number | null;
  readonly max: number | null;
  readonly aggregationTemporality: AggregationTemporality;
}

export interface SummaryPoint extends MetricPointBase {
  readonly type: "summary";
  readonly count: bigint;
  readonly sum: number;
  readonly quantileValues: readonly { readonly quantile: number; readonly value: number }[];
}

export type MetricPoint =
  | GaugePoint
  | SumPoint
  | HistogramPoint
  | ExponentialHistogramPoint
  | SummaryPoint;
