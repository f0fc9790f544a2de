import type { MetricPoint } from "../model/telemetry.ts";
import type { RecordEncoding } from "../queue/queue.ts";
import { decodeJsonMetrics } from "./json/decode-json-metrics.ts";
import { decodeProtobufMetrics } from "./protobuf/decode-protobuf-metrics.ts";

/**
 * The data points of a request, under the rules of `decodeTraces`. A point without a recorded
 * value has value 0 and flag 1; a histogram without a sum has sum 0.
 */
export function decodeMetrics(
  contentType: RecordEncoding["contentType"],
  body: Uint8Array,
  skip: ReadonlySet<number> = new Set(),
): MetricPoint[] {
  return contentType === "protobuf"
    ? decodeProtobufMetrics(body, skip)
    : decodeJsonMetrics(body, skip);
}
