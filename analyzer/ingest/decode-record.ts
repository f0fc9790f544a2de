import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { freeMemory } from "../../core/free-memory.ts";
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

/** The body of a queued request as it was before the sender compressed it. */
export async function openBody(record: QueueRecord, maxBodyBytes: number): Promise<Uint8Array> {
  return record.contentEncoding === "identity" ? record.body : inflate(record.body, maxBodyBytes);
}

/**
 * The records of one queued request, without those that were refused at the door. They hold
 * copies: the memory of an inflated body is freed.
 */
export function decodeRecord(record: QueueRecord, body: Uint8Array): DecodedRecord {
  try {
    return decodeBody(record, body);
  } finally {
    if (body !== record.body) {
      freeMemory(body);
    }
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

const gunzipAsync = promisify(gunzip);

const leastChunkBytes = 64 * 1024;
const mostChunkBytes = 8 * 1024 * 1024;

/**
 * Inflates on the thread pool, into one buffer of the size that the trailer claims instead of
 * many small ones.
 */
function inflate(body: Uint8Array, maxBodyBytes: number): Promise<Uint8Array> {
  const claimed = Buffer.from(body.buffer, body.byteOffset, body.byteLength).readUInt32LE(
    Math.max(0, body.byteLength - 4),
  );
  // A claim costs the sender nothing, so it only decides between sane sizes.
  const chunkSize = Math.min(Math.max(claimed + 64, leastChunkBytes), mostChunkBytes);
  return gunzipAsync(body, { maxOutputLength: maxBodyBytes, chunkSize });
}
