import type { Span } from "../model/telemetry.ts";
import type { RecordEncoding } from "../queue/queue.ts";
import { decodeJsonTraces } from "./json/decode-json-traces.ts";
import { decodeProtobufTraces } from "./protobuf/decode-protobuf-traces.ts";

/**
 * The spans, in body order, of a request that `scanRequest` accepted. `skip` holds the ordinals
 * it refused: those records are left out and never touched, because decoding one may throw (a
 * value too deep, an id that is no id). Integers are numbers where that is exact, else bigints;
 * ids are lower-case hex, and an all-zero optional id is empty; of equal attribute keys the
 * last wins.
 *
 * Throws `OtlpDecodeError` for bytes that are not such a request.
 */
export function decodeTraces(
  contentType: RecordEncoding["contentType"],
  body: Uint8Array,
  skip: ReadonlySet<number> = new Set(),
): Span[] {
  return contentType === "protobuf"
    ? decodeProtobufTraces(body, skip)
    : decodeJsonTraces(body, skip);
}
