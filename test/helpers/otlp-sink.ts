import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { gunzipSync } from "node:zlib";
import type { LogRecord, MetricPoint, Span } from "../../core/model/telemetry.ts";
import { decodeLogs } from "../../core/otlp/decode-logs.ts";
import { decodeMetrics } from "../../core/otlp/decode-metrics.ts";
import { decodeTraces } from "../../core/otlp/decode-traces.ts";

/** A plain HTTP server that takes OTLP in protobuf and keeps all of it. */
export interface OtlpSink {
  readonly otlpHttp: string;
  readonly spans: readonly Span[];
  readonly logs: readonly LogRecord[];
  readonly points: readonly MetricPoint[];
  close(): Promise<void>;
}

export async function startOtlpSink(): Promise<OtlpSink> {
  const spans: Span[] = [];
  const logs: LogRecord[] = [];
  const points: MetricPoint[] = [];
  const keep: Record<string, (body: Uint8Array) => unknown> = {
    "/v1/traces": (body) => spans.push(...decodeTraces("protobuf", body)),
    "/v1/logs": (body) => logs.push(...decodeLogs("protobuf", body)),
    "/v1/metrics": (body) => points.push(...decodeMetrics("protobuf", body)),
  };
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(request);
    keep[request.url ?? ""]?.(body);
    response.setHeader("content-type", "application/x-protobuf").end();
  }
  const server = createServer((request, response) => {
    // What cannot be read gets no answer, so that the sender fails too.
    answer(request, response).catch(() => response.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    otlpHttp: `http://127.0.0.1:${port}`,
    spans,
    logs,
    points,
    async close() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<Uint8Array> {
  const body = await buffer(request);
  return request.headers["content-encoding"] === "gzip" ? gunzipSync(body) : body;
}
