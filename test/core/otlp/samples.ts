import type {
  AttributeValue,
  LogRecord,
  MetricPoint,
  Resource,
  Scope,
  Span,
} from "../../../core/model/telemetry.ts";

/** Small valid records to vary. */
export const nowNano = 1_763_000_000_123_456_789n;

export const resource: Resource = {
  attributes: new Map([["service.name", "shop"]]),
  schemaUrl: "https://opentelemetry.io/schemas/1.37.0",
};

export const scope: Scope = { name: "s", version: "1", attributes: new Map(), schemaUrl: "" };

export function spanWith(parts: Partial<Span> = {}): Span {
  return {
    resource,
    scope,
    traceId: "0102030405060708090a0b0c0d0e0f10",
    spanId: "0102030405060708",
    parentSpanId: "",
    traceState: "",
    name: "chat",
    kind: 3,
    startTimeUnixNano: nowNano,
    endTimeUnixNano: nowNano + 5n,
    attributes: new Map(),
    events: [],
    links: [],
    statusCode: 0,
    statusMessage: "",
    ...parts,
  };
}

export function logWith(parts: Partial<LogRecord> = {}): LogRecord {
  return {
    resource,
    scope,
    timeUnixNano: nowNano,
    observedTimeUnixNano: 0n,
    severityNumber: 9,
    severityText: "INFO",
    body: "hello",
    attributes: new Map(),
    eventName: "",
    traceId: "",
    spanId: "",
    flags: 0,
    ...parts,
  };
}

export function gaugeWith(
  parts: Partial<Extract<MetricPoint, { type: "gauge" }>> = {},
): MetricPoint {
  return {
    resource,
    scope,
    metricName: "m",
    metricDescription: "",
    metricUnit: "1",
    attributes: new Map(),
    startTimeUnixNano: 0n,
    timeUnixNano: nowNano,
    flags: 0,
    exemplars: [],
    type: "gauge",
    value: 1.5,
    ...parts,
  };
}

/** A value with `depth` AnyValues in one another, arrays and maps in turn. */
export function nestedValue(depth: number): AttributeValue {
  let value: AttributeValue = "deep";
  for (let level = 1; level < depth; level += 1) {
    value = level % 2 === 0 ? [value] : new Map([["k", value]]);
  }
  return value;
}
