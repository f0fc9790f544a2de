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
  if (record.contentEncoding === "identity") {
    return decodeBody(record, record.body);
  }
  const body = inflate(record.body, maxBodyBytes);
  try {
    return decodeBody(record, body);
  } finally {
    // Decoded records hold copies. Freed now: waiting for the garbage collector would make it
    // run for this memory's sake.
    body.buffer.transfer(0);
  }
}

function decodeBody(record: QueueRecord, body: Uint8Array): DecodedRecord {
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
    default:
      return record.signal satisfies never;
  }
}

const leastChunkBytes = 64 * 1024;
const mostChunkBytes = 8 * 1024 * 1024;

/** Inflates into one buffer of the size that the trailer claims, instead of many small ones. */
function inflate(body: Uint8Array, maxBodyBytes: number): Uint8Array<ArrayBuffer> {
  const claimed = Buffer.from(body.buffer, body.byteOffset, body.byteLength).readUInt32LE(
    Math.max(0, body.byteLength - 4),
  );
  // A claim costs the sender nothing, so it only decides between sane sizes.
  const chunkSize = Math.min(Math.max(claimed + 64, leastChunkBytes), mostChunkBytes);
  return gunzipSync(body, { maxOutputLength: maxBodyBytes, chunkSize });
}
