import { gunzipSync } from "node:zlib";
import type { Change } from "../../core/model/change.ts";
import type { LogRecord, MetricPoint, Span } from "../../core/model/telemetry.ts";
import { decodeLogs } from "../../core/otlp/decode-logs.ts";
import { decodeMetrics } from "../../core/otlp/decode-metrics.ts";
import { decodeTraces } from "../../core/otlp/decode-traces.ts";
import type { QueueRecord } from "../../core/queue/queue.ts";

export type DecodedRecord =
  | { readonly signal: "traces"; readonly spans: readonly Span[] }
  | { readonly signal: "logs"; readonly logs: readonly LogRecord[] }
  | { readonly signal: "metrics"; readonly points: readonly MetricPoint[] }
  | { readonly signal: "changes"; readonly changes: readonly Change[] };

/** The records of one queued request, without those that were refused at the door. */
export function decodeRecord(record: QueueRecord, maxBodyBytes: number): DecodedRecord {
  const body =
    record.contentEncoding === "gzip"
      ? gunzipSync(record.body, { maxOutputLength: maxBodyBytes })
      : record.body;
  const skip = new Set(record.rejectedOrdinals);
  switch (record.signal) {
    case "traces":
      return { signal: "traces", spans: decodeTraces(record.contentType, body, skip) };
    case "logs":
      return { signal: "logs", logs: decodeLogs(record.contentType, body, skip) };
    case "metrics":
      return { signal: "metrics", points: decodeMetrics(record.contentType, body, skip) };
    case "changes":
      return { signal: "changes", changes: JSON.parse(Buffer.from(body).toString()) as Change[] };
  }
}
