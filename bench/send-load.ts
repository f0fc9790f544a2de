import { gzipSync } from "node:zlib";
import { encodeTraceRequest } from "../core/otlp/encode.ts";
import { genAiSpans } from "./payload.ts";

export const spansPerRequest = 512;

/** Distinct gzipped requests of GenAI spans, an hour old, prepared before the clock starts. */
export function prepareBodies(count: number): Buffer[] {
  const startUnixMs = Date.now() - 3_600_000;
  return Array.from({ length: count }, (_, index) =>
    gzipSync(
      encodeTraceRequest(
        genAiSpans({ spans: spansPerRequest, seed: index + 1, startUnixMs: startUnixMs + index }),
      ),
      { level: 1 },
    ),
  );
}

export interface LoadOptions {
  readonly otlpHttp: string;
  readonly bodies: readonly Buffer[];
  readonly senders: number;
  /** Spans per second to offer; as fast as answered if absent. */
  readonly rate?: number;
}

/** Sends every body once; returns the time to each acknowledgment, milliseconds. */
export async function sendLoad({
  otlpHttp,
  bodies,
  senders,
  rate,
}: LoadOptions): Promise<number[]> {
  const startedAt = performance.now();
  const ackMs: number[] = [];
  let next = 0;
  async function sendSome(): Promise<void> {
    for (let index = next++; index < bodies.length; index = next++) {
      if (rate !== undefined) {
        const dueAt = startedAt + (index * spansPerRequest * 1000) / rate;
        await delay(dueAt - performance.now());
      }
      ackMs.push(await post(otlpHttp, bodies[index] ?? Buffer.alloc(0)));
    }
  }
  await Promise.all(Array.from({ length: senders }, sendSome));
  return ackMs;
}

/** Time to the acknowledgment; "full" is waited out and does not count as an answer. */
async function post(otlpHttp: string, body: Buffer): Promise<number> {
  for (;;) {
    const startedAt = performance.now();
    const response = await fetch(`${otlpHttp}/v1/traces`, {
      method: "POST",
      headers: { "content-type": "application/x-protobuf", "content-encoding": "gzip" },
      body: new Uint8Array(body),
    });
    await response.arrayBuffer();
    if (response.ok) {
      return performance.now() - startedAt;
    }
    if (response.status !== 503) {
      throw new Error(`expected 200, got ${response.status}`);
    }
    await delay(200);
  }
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));
}

/** The value that a share of the values does not exceed. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}
