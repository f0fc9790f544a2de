import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { Span } from "../../core/model/telemetry.ts";
import { encodeTraceRequest } from "../../core/otlp/encode.ts";

const gzipAsync = promisify(gzip);
const spansPerRequest = 512;

/** Posts spans as gzipped OTLP/HTTP protobuf, in order; waits when the service is full. */
export async function sendSpans(otlpHttp: string, spans: Iterable<Span[]>): Promise<number> {
  let sent = 0;
  let waiting: Span[] = [];
  for (const group of spans) {
    waiting.push(...group);
    if (waiting.length >= spansPerRequest) {
      await post(otlpHttp, waiting);
      sent += waiting.length;
      waiting = [];
    }
  }
  if (waiting.length > 0) {
    await post(otlpHttp, waiting);
    sent += waiting.length;
  }
  return sent;
}

async function post(otlpHttp: string, spans: readonly Span[]): Promise<void> {
  const body = await gzipAsync(encodeTraceRequest(spans), { level: 1 });
  for (;;) {
    const response = await fetch(`${otlpHttp}/v1/traces`, {
      method: "POST",
      headers: { "content-type": "application/x-protobuf", "content-encoding": "gzip" },
      body: new Uint8Array(body),
    });
    await response.arrayBuffer();
    if (response.ok) {
      return;
    }
    if (response.status !== 503) {
      throw new Error(`the collector answered ${response.status}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

/** Reports change events in the native form. */
export async function sendChanges(otlpHttp: string, changes: readonly object[]): Promise<void> {
  const response = await fetch(`${otlpHttp}/v1/changes`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(changes),
  });
  const answer = (await response.json()) as { rejected?: readonly unknown[] };
  if (!response.ok || (answer.rejected?.length ?? 0) > 0) {
    throw new Error(`change events were refused: ${JSON.stringify(answer)}`);
  }
}
