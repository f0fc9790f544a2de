import type { LogRecord, MetricPoint, Span, SpanEvent, SpanLink } from "../model/telemetry.ts";
import { writeMetrics } from "./encode-metrics.ts";
import { writeAnyValue, writeAttributes, writeRequest } from "./encode-value.ts";
import { ProtobufWriter } from "./writer.ts";

/** An ExportTraceServiceRequest in protobuf, for generators, benchmarks and tests. */
export function encodeTraceRequest(spans: readonly Span[]): Uint8Array {
  const writer = new ProtobufWriter();
  writeRequest(writer, spans, (group) => {
    group.forEach((span) => writer.message(2, () => writeSpan(writer, span)));
  });
  return writer.finish();
}

/** An ExportLogsServiceRequest in protobuf. */
export function encodeLogRequest(records: readonly LogRecord[]): Uint8Array {
  const writer = new ProtobufWriter();
  writeRequest(writer, records, (group) => {
    group.forEach((record) => writer.message(2, () => writeLogRecord(writer, record)));
  });
  return writer.finish();
}

/** An ExportMetricsServiceRequest in protobuf; consecutive points of a series share a Metric. */
export function encodeMetricRequest(points: readonly MetricPoint[]): Uint8Array {
  const writer = new ProtobufWriter();
  writeRequest(writer, points, (group) => writeMetrics(writer, group));
  return writer.finish();
}

function writeSpan(writer: ProtobufWriter, span: Span): void {
  writer.hex(1, span.traceId);
  writer.hex(2, span.spanId);
  writer.string(3, span.traceState);
  writer.hex(4, span.parentSpanId);
  writer.string(5, span.name);
  writer.integer(6, span.kind);
  writer.fixed64(7, span.startTimeUnixNano);
  writer.fixed64(8, span.endTimeUnixNano);
  writeAttributes(writer, 9, span.attributes);
  span.events.forEach((event) => writer.message(11, () => writeEvent(writer, event)));
  span.links.forEach((link) => writer.message(13, () => writeLink(writer, link)));
  writer.message(15, () => {
    writer.string(2, span.statusMessage);
    writer.integer(3, span.statusCode);
  });
}

function writeEvent(writer: ProtobufWriter, event: SpanEvent): void {
  writer.fixed64(1, event.timeUnixNano);
  writer.string(2, event.name);
  writeAttributes(writer, 3, event.attributes);
}

function writeLink(writer: ProtobufWriter, link: SpanLink): void {
  writer.hex(1, link.traceId);
  writer.hex(2, link.spanId);
  writer.string(3, link.traceState);
  writeAttributes(writer, 4, link.attributes);
}

function writeLogRecord(writer: ProtobufWriter, record: LogRecord): void {
  writer.fixed64(1, record.timeUnixNano);
  writer.integer(2, record.severityNumber);
  writer.string(3, record.severityText);
  writer.message(5, () => writeAnyValue(writer, record.body));
  writeAttributes(writer, 6, record.attributes);
  writer.fixed32(8, record.flags);
  writer.hex(9, record.traceId);
  writer.hex(10, record.spanId);
  writer.fixed64(11, record.observedTimeUnixNano);
  writer.string(12, record.eventName);
}
