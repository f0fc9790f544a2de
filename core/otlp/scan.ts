import type { Signal } from "../model/telemetry.ts";
import type { RecordEncoding } from "../queue/queue.ts";
import { scanJsonLogs } from "./json/decode-json-logs.ts";
import { scanJsonMetrics } from "./json/decode-json-metrics.ts";
import { scanJsonTraces } from "./json/decode-json-traces.ts";
import type { JsonScan } from "./json/json-records.ts";
import { maxValueDepth, type RecordLimits } from "./limits.ts";
import { scanProtobufLogs } from "./protobuf/scan-protobuf-logs.ts";
import { scanProtobufMetrics } from "./protobuf/scan-protobuf-metrics.ts";
import { scanProtobufTraces } from "./protobuf/scan-protobuf-traces.ts";
import type { ScanContext } from "./protobuf/scan-value.ts";
import { ProtobufReader } from "./reader.ts";
import { RefusalTally, type ScanResult } from "./refusal.ts";
import { TimeRange } from "./time-range.ts";

const protobufScans = {
  traces: scanProtobufTraces,
  logs: scanProtobufLogs,
  metrics: scanProtobufMetrics,
} satisfies Record<Signal, (context: ScanContext, tally: RefusalTally) => void>;

const jsonScans = {
  traces: scanJsonTraces,
  logs: scanJsonLogs,
  metrics: scanJsonMetrics,
} satisfies Record<Signal, (body: Uint8Array, scan: JsonScan) => void>;

/**
 * Validates a request and counts its records without building them (protobuf), so that the
 * HTTP thread can answer. Checked per record: ids, the time against the limits, UTF-8 of every
 * string, depth of values, and in JSON that enums are integers. The times are a span's start
 * (its end is not looked at), a log record's time or, when that is 0, its observed time (both 0
 * is accepted: the time of receipt is used later), and a data point's time. A fault of a
 * resource, scope or metric refuses every record below it.
 *
 * Throws `OtlpDecodeError` when the body as a whole is malformed.
 */
export function scanRequest(
  signal: Signal,
  contentType: RecordEncoding["contentType"],
  body: Uint8Array,
  limits: RecordLimits,
): ScanResult {
  const tally = new RefusalTally();
  const times = new TimeRange(limits);
  const maxDepth = Math.min(limits.maxDepth, maxValueDepth);
  if (contentType === "protobuf") {
    protobufScans[signal]({ reader: new ProtobufReader(body), times, maxDepth }, tally);
  } else {
    jsonScans[signal](body, { times, maxDepth, tally });
  }
  return tally.result(signal, { ...limits, maxDepth });
}
