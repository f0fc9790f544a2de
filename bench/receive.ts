import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { gunzipSync } from "node:zlib";
import protobuf from "protobufjs";
import { gunzipBounded } from "../collector/gunzip-bounded.ts";
import { decodeTraces } from "../core/otlp/decode-traces.ts";
import { scanRequest } from "../core/otlp/scan.ts";
import { type Measured, measure } from "./measure.ts";
import { type OtlpProcess, startOtelCollector, startReceiver } from "./otlp-process.ts";
import { printFigures } from "./print-figures.ts";
import { printTable } from "./print-table.ts";
import { processUsage } from "./process-usage.ts";
import { sendGrpcLoad } from "./send-grpc.ts";
import { prepareBodies, quantile, sendLoad, spansPerRequest } from "./send-load.ts";
import { startTelltaleProcess } from "./service-process.ts";

const targets = { decodePath: 150_000, grpc: 120_000, p50Ms: 10, p99Ms: 30 };
const halfLoad = 7500;
const senders = 4;
const limits = { oldestUnixNano: 0n, newestUnixNano: 2n ** 63n, maxDepth: 100 };
const baseline = "gunzip + protobufjs";

interface Load {
  readonly packed: readonly Buffer[];
  readonly plain: readonly Uint8Array[];
}

/**
 * Receiving of GenAI spans of 2.3 KB, per CPU-second: the decode path alone against protobufjs;
 * whole requests over either port until they are rows, and until they are in the queue, that
 * against an OpenTelemetry Collector with a queue in files if `OTELCOL_BIN` names one; and the
 * time to a durable acknowledgment by the whole service at half load.
 */
export async function benchReceive(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      requests: { type: "string", default: "250" },
      seconds: { type: "string", default: "6" },
    },
  });
  const packed = prepareBodies(Number(values.requests));
  const load = { packed, plain: packed.map((body) => gunzipSync(body)) };
  const decodePath = await measureDecodePath(load);
  const decoded = await withProcess(
    () => startReceiver("decode"),
    (to) => perCpuSecond(to, load),
  );
  const queued = await withProcess(
    () => startReceiver("queue"),
    (to) => perCpuSecond(to, load),
  );
  const otelcol = await measureOtelCollector(load);
  const seconds = Number(values.seconds);
  const aloneMs = await withProcess(
    () => startReceiver("queue"),
    (to) => measureAcks(to, load, seconds),
  );
  const ackMs = await measureServiceAcks(load, seconds);
  report({ decodePath, decoded, queued, otelcol, aloneMs, ackMs });
}

async function measureDecodePath({ packed, plain }: Load): Promise<Measured[]> {
  const body = packed[0] ?? Buffer.alloc(0);
  const bytes = plain[0] ?? Buffer.alloc(0);
  const oracle = oracleType();
  const inflate = { maxBytes: 64 * 1024 * 1024, onSize: () => undefined };
  // The inflated size is below the limit of the thread pool: awaiting it takes no other thread.
  await gunzipBounded(body, inflate);
  const works: Record<string, () => unknown> = {
    [baseline]: () => oracle.decode(gunzipSync(body)),
    "gunzip + scan + decode": () => {
      void gunzipBounded(body, inflate);
      scanRequest("traces", "protobuf", bytes, limits);
      return decodeTraces("protobuf", bytes);
    },
    "gunzip alone": () => void gunzipBounded(body, inflate),
    "scan alone": () => scanRequest("traces", "protobuf", bytes, limits),
    "decode alone": () => decodeTraces("protobuf", bytes),
  };
  const subjects = Object.entries(works).map(([name, work]) => {
    return { name, unitsPerCall: spansPerRequest, work };
  });
  return measure(subjects, { baseline, rounds: 5, cpuMsPerRound: 200 });
}

function oracleType(): protobuf.Type {
  const schema = readFileSync(new URL("../test/fixtures/otlp.proto", import.meta.url), "utf8");
  return protobuf.parse(schema).root.lookupType("TraceRequest");
}

interface Rates {
  readonly http: number;
  readonly grpc: number;
}

/** Spans per CPU-second of the receiving process: gzip over HTTP, plain over gRPC. */
async function perCpuSecond({ pid, otlpHttp, otlpGrpc }: OtlpProcess, load: Load): Promise<Rates> {
  const half = Math.ceil(load.packed.length / 2);
  function sendHttp(bodies: readonly Buffer[]): Promise<number[]> {
    return sendLoad({ otlpHttp, bodies, senders });
  }
  function sendGrpc(messages: readonly Uint8Array[]): Promise<number[]> {
    return sendGrpcLoad({ otlpGrpc, messages, senders });
  }
  await sendHttp(load.packed.slice(0, Math.ceil(half / 4)));
  const http = await rateOf(pid, half, () => sendHttp(load.packed.slice(0, half)));
  await sendGrpc(load.plain.slice(half, Math.ceil(half * 1.25)));
  const grpc = await rateOf(pid, load.plain.length - half, () => sendGrpc(load.plain.slice(half)));
  return { http, grpc };
}

