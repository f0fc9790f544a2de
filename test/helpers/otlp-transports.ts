import { gunzipSync, gzipSync } from "node:zlib";
import type { LogRecord, MetricPoint, Signal, Span } from "../../core/model/telemetry.ts";
import { decodeLogs } from "../../core/otlp/decode-logs.ts";
import { decodeMetrics } from "../../core/otlp/decode-metrics.ts";
import { decodeTraces } from "../../core/otlp/decode-traces.ts";
import type { QueueRecord } from "../../core/queue/queue.ts";
import {
  decodePlain,
  encodePlain,
  type Plain,
  requestTypes,
  responseType,
  statusType,
} from "../core/otlp/oracle.ts";
import { toOtlpJson } from "../core/otlp/oracle-json.ts";
import { connectGrpc } from "./grpc-request.ts";
import { ask } from "./http-request.ts";
import type { TestCollector } from "./test-collector.ts";

/** The answer of either port in one form. */
export interface OtlpAnswer {
  /** Of HTTP; 0 over gRPC. */
  readonly httpStatus: number;
  /** A `google.rpc.Code`; 0 is OK. */
  readonly code: number;
  readonly message: string;
  /** `partial_success` of the response, if it is there. */
  readonly partialSuccess: { readonly rejected: number; readonly errorMessage: string } | null;
}

export const transports = ["HTTP protobuf", "HTTP JSON", "gRPC"] as const;

export type Transport = (typeof transports)[number];

export interface SendOptions {
  readonly gzip?: boolean;
}

export const grpcServices = {
  traces: "trace.v1.Trace",
  logs: "logs.v1.Logs",
  metrics: "metrics.v1.Metrics",
} as const;

const rejectedFields = {
  traces: "rejectedSpans",
  logs: "rejectedLogRecords",
  metrics: "rejectedDataPoints",
} as const;

/** Sends one request as an ordinary client of the transport would. */
export async function sendOtlp(
  collector: TestCollector,
  transport: Transport,
  [signal, request]: readonly [Signal, Plain],
  { gzip = false }: SendOptions = {},
): Promise<OtlpAnswer> {
  if (transport === "gRPC") {
    return overGrpc(collector, signal, encodePlain(requestTypes[signal], request), gzip);
  }
  const isJson = transport === "HTTP JSON";
  const bytes = isJson ? toOtlpJson(request) : encodePlain(requestTypes[signal], request);
  const answer = await ask(collector.port, {
    path: `/v1/${signal}`,
    headers: {
      "content-type": isJson ? "application/json" : "application/x-protobuf",
      ...(gzip && { "content-encoding": "gzip" }),
    },
    body: gzip ? gzipSync(bytes) : bytes,
  });
  const plain = isJson
    ? (JSON.parse(answer.body.toString()) as Plain)
    : decodePlain(answer.status === 200 ? responseType : statusType, answer.body);
  const refused = answer.status !== 200;
  return {
    httpStatus: answer.status,
    code: refused ? Number(plain["code"]) : 0,
    message: refused ? String(plain["message"]) : "",
    partialSuccess: partialOf(plain, isJson ? rejectedFields[signal] : "rejected"),
  };
}

async function overGrpc(
  { grpcUrl }: TestCollector,
  signal: Signal,
  bytes: Uint8Array,
  gzip: boolean,
): Promise<OtlpAnswer> {
  const client = connectGrpc(grpcUrl, { gzip });
  try {
    const { code, message, body } = await client.call(grpcServices[signal], bytes);
    const plain = code === 0 ? decodePlain(responseType, body) : {};
    return { httpStatus: 0, code, message, partialSuccess: partialOf(plain, "rejected") };
  } finally {
    client.close();
  }
}

function partialOf(answer: Plain, rejectedField: string): OtlpAnswer["partialSuccess"] {
  const partial = answer["partialSuccess"] as Plain | undefined;
  return partial === undefined
    ? null
    : {
        rejected: Number(partial[rejectedField] ?? 0),
        errorMessage: (partial["errorMessage"] as string | undefined) ?? "",
      };
}

/** The records of a queued request, as the analyzer will decode them. */
export function recordsOf(record: QueueRecord): (Span | LogRecord | MetricPoint)[] {
  const { signal, contentType, contentEncoding, rejectedOrdinals } = record;
  const body = contentEncoding === "gzip" ? gunzipSync(record.body) : record.body;
  const skip = new Set(rejectedOrdinals);
  if (signal === "traces") {
    return decodeTraces(contentType, body, skip);
  }
  return signal === "logs"
    ? decodeLogs(contentType, body, skip)
    : decodeMetrics(contentType, body, skip);
}
