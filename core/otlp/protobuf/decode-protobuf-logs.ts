import type { LogRecord } from "../../model/telemetry.ts";
import { eventName } from "../event-name.ts";
import { spanIdOrEmpty, traceIdOrEmpty } from "../ids.ts";
import type { Mutable } from "../mutable.ts";
import { noAttributes } from "../no-attributes.ts";
import { ProtobufReader } from "../reader.ts";
import { decodeAnyValue, decodeAttribute, GroupDecoder } from "./decode-value.ts";
import { walkRequest } from "./walk-request.ts";

/** The records of an ExportLogsServiceRequest in body order, without the ordinals in `skip`. */
export function decodeProtobufLogs(body: Uint8Array, skip: ReadonlySet<number>): LogRecord[] {
  const reader = new ProtobufReader(body);
  const groups = new GroupDecoder(reader);
  const records: LogRecord[] = [];
  let ordinal = 0;
  walkRequest(reader, (end, group) => {
    if (skip.has(ordinal)) {
      reader.position = end;
    } else {
      const record = emptyRecord(groups.resource(group), groups.scope(group));
      while (reader.position < end) {
        readLogField(reader, end, record);
      }
      nameEvent(record);
      records.push(record);
    }
    ordinal += 1;
  });
  return records;
}

function emptyRecord(
  resource: LogRecord["resource"],
  scope: LogRecord["scope"],
): Mutable<LogRecord> {
  return {
    resource,
    scope,
    timeUnixNano: 0n,
    observedTimeUnixNano: 0n,
    severityNumber: 0,
    severityText: "",
    body: null,
    attributes: noAttributes,
    eventName: "",
    traceId: "",
    spanId: "",
    flags: 0,
  };
}

function readLogField(reader: ProtobufReader, end: number, record: Mutable<LogRecord>): void {
  const tag = reader.tag(end);
  switch (tag) {
    case 9:
      record.timeUnixNano = reader.fixed64(end);
      break;
    case 16:
      record.severityNumber = reader.varint(end);
      break;
    case 26:
      record.severityText = reader.key(end);
      break;
    case 42:
      record.body = decodeAnyValue(reader, end, 0);
      break;
    case 50:
      record.attributes = decodeAttribute(reader, end, record.attributes);
      break;
    case 69:
      record.flags = reader.fixed32(end);
      break;
    case 74:
      record.traceId = traceIdOrEmpty(reader.hex(end));
      break;
    case 82:
      record.spanId = spanIdOrEmpty(reader.hex(end));
      break;
    case 89:
      record.observedTimeUnixNano = reader.fixed64(end);
      break;
    case 98:
      record.eventName = reader.key(end);
      break;
    default:
      reader.skip(tag, end);
  }
}

function nameEvent(record: Mutable<LogRecord>): void {
  record.eventName = eventName({
    field: record.eventName,
    attributes: record.attributes,
    scopeName: record.scope.name,
    body: record.body,
  });
}
