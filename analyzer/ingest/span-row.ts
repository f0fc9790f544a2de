import type { SpanEvent, SpanLink } from "../../core/model/telemetry.ts";
import type { InspectedSpan } from "../inspect/inspector.ts";
import { attributesJson } from "./attribute-json.ts";
import { dateTime64Json, numberJson, resourceColumns, scopeValuesJson } from "./row-json.ts";

const spanKinds = ["Unspecified", "Internal", "Server", "Client", "Producer", "Consumer"];
const statusCodes = ["Unset", "Ok", "Error"];

/** The text ClickHouse holds for an OTLP span kind. */
export function spanKindText(kind: number): string {
  return spanKinds[kind] ?? "Unspecified";
}

/** The columns of a span's own content, in the order of `spanRowJson`. */
export const spanColumns = [
  "Timestamp",
  "TraceId",
  "SpanId",
  "ParentSpanId",
  "TraceState",
  "SpanName",
  "SpanKind",
  "ServiceName",
  "ResourceAttributes",
  "ResourceSchemaUrl",
  "ScopeName",
  "ScopeVersion",
  "ScopeSchemaUrl",
  "SpanAttributes",
  "Duration",
  "StatusCode",
  "StatusMessage",
  "Events.Timestamp",
  "Events.Name",
  "Events.Attributes",
  "Links.TraceId",
  "Links.SpanId",
  "Links.TraceState",
  "Links.Attributes",
  "Environment",
  "ServiceVersion",
  "Session",
  "GenAiConvention",
  "GenAiOperation",
  "GenAiProvider",
  "GenAiRequestModel",
  "GenAiResponseModel",
  "GenAiAgent",
  "GenAiTool",
  "GenAiToolCallId",
  "InputTokens",
  "OutputTokens",
  "CacheReadTokens",
  "CacheWriteTokens",
  "CostUsd",
] as const;

/** The values of `spanColumns`, comma-separated JSON without brackets. */
export function spanRowJson(inspected: InspectedSpan): string {
  const { span } = inspected;
  const { service, environment, version, attributesText } = resourceColumns(span.resource);
  const duration =
    span.endTimeUnixNano > span.startTimeUnixNano
      ? span.endTimeUnixNano - span.startTimeUnixNano
      : 0n;
  return (
    `${dateTime64Json(span.startTimeUnixNano)},` +
    `"${span.traceId}","${span.spanId}","${span.parentSpanId}",` +
    `${JSON.stringify(span.traceState)},` +
    `${JSON.stringify(span.name)},"${spanKindText(span.kind)}",` +
    `${JSON.stringify(service)},${attributesText},${JSON.stringify(span.resource.schemaUrl)},` +
    `${scopeValuesJson(span.scope)},` +
    `${attributesJson(span.attributes)},` +
    `${duration},"${statusCodes[span.statusCode] ?? "Unset"}",` +
    `${JSON.stringify(span.statusMessage)},` +
    `${eventsJson(span.events)},${linksJson(span.links)},` +
    `${JSON.stringify(environment)},${JSON.stringify(version)},` +
    genAiJson(inspected)
  );
}

function genAiJson({ span, genAi, costUsd }: InspectedSpan): string {
  if (genAi === null) {
    return `"${span.traceId}","","","","","","","","",0,0,0,0,0`;
  }
  return (
    `${JSON.stringify(genAi.conversationId || span.traceId)},` +
    `${JSON.stringify(genAi.convention)},${JSON.stringify(genAi.operation)},` +
    `${JSON.stringify(genAi.provider)},${JSON.stringify(genAi.requestModel)},` +
    `${JSON.stringify(genAi.responseModel)},${JSON.stringify(genAi.agent)},` +
    `${JSON.stringify(genAi.tool)},${JSON.stringify(genAi.toolCallId)},` +
    `${tokenCount(genAi.inputTokens)},${tokenCount(genAi.outputTokens)},` +
    `${tokenCount(genAi.cacheReadTokens)},${tokenCount(genAi.cacheWriteTokens)},` +
    numberJson(costUsd)
  );
}

/** Senders write what they like; the column is an unsigned integer. */
function tokenCount(value: number): number {
  return Number.isFinite(value) && value > 0 ? Math.min(Math.round(value), 1e15) : 0;
}

function eventsJson(events: readonly SpanEvent[]): string {
  if (events.length === 0) {
    return "[],[],[]";
  }
  return (
    `[${events.map((event) => dateTime64Json(event.timeUnixNano)).join(",")}],` +
    `${JSON.stringify(events.map((event) => event.name))},` +
    `[${events.map((event) => attributesJson(event.attributes)).join(",")}]`
  );
}

function linksJson(links: readonly SpanLink[]): string {
  if (links.length === 0) {
    return "[],[],[],[]";
  }
  return (
    `${JSON.stringify(links.map((link) => link.traceId))},` +
    `${JSON.stringify(links.map((link) => link.spanId))},` +
    `${JSON.stringify(links.map((link) => link.traceState))},` +
    `[${links.map((link) => attributesJson(link.attributes)).join(",")}]`
  );
}
