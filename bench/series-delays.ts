import type { AttributeValue, Span } from "../core/model/telemetry.ts";
import { encodeTraceRequest } from "../core/otlp/encode.ts";
import { createRandom } from "./random.ts";
import type { TelltaleProcess } from "./service-process.ts";

const minuteMs = 60_000;
const healthyMinutes = 300;
const badMinutes = 20;
const spansPerMinute = 8;

/**
 * One error regression after another, each in a service of its own: milliseconds from the
 * acknowledgment of the span that closes its last window until the finding is visible.
 */
export async function seriesDelays(service: TelltaleProcess, probes: number): Promise<number[]> {
  const delays: number[] = [];
  for (let probe = 0; probe < probes; probe += 1) {
    const name = `series-${Math.round(performance.now())}`;
    const startUnixMs = Date.now() - (healthyMinutes + badMinutes + 60) * minuteMs;
    const onsetUnixMs = startUnixMs + healthyMinutes * minuteMs;
    const endUnixMs = onsetUnixMs + badMinutes * minuteMs;
    const healthy = { name, fromUnixMs: startUnixMs, minutes: healthyMinutes, errorRate: 0.01 };
    const bad = { name, fromUnixMs: onsetUnixMs, minutes: badMinutes, errorRate: 0.6 };
    const closing = { name, fromUnixMs: endUnixMs + 5 * minuteMs, minutes: 1, errorRate: 0 };
    await send(service, traffic(healthy));
    // Together, or windows of the bad minutes would close before the span that is timed.
    await send(service, [...traffic(bad), ...traffic(closing)]);
    const acknowledgedAt = performance.now();
    await untilFound(service.api, name);
    delays.push(performance.now() - acknowledgedAt);
  }
  return delays;
}

interface Traffic {
  readonly name: string;
  readonly fromUnixMs: number;
  readonly minutes: number;
  readonly errorRate: number;
}

/** Server spans, evenly spread. */
function traffic({ name, fromUnixMs, minutes, errorRate }: Traffic): Span[] {
  const random = createRandom(Math.round(fromUnixMs / 1000));
  const attributes = new Map<string, AttributeValue>([["service.name", name]]);
  const resource = { attributes, schemaUrl: "" };
  const scope = { name: "bench", version: "", attributes: new Map(), schemaUrl: "" };
  return Array.from({ length: minutes * spansPerMinute }, (_, index): Span => {
    const start = BigInt(Math.round(fromUnixMs + (index * minuteMs) / spansPerMinute)) * 1_000_000n;
    const id = (BigInt(Math.round(random() * 2 ** 48)) * 65_536n + BigInt(index)).toString(16);
    return {
      resource,
      scope,
      traceId: id.padStart(32, "0"),
      spanId: id.padStart(16, "0"),
      parentSpanId: "",
      traceState: "",
      name: "GET /",
      kind: 2,
      startTimeUnixNano: start,
      endTimeUnixNano: start + 50_000_000n,
      attributes: new Map(),
      events: [],
      links: [],
      statusCode: random() < errorRate ? 2 : 1,
      statusMessage: "",
    };
  });
}

async function send({ otlpHttp }: TelltaleProcess, spans: readonly Span[]): Promise<void> {
  const response = await fetch(`${otlpHttp}/v1/traces`, {
    method: "POST",
    headers: { "content-type": "application/x-protobuf" },
    body: new Uint8Array(encodeTraceRequest([...spans])),
  });
  if (response.status !== 200) {
    throw new Error(`expected 200 for a series probe, got ${response.status}`);
  }
  await response.arrayBuffer();
}

async function untilFound(api: string, service: string): Promise<void> {
  for (let attempt = 0; attempt < 1200; attempt += 1) {
    const response = await fetch(`${api}/api/v1/findings?service=${service}&type=error_regression`);
    const { items } = (await response.json()) as { items: unknown[] };
    if (items.length > 0) {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`no series finding for ${service} within 60 s`);
}
