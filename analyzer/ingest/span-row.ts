import type { Span, SpanEvent, SpanLink } from "../../core/model/telemetry.ts";
import type { InspectedSpan } from "../inspect/inspector.ts";
import { attributesJson } from "./attribute-json.ts";
import { dateTime64Json, numberJson, resourceColumns, scopeJson } from "./row-json.ts";

const spanKinds = ["Unspecified", "Internal", "Server", "Client", "Producer", "Consumer"];
const statusCodes = ["Unset", "Ok", "Error"];

/** The text ClickHouse holds for an OTLP span kind. */
export function spanKindText(kind: number): string {
  return spanKinds[kind] ?? "Unspecified";
}

/** Columns of `otel_traces` but those of the batch, as JSON without braces. */
export function spanRowJson(inspected: InspectedSpan): string {
  const { span } = inspected;
  const resource = resourceColumns(span.resource);
  const duration =
    span.endTimeUnixNano > span.startTimeUnixNano
      ? span.endTimeUnixNano - span.startTimeUnixNano
      : 0n;
  return (
    `"Timestamp":${dateTime64Json(span.startTimeUnixNano)},` +
    `"TraceId":"${span.traceId}","SpanId":"${span.spanId}","ParentSpanId":"${span.parentSpanId}",` +
    `"TraceState":${JSON.stringify(span.traceState)},` +
    `"SpanName":${JSON.stringify(span.name)},"SpanKind":"${spanKindText(span.kind)}",` +
    `${resource.json},${scopeJson(span.scope)},` +
    `"SpanAttributes":${attributesJson(span.attributes)},` +
    `"Duration":${duration},` +
    `"StatusCode":"${statusCodes[span.statusCode] ?? "Unset"}",` +
    `"StatusMessage":${JSON.stringify(span.statusMessage)}` +
    `${eventsJson(span.events)}${linksJson(span.links)},` +
    `"Environment":${JSON.stringify(resource.environment)},` +
    `"ServiceVersion":${JSON.stringify(resource.version)},` +
    genAiJson(inspected, span)
  );
}

function genAiJson({ genAi, costUsd }: InspectedSpan, span: Span): string {
  if (genAi === null) {
    return `"Session":"${span.traceId}"`;
  }
  return (
    `"Session":${JSON.stringify(genAi.conversationId || span.traceId)},` +
    `"GenAiConvention":${JSON.stringify(genAi.convention)},` +
    `"GenAiOperation":${JSON.stringify(genAi.operation)},` +
    `"GenAiProvider":${JSON.stringify(genAi.provider)},` +
    `"GenAiRequestModel":${JSON.stringify(genAi.requestModel)},` +
    `"GenAiResponseModel":${JSON.stringify(genAi.responseModel)},` +
    `"GenAiAgent":${JSON.stringify(genAi.agent)},` +
    `"GenAiTool":${JSON.stringify(genAi.tool)},` +
    `"GenAiToolCallId":${JSON.stringify(genAi.toolCallId)},` +
    `"InputTokens":${tokenCount(genAi.inputTokens)},` +
    `"OutputTokens":${tokenCount(genAi.outputTokens)},` +
    `"CacheReadTokens":${tokenCount(genAi.cacheReadTokens)},` +
    `"CacheWriteTokens":${tokenCount(genAi.cacheWriteTokens)},` +
    `"CostUsd":${numberJson(costUsd)}`
  );
}

/** Senders write what they like; the column is an unsigned integer. */
function tokenCount(value: number): number {
  return Number.isFinite(value) && value > 0 ? Math.min(Math.round(value), 1e15) : 0;
}

function eventsJson(events: readonly SpanEvent[]): string {
  if (events.length === 0) {
    return "";
  }
  return (
    `,"Events.Timestamp":[${events.map((event) => dateTime64Json(event.timeUnixNano)).join(",")}]` +
    `,"Events.Name":${JSON.stringify(events.map((event) => event.name))}` +
    `,"Events.Attributes":[${events.map((event) => attributesJson(event.attributes)).join(",")}]`
  );
}

function linksJson(links: readonly SpanLink[]): string {
  if (links.length === 0) {
    return "";
  }
  return (
    `,"Links.TraceId":${JSON.stringify(links.map((link) => link.traceId))}` +
    `,"Links.SpanId":${JSON.stringify(links.map((link) => link.spanId))}` +
    `,"Links.TraceState":${JSON.stringify(links.map((link) => link.traceState))}` +
    `,"Links.Attributes":[${links.map((link) => attributesJson(link.attributes)).join(",")}]`
  );
}
