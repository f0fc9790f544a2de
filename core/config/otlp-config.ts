import { z } from "zod";
import { isOriginPattern } from "../http/origin-guard.ts";

const port = z.int().min(0).max(65_535);
const path = z.string().regex(/^(\/[A-Za-z0-9._~-]+)+$/, "expected a path such as /v1/traces");

function mebibytes(value: number): number {
  return value * 1024 * 1024;
}

/** Bounds that a slow or idle sender meets. */
export const Connections = z.strictObject({
  max: z
    .int()
    .min(1)
    .default(2048)
    .describe("Connections of one OTLP port at once; further ones are closed"),
  headersSeconds: z.number().min(0.05).default(15).describe("Time for the headers of a request"),
  requestSeconds: z
    .number()
    .min(0.05)
    .default(60)
    .describe("Time for a whole request, body included"),
  idleSeconds: z
    .number()
    .min(0.05)
    .default(65)
    .describe("A connection without a request for so long is closed"),
});

const RecordSize = z.strictObject({
  maxAttributes: z
    .int()
    .min(1)
    .default(1024)
    .describe("Attributes of one record, event or link; the rest is dropped, counted and hashed"),
  maxValueBytes: z
    .int()
    .min(256)
    .default(mebibytes(1))
    .describe("Of one attribute, body or name; the rest is cut off, with a marker and a hash"),
});

export const Otlp = z.strictObject({
  httpPort: port.default(4318).describe("OTLP/HTTP and change events; 0 picks a free port"),
  grpcPort: port.default(4317).describe("OTLP/gRPC; 0 picks a free port"),
  paths: z
    .strictObject({
      traces: path.default("/v1/traces").describe("OTLP/HTTP path of traces"),
      logs: path.default("/v1/logs").describe("OTLP/HTTP path of logs"),
      metrics: path.default("/v1/metrics").describe("OTLP/HTTP path of metrics"),
    })
    .prefault({}),
  cors: z
    .strictObject({
      allowedOrigins: z
        .array(z.string().refine(isOriginPattern, "expected https://host or https://*.host"))
        .default([])
        .describe("Web pages that may send OTLP: exact origins or `https://*.example.com`"),
    })
    .prefault({}),
  maxBodyBytes: z
    .int()
    .min(1024)
    .default(mebibytes(64))
    .describe("Limit of a body, before and after decompression"),
  maxInFlightBytes: z
    .int()
    .min(1024)
    .default(mebibytes(256))
    .describe("Decompressed bytes being handled at once, in all; beyond it 503"),
  maxPastDays: z.number().min(0).default(31).describe("Older records are time_out_of_range"),
  maxFutureMinutes: z.number().min(0).default(10).describe("Records further ahead are refused"),
  records: RecordSize.prefault({}),
  connections: Connections.prefault({}),
});

export type Connections = z.infer<typeof Connections>;
