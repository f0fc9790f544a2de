import type { LogRecord } from "../../core/model/telemetry.ts";
import {
  dictionaryColumn,
  nanosecondColumn,
  stringColumn,
  uint8Column,
} from "../../core/store/native/columns.ts";
import { toNativeBlock } from "../../core/store/native/native-block.ts";
import { attributeText } from "./attribute-text.ts";
import { resourceFacts } from "./resource-facts.ts";
import {
  attributesColumn,
  originColumns,
  type RowBlock,
  type RowOrigin,
  sourceColumns,
} from "./row-block.ts";

export interface LogBlock extends RowBlock {
  append(record: LogRecord, session: string, origin: RowOrigin): void;
}

/** Rows of `otel_logs`. A record without any time of its own gets the time it was received. */
export function createLogBlock(): LogBlock {
  const origins = originColumns();
  const source = sourceColumns();
  const columns = {
    Timestamp: nanosecondColumn(),
    TraceId: stringColumn(),
    SpanId: stringColumn(),
    TraceFlags: uint8Column(),
    SeverityText: dictionaryColumn(),
    SeverityNumber: uint8Column(),
    ScopeAttributes: attributesColumn(),
    Body: stringColumn(),
    LogAttributes: attributesColumn(),
    EventName: stringColumn(),
    Environment: dictionaryColumn(),
    ServiceVersion: dictionaryColumn(),
    Session: stringColumn(),
  };
  let rows = 0;
  return {
    get rows() {
      return rows;
    },
    append(record, session, origin) {
      const { environment, version } = resourceFacts(record.resource);
      origins.append(origin);
      source.append(record.resource, record.scope);
      columns.Timestamp.append(timeOf(record, origin.receivedAtUnixMs));
      columns.TraceId.append(record.traceId);
      columns.SpanId.append(record.spanId);
      columns.TraceFlags.append(record.flags & 0xff);
      columns.SeverityText.append(record.severityText);
      columns.SeverityNumber.append(severityNumber(record.severityNumber));
      columns.ScopeAttributes.append(record.scope.attributes);
      columns.Body.append(attributeText(record.body));
      columns.LogAttributes.append(record.attributes);
      columns.EventName.append(record.eventName);
      columns.Environment.append(environment);
      columns.ServiceVersion.append(version);
      columns.Session.append(session || record.traceId);
      rows += 1;
    },
    take: (keep) =>
      toNativeBlock({ ...origins.columns, ...source.columns, ...columns }, rows, keep),
  };
}

function timeOf(record: LogRecord, receivedAtUnixMs: number): bigint {
  return (
    record.timeUnixNano ||
    record.observedTimeUnixNano ||
    BigInt(Math.trunc(receivedAtUnixMs)) * 1_000_000n
  );
}

function severityNumber(value: number): number {
  return value >= 0 && value <= 24 ? value : 0;
}
