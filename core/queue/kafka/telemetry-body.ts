import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import type { Signal } from "../../model/telemetry.ts";
import { decodeLogs } from "../../otlp/decode-logs.ts";
import { decodeMetrics } from "../../otlp/decode-metrics.ts";
import { decodeTraces } from "../../otlp/decode-traces.ts";
import { encodeLogRequest, encodeMetricRequest, encodeTraceRequest } from "../../otlp/encode.ts";
import type { NewQueueRecord } from "../queue.ts";

/** One value of a topic: a request in protobuf, with the number of records in it. */
export interface TelemetryPart {
  readonly value: Buffer;
  readonly count: number;
}

export interface TelemetryBody {
  readonly parts: readonly TelemetryPart[];
  /** Records that are larger than a value may be, each alone. */
  readonly tooLarge: number;
}

export interface BodyLimits {
  /** Of a request after decompression. */
  readonly maxBodyBytes: number;
  /** Of one value. */
  readonly maxValueBytes: number;
}

type Encoding = Pick<
  NewQueueRecord,
  "contentType" | "contentEncoding" | "rejectedOrdinals" | "acceptedCount" | "body"
>;

const gunzipAsync = promisify(gunzip);

/**
 * The values that a request is written as: uncompressed protobuf without the records that were
 * refused at the door. Bytes that already are that are passed on as they came; others are decoded
 * and encoded again, and a request beyond `maxValueBytes` is divided.
 */
export async function telemetryBody(
  signal: Signal,
  record: Encoding,
  limits: BodyLimits,
): Promise<TelemetryBody> {
  const body =
    record.contentEncoding === "gzip"
      ? await gunzipAsync(record.body, { maxOutputLength: limits.maxBodyBytes })
      : Buffer.from(record.body.buffer, record.body.byteOffset, record.body.byteLength);
  const isReady = record.contentType === "protobuf" && record.rejectedOrdinals.length === 0;
  if (isReady && body.length <= limits.maxValueBytes) {
    return { parts: [{ value: body, count: record.acceptedCount }], tooLarge: 0 };
  }
  return codecs[signal](record, body, limits.maxValueBytes);
}

type Encode = (record: Encoding, body: Buffer, maxValueBytes: number) => TelemetryBody;

const codecs: Readonly<Record<Signal, Encode>> = {
  traces: codec(decodeTraces, encodeTraceRequest),
  logs: codec(decodeLogs, encodeLogRequest),
  metrics: codec(decodeMetrics, encodeMetricRequest),
};

function codec<T>(
  decode: (
    contentType: NewQueueRecord["contentType"],
    body: Uint8Array,
    skip: ReadonlySet<number>,
  ) => readonly T[],
  encode: (records: readonly T[]) => Uint8Array,
): Encode {
  return ({ contentType, rejectedOrdinals }, body, maxValueBytes) => {
    const records = decode(contentType, body, new Set(rejectedOrdinals));
    const parts: TelemetryPart[] = [];
    const tooLarge = divide(records, encode, maxValueBytes, parts);
    return { parts, tooLarge };
  };
}

/** Halves the records until each value fits; in their order. Returns how many fit in none. */
function divide<T>(
  records: readonly T[],
  encode: (records: readonly T[]) => Uint8Array,
  maxValueBytes: number,
  parts: TelemetryPart[],
): number {
  if (records.length === 0) {
    return 0;
  }
  const encoded = encode(records);
  if (encoded.length <= maxValueBytes) {
    const value = Buffer.from(encoded.buffer, encoded.byteOffset, encoded.byteLength);
    parts.push({ value, count: records.length });
    return 0;
  }
  if (records.length === 1) {
    return 1;
  }
  const middle = Math.ceil(records.length / 2);
  return (
    divide(records.slice(0, middle), encode, maxValueBytes, parts) +
    divide(records.slice(middle), encode, maxValueBytes, parts)
  );
}
