import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Span } from "../core/model/telemetry.ts";
import { encodeTraceRequest } from "../core/otlp/encode.ts";
import { genAiSpans } from "./payload.ts";
import { printFigures } from "./print-figures.ts";
import { prepareBodies, quantile, sendLoad, spansPerRequest } from "./send-load.ts";
import { seriesDelays } from "./series-delays.ts";
import { startTelltaleProcess, type TelltaleProcess } from "./service-process.ts";

const halfLoad = 7500;
const heavyQueries = 4;
const seriesProbes = 3;

/**
 * How long people wait. Three measurements, each against the same one on a calm service in the
 * same run:
 * - acknowledgment of a leaked secret → its finding is visible over the API, at half load;
 * - acknowledgment of the span that closes a window → the series finding in it is visible;
 * - acknowledgment of requests while four heavy queries run on `/clickhouse`.
 */
export async function benchLatency(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { seconds: { type: "string", default: "12" } },
  });
  const seconds = Number(values.seconds);
  const bodies = prepareBodies(Math.ceil((seconds * halfLoad * 3) / spansPerRequest));
  const part = Math.floor(bodies.length / 3);
  const folder = await mkdtemp(join(tmpdir(), "telltale-bench-"));
  const service = await startTelltaleProcess(join(folder, "data"));
  try {
    const calm = await findingDelays(service, seconds);
    const calmSeries = await seriesDelays(service, seriesProbes);
    const load = { otlpHttp: service.otlpHttp, senders: 4, rate: halfLoad };
    const [loaded, series] = await Promise.all([
      findingDelays(service, seconds),
      seriesDelays(service, seriesProbes),
      sendLoad({ ...load, bodies: bodies.slice(0, part) }),
    ]);
    const alone = await sendLoad({ ...load, bodies: bodies.slice(part, 2 * part) });
    const queries = runHeavyQueries(service.api);
    const beside = await sendLoad({ ...load, bodies: bodies.slice(2 * part) });
    const answered = await queries.stop();
    report({ calm, loaded, calmSeries, series, alone, beside, queriesAnswered: answered });
  } finally {
    await service.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** One leaked secret after another, each in a service of its own; milliseconds until visible. */
async function findingDelays(service: TelltaleProcess, seconds: number): Promise<number[]> {
  const delays: number[] = [];
  const end = performance.now() + seconds * 1000;
  // Seeds differ between the two runs: the same span again would be a duplicate.
  for (let number = Math.round(end); performance.now() < end; number += 1) {
    const name = `probe-${number}`;
    const response = await fetch(`${service.otlpHttp}/v1/traces`, {
      method: "POST",
      headers: { "content-type": "application/x-protobuf" },
      body: new Uint8Array(encodeTraceRequest([leakingSpan(name, number)])),
    });
    await response.arrayBuffer();
    const acknowledgedAt = performance.now();
    await untilFound(service.api, name);
    delays.push(performance.now() - acknowledgedAt);
  }
  return delays;
}

function leakingSpan(service: string, number: number): Span {
  const [template] = genAiSpans({ spans: 1, seed: number, startUnixMs: Date.now() - 1000 });
  if (template === undefined) {
    throw new Error("expected one span");
  }
  // Made up at run time; the form is what the detector looks for.
  const key = `AKIA${"QX7N3TZ5".repeat(2)}`;
  const output = [{ role: "assistant", parts: [{ type: "text", content: `Use ${key} for S3.` }] }];
  return {
    ...template,
    resource: { attributes: new Map([["service.name", service]]), schemaUrl: "" },
    attributes: new Map([
      ...template.attributes,
      ["gen_ai.output.messages", JSON.stringify(output)],
    ]),
  };
}

async function untilFound(api: string, service: string): Promise<void> {
  for (let attempt = 0; attempt < 1200; attempt += 1) {
    const response = await fetch(`${api}/api/v1/findings?service=${service}`);
    const { items } = (await response.json()) as { items: unknown[] };
    if (items.length > 0) {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`no finding for ${service} within 30 s`);
}

const heavyQuery = `
  SELECT ServiceName, SpanName, count(), uniqExact(TraceId), quantiles(0.5, 0.95, 0.99)(Duration),
    sum(length(toString(SpanAttributes)))
  FROM otel_traces GROUP BY ServiceName, SpanName FORMAT JSON`;

function runHeavyQueries(api: string): { stop(): Promise<number> } {
  const stop = new AbortController();
  let answered = 0;
  const loops = Array.from({ length: heavyQueries }, async () => {
    while (!stop.signal.aborted) {
      const response = await fetch(`${api}/clickhouse`, { method: "POST", body: heavyQuery });
      await response.arrayBuffer();
      answered += response.ok ? 1 : 0;
    }
  });
  return {
    async stop() {
      stop.abort();
      await Promise.all(loops);
      return answered;
    },
  };
}

interface Results {
  readonly calm: readonly number[];
  readonly loaded: readonly number[];
  readonly calmSeries: readonly number[];
  readonly series: readonly number[];
  readonly alone: readonly number[];
  readonly beside: readonly number[];
  readonly queriesAnswered: number;
}

function report(results: Results): void {
  const { calm, loaded, calmSeries, series, alone, beside, queriesAnswered } = results;
  printFigures([
    ["ack → finding, calm", both(calm)],
    [`ack → finding, ${halfLoad} spans/s`, both(loaded)],
    ["window closed → series finding, calm", both(calmSeries)],
    [`window closed → series finding, ${halfLoad} spans/s`, both(series)],
    ["ack alone", both(alone)],
    [`ack beside ${heavyQueries} heavy queries`, `${both(beside)}, ${queriesAnswered} answered`],
  ]);
  process.stdout.write(
    `${JSON.stringify({
      bench: "latency",
      findingP99Ms: p99(loaded),
      seriesFindingMs: p99(series),
      findingRatioToCalm: Number((p99(loaded) / p99(calm)).toFixed(2)),
      ackP99RatioBesideQueries: Number((p99(beside) / p99(alone)).toFixed(2)),
    })}\n`,
  );
}

function both(values: readonly number[]): string {
  const [p50, high] = [quantile(values, 0.5), p99(values)];
  return `p50 ${p50.toFixed(0)} ms, p99 ${high} ms (${values.length})`;
}

function p99(values: readonly number[]): number {
  return Math.round(quantile(values, 0.99));
}
