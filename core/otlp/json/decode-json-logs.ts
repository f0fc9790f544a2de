import type { LogRecord } from "../../model/telemetry.ts";
import { eventName } from "../event-name.ts";
import {
  enumAt,
  type JsonContext,
  type JsonObject,
  objectAt,
  stringAt,
  uint32At,
  uint64At,
} from "./fields.ts";
import { optionalSpanId, optionalTraceId } from "./ids.ts";
import { decodeJson, type JsonScan, scanJson } from "./json-records.ts";
import { readAnyValue, readAttributes } from "./read-value.ts";
import { type Envelope, walkJson } from "./walk-json.ts";

const names = { resources: "resourceLogs", scopes: "scopeLogs", records: "logRecords" };

/** The twin of `decodeProtobufLogs` for OTLP JSON. */
export function decodeJsonLogs(body: Uint8Array, skip: ReadonlySet<number>): LogRecord[] {
  return decodeJson(body, skip, walkLogs);
}

export function scanJsonLogs(body: Uint8Array, scan: JsonScan): void {
  scanJson(body, scan, walkLogs, eventTime);
}

function walkLogs(
  context: JsonContext,
  request: JsonObject,
  accept: (read: () => LogRecord) => void,
): void {
  walkJson(context, request, names, (record, envelope) => {
    accept(() => readLogRecord(context, record, envelope()));
  });
}

/** The event time, else the observed time; with neither, the time of receipt is used later. */
function eventTime({ timeUnixNano, observedTimeUnixNano }: LogRecord): bigint | null {
  const time = timeUnixNano === 0n ? observedTimeUnixNano : timeUnixNano;
  return time === 0n ? null : time;
}

function readLogRecord(
  context: JsonContext,
  record: JsonObject,
  { resource, scope }: Envelope,
): LogRecord {
  const body = readAnyValue(context, objectAt(record, "body"), 1);
  const attributes = readAttributes(context, record);
  const field = stringAt(context, record, "eventName");
  return {
    resource,
    scope,
    timeUnixNano: uint64At(record, "timeUnixNano"),
    observedTimeUnixNano: uint64At(record, "observedTimeUnixNano"),
    severityNumber: enumAt(context, record, "severityNumber"),
    severityText: stringAt(context, record, "severityText"),
    body,
    attributes,
    eventName: eventName({ field, attributes, scopeName: scope.name, body }),
    traceId: optionalTraceId(context, record),
    spanId: optionalSpanId(context, record, "spanId"),
    flags: uint32At(record, "flags"),
  };
}
