import { parse } from "protobufjs";
import { decodeTraces } from "../../core/otlp/decode-traces.ts";
import { encodeTraceRequest } from "../../core/otlp/encode.ts";
import { testNowUnixMs } from "./test-collector.ts";

type Json = Record<string, unknown>;

const nowNano = `${testNowUnixMs}000000`;

export function traceRequest(items: readonly Json[]): Json {
  return { resourceSpans: [{ scopeSpans: [{ spans: items }] }] };
}

export function span(number: number, changes: Json = {}): Json {
  return {
    traceId: number.toString(16).padStart(32, "a"),
    spanId: number.toString(16).padStart(16, "b"),
    name: "chat",
    kind: 3,
    startTimeUnixNano: nowNano,
    endTimeUnixNano: nowNano,
    ...changes,
  };
}

export function spans(count: number, changes: Json = {}): Json[] {
  return Array.from({ length: count }, (_, number) => span(number + 1, changes));
}

export function logRequest(body: string): Json {
  const logRecords = [{ timeUnixNano: nowNano, body: { stringValue: body } }];
  return { resourceLogs: [{ scopeLogs: [{ logRecords }] }] };
}

export function metricRequest(value: number): Json {
  const dataPoints = [{ timeUnixNano: nowNano, asDouble: value }];
  const metrics = [{ name: "m", gauge: { dataPoints } }];
  return { resourceMetrics: [{ scopeMetrics: [{ metrics }] }] };
}

/** An attribute whose value is nested so many levels deep in arrays. */
export function nestedAttribute(levels: number): Json {
  let value: Json = { stringValue: "x" };
  for (let level = 1; level < levels; level += 1) {
    value = { arrayValue: { values: [value] } };
  }
  return { key: "deep", value };
}

export function toJson(request: Json): Buffer {
  return Buffer.from(JSON.stringify(request));
}

/** The same request in protobuf. */
export function traceProtobuf(request: Json): Uint8Array {
  return encodeTraceRequest(decodeTraces("json", toJson(request)));
}

const { root } = parse(`syntax = "proto3";
  message Status { int32 code = 1; string message = 2; }
  message Partial { int64 rejected = 1; string error_message = 2; }
  message Response { Partial partial_success = 1; }`);

/** Decodes with an independent implementation. */
export function decodeAnswer(type: "Status" | "Response", body: Uint8Array): Json {
  const message = root.lookupType(type);
  return message.toObject(message.decode(body), { longs: Number });
}
