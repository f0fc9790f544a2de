import type { Span, SpanEvent, SpanLink } from "../../model/telemetry.ts";
import {
  enumAt,
  type JsonContext,
  type JsonObject,
  mapObjects,
  objectAt,
  stringAt,
  uint64At,
} from "./fields.ts";
import { optionalSpanId, optionalTraceId, requiredSpanId, requiredTraceId } from "./ids.ts";
import { decodeJson, type JsonScan, scanJson } from "./json-records.ts";
import { readAttributes } from "./read-value.ts";
import { type Envelope, walkJson } from "./walk-json.ts";

const names = { resources: "resourceSpans", scopes: "scopeSpans", records: "spans" };

/** The twin of `decodeProtobufTraces` for OTLP JSON. */
export function decodeJsonTraces(body: Uint8Array, skip: ReadonlySet<number>): Span[] {
  return decodeJson(body, skip, walkSpans);
}

export function scanJsonTraces(body: Uint8Array, scan: JsonScan): void {
  scanJson(body, scan, walkSpans, (span) => span.startTimeUnixNano);
}

function walkSpans(
  context: JsonContext,
  request: JsonObject,
  accept: (read: () => Span) => void,
): void {
  walkJson(context, request, names, (record, envelope) => {
    accept(() => readSpan(context, record, envelope()));
  });
}

function readSpan(context: JsonContext, span: JsonObject, { resource, scope }: Envelope): Span {
  const status = objectAt(span, "status") ?? {};
  return {
    resource,
    scope,
    traceId: requiredTraceId(context, span),
    spanId: requiredSpanId(context, span),
    parentSpanId: optionalSpanId(context, span, "parentSpanId"),
    traceState: stringAt(context, span, "traceState"),
    name: stringAt(context, span, "name"),
    kind: enumAt(context, span, "kind"),
    startTimeUnixNano: uint64At(span, "startTimeUnixNano"),
    endTimeUnixNano: uint64At(span, "endTimeUnixNano"),
    attributes: readAttributes(context, span),
    events: mapObjects(span, "events", (event) => readEvent(context, event)),
    links: mapObjects(span, "links", (link) => readLink(context, link)),
    statusCode: enumAt(context, status, "code"),
    statusMessage: stringAt(context, status, "message"),
  };
}

function readEvent(context: JsonContext, event: JsonObject): SpanEvent {
  return {
    timeUnixNano: uint64At(event, "timeUnixNano"),
    name: stringAt(context, event, "name"),
    attributes: readAttributes(context, event),
  };
}

function readLink(context: JsonContext, link: JsonObject): SpanLink {
  return {
    traceId: optionalTraceId(context, link),
    spanId: optionalSpanId(context, link, "spanId"),
    traceState: stringAt(context, link, "traceState"),
    attributes: readAttributes(context, link),
  };
}
