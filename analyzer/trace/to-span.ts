import type { AttributeMap, Span } from "../../core/model/telemetry.ts";
import type { StoredSpan } from "./stored-trace.ts";

const nothing: AttributeMap = new Map();
const noResource = { attributes: nothing, schemaUrl: "" };
const noScope = { name: "", version: "", attributes: nothing, schemaUrl: "" };

/** A stored span as the telemetry model has it, for the normalizer; attributes are text. */
export function toSpan(stored: StoredSpan): Span {
  const start = BigInt(Math.trunc(stored.TimeUnixMs)) * 1_000_000n;
  return {
    resource: noResource,
    scope: noScope,
    traceId: stored.TraceId,
    spanId: stored.SpanId,
    parentSpanId: stored.ParentSpanId,
    traceState: "",
    name: stored.SpanName,
    kind: 0,
    startTimeUnixNano: start,
    endTimeUnixNano: start + BigInt(Math.trunc(stored.Duration)),
    attributes: new Map(Object.entries(stored.SpanAttributes)),
    events: [],
    links: [],
    statusCode: stored.StatusCode === "Error" ? 2 : 0,
    statusMessage: stored.StatusMessage,
  };
}