async function rateOf(
  pid: number,
  requests: number,
  send: () => Promise<unknown>,
): Promise<number> {
  const before = processUsage(pid).cpuSeconds;
  await send();
  return (requests * spansPerRequest) / (processUsage(pid).cpuSeconds - before);
}

async function measureOtelCollector(load: Load): Promise<Rates | null> {
  const binary = process.env["OTELCOL_BIN"] ?? "";
  return binary === ""
    ? null
    : withProcess(
        () => startOtelCollector(binary),
        (to) => perCpuSecond(to, load),
      );
}

async function withProcess<T>(
  start: () => Promise<OtlpProcess>,
  use: (started: OtlpProcess) => Promise<T>,
): Promise<T> {
  const started = await start();
  try {
    return await use(started);
  } finally {
    await started.stop();
  }
}

interface Acks {
  readonly http: readonly number[];
  readonly grpc: readonly number[];
}

/** Times to the acknowledgment at half load. */
async function measureAcks(
  { otlpHttp, otlpGrpc }: Pick<OtlpProcess, "otlpHttp" | "otlpGrpc">,
  { packed, plain }: Load,
  seconds: number,
): Promise<Acks> {
  const count = Math.min(packed.length >> 1, Math.ceil((seconds * halfLoad) / spansPerRequest / 2));
  const common = { senders, rate: halfLoad };
  const http = await sendLoad({ ...common, otlpHttp, bodies: packed.slice(0, count) });
  const messages = plain.slice(count, 2 * count);
  return { http, grpc: await sendGrpcLoad({ ...common, otlpGrpc, messages }) };
}

/** Of the whole service, which stores and inspects meanwhile. */
async function measureServiceAcks(load: Load, seconds: number): Promise<Acks> {
  const folder = await mkdtemp(join(tmpdir(), "telltale-bench-"));
  const service = await startTelltaleProcess(join(folder, "data"));
  try {
    return await measureAcks(service, load, seconds);
  } finally {
    await service.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

interface Results {
  readonly decodePath: readonly Measured[];
  readonly decoded: Rates;
  readonly queued: Rates;
  readonly otelcol: Rates | null;
  /** Receiver and queue without the rest of the service. */
  readonly aloneMs: Acks;
  readonly ackMs: Acks;
}

function report(results: Results): void {
  const { decodePath, decoded, queued, otelcol, aloneMs, ackMs } = results;
  printTable("In one thread", "spans", decodePath);
  printFigures([
    ["HTTP gzip → rows (inflated twice)", perSecond(decoded.http)],
    ["gRPC plain → rows", perSecond(decoded.grpc)],
    ["HTTP gzip → durable queue", perSecond(queued.http)],
    ["gRPC plain → durable queue", perSecond(queued.grpc)],
    ["OpenTelemetry Collector, HTTP", otelcol === null ? "not given" : perSecond(otelcol.http)],
    ["OpenTelemetry Collector, gRPC", otelcol === null ? "not given" : perSecond(otelcol.grpc)],
    [`ack of the receiver alone at ${halfLoad} spans/s, HTTP`, percentiles(aloneMs.http)],
    [`ack of the receiver alone at ${halfLoad} spans/s, gRPC`, percentiles(aloneMs.grpc)],
    [`ack at ${halfLoad} spans/s, HTTP`, percentiles(ackMs.http)],
    [`ack at ${halfLoad} spans/s, gRPC`, percentiles(ackMs.grpc)],
  ]);
  const path = decodePath.find(({ name }) => name === "gunzip + scan + decode");
  const result = {
    bench: "receive",
    baseline,
    targets,
    ratioToProtobufjs: path?.ratio,
    decodePath: Math.round(path?.unitsPerCpuSecond ?? 0),
    decoded: rounded(decoded),
    queued: rounded(queued),
    ratioToOtelCollector: otelcol && {
      http: Number((queued.http / otelcol.http).toFixed(2)),
      grpc: Number((queued.grpc / otelcol.grpc).toFixed(2)),
    },
    ackP50Ms: Number(quantile(ackMs.http, 0.5).toFixed(1)),
    ackP99Ms: Number(quantile(ackMs.http, 0.99).toFixed(1)),
  };
  process.stdout.write(`${JSON.stringify(result)}\n`);
}

function rounded({ http, grpc }: Rates): Rates {
  return { http: Math.round(http), grpc: Math.round(grpc) };
}

function perSecond(rate: number): string {
  return `${Math.round(rate).toLocaleString("en-US")} spans/CPU-s`;
}

function percentiles(values: readonly number[]): string {
  const [p50, p99] = [quantile(values, 0.5), quantile(values, 0.99)];
  return `p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms (${values.length})`;
}
