import type { LogRecord } from "../../core/model/telemetry.ts";
import { attributesJson, attributeText } from "./attribute-json.ts";
import { dateTime64Json, resourceColumns, scopeJson } from "./row-json.ts";

/**
 * Columns of `otel_logs` but those of the batch, as JSON without braces.
 *
 * A record without any time of its own gets the time it was received.
 */
export function logRowJson(record: LogRecord, session: string, receivedAtUnixMs: number): string {
  const resource = resourceColumns(record.resource);
  const time =
    record.timeUnixNano || record.observedTimeUnixNano || BigInt(receivedAtUnixMs) * 1_000_000n;
  return (
    `"Timestamp":${dateTime64Json(time)},` +
    `"TraceId":"${record.traceId}","SpanId":"${record.spanId}",` +
    `"TraceFlags":${record.flags & 0xff},` +
    `"SeverityText":${JSON.stringify(record.severityText)},` +
    `"SeverityNumber":${severityNumber(record.severityNumber)},` +
    `${resource.json},${scopeJson(record.scope)},` +
    `"ScopeAttributes":${attributesJson(record.scope.attributes)},` +
    `"Body":${JSON.stringify(attributeText(record.body))},` +
    `"LogAttributes":${attributesJson(record.attributes)},` +
    `"EventName":${JSON.stringify(record.eventName)},` +
    `"Environment":${JSON.stringify(resource.environment)},` +
    `"ServiceVersion":${JSON.stringify(resource.version)},` +
    `"Session":${JSON.stringify(session || record.traceId)}`
  );
}

function severityNumber(value: number): number {
  return value >= 0 && value <= 24 ? value : 0;
}
