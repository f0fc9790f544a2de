import type { LogRecord } from "../model/telemetry.ts";
import type { RecordEncoding } from "../queue/queue.ts";
import { decodeJsonLogs } from "./json/decode-json-logs.ts";
import { decodeProtobufLogs } from "./protobuf/decode-protobuf-logs.ts";

/** The log records of a request, under the rules of `decodeTraces`. */
export function decodeLogs(
  contentType: RecordEncoding["contentType"],
  body: Uint8Array,
  skip: ReadonlySet<number> = new Set(),
): LogRecord[] {
  return contentType === "protobuf" ? decodeProtobufLogs(body, skip) : decodeJsonLogs(body, skip);
}
