import type { AttributeValue, LogRecord, Span, SpanEvent } from "../../core/model/telemetry.ts";

const resource = {
  attributes: new Map([
    ["service.name", "shop"],
    ["service.version", "1.8.0"],
    ["deployment.environment.name", "production"],
  ]),
  schemaUrl: "",
};
const scope = { name: "test", version: "", attributes: new Map(), schemaUrl: "" };

/** A span with the given attributes and nothing else of interest. */
export function spanOf(
  attributes: Readonly<Record<string, AttributeValue>>,
  rest: Partial<Span> = {},
): Span {
  return {
    resource,
    scope,
    traceId: "4bf92f3577b34da6a3ce929d0e0e4736",
    spanId: "00f067aa0ba902b7",
    parentSpanId: "",
    traceState: "",
    name: "test",
    kind: 3,
    startTimeUnixNano: 1_790_000_000_000_000_000n,
    endTimeUnixNano: 1_790_000_001_000_000_000n,
    attributes: new Map(Object.entries(attributes)),
    events: [],
    links: [],
    statusCode: 0,
    statusMessage: "",
    ...rest,
  };
}

export function spanEventOf(
  name: string,
  attributes: Readonly<Record<string, AttributeValue>>,
): SpanEvent {
  return { timeUnixNano: 0n, name, attributes: new Map(Object.entries(attributes)) };
}

/** A log record with the given event name and body. */
export function logOf(
  eventName: string,
  body: AttributeValue,
  rest: Partial<LogRecord> = {},
): LogRecord {
  return {
    resource,
    scope,
    timeUnixNano: 1_790_000_000_000_000_000n,
    observedTimeUnixNano: 0n,
    severityNumber: 9,
    severityText: "INFO",
    body,
    attributes: new Map(),
    eventName,
    traceId: "4bf92f3577b34da6a3ce929d0e0e4736",
    spanId: "00f067aa0ba902b7",
    flags: 0,
    ...rest,
  };
}
