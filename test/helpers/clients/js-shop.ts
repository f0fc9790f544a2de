import { setTimeout as sleep } from "node:timers/promises";
import {
  type Meter,
  ROOT_CONTEXT,
  SeverityNumber,
  SpanKind,
  SpanStatusCode,
  trace,
  ValueType,
} from "@opentelemetry/api";
import { OTLPLogExporter as GrpcLogs } from "@opentelemetry/exporter-logs-otlp-grpc";
import { OTLPLogExporter as JsonLogs } from "@opentelemetry/exporter-logs-otlp-http";
import { OTLPLogExporter as ProtobufLogs } from "@opentelemetry/exporter-logs-otlp-proto";
import { OTLPMetricExporter as GrpcMetrics } from "@opentelemetry/exporter-metrics-otlp-grpc";
import { OTLPMetricExporter as JsonMetrics } from "@opentelemetry/exporter-metrics-otlp-http";
import { OTLPMetricExporter as ProtobufMetrics } from "@opentelemetry/exporter-metrics-otlp-proto";
import { OTLPTraceExporter as GrpcTraces } from "@opentelemetry/exporter-trace-otlp-grpc";
import { OTLPTraceExporter as JsonTraces } from "@opentelemetry/exporter-trace-otlp-http";
import { OTLPTraceExporter as ProtobufTraces } from "@opentelemetry/exporter-trace-otlp-proto";
import { CompressionAlgorithm } from "@opentelemetry/otlp-exporter-base";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BatchLogRecordProcessor, LoggerProvider } from "@opentelemetry/sdk-logs";
import {
  AggregationTemporality,
  AggregationType,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import { BatchSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import type { ShopIds, ShopRun } from "./shop.ts";

export type ShopProtocol = "grpc" | "http/protobuf" | "http/json";

/** Where an SDK sends, and how. */
export interface ShopSender {
  readonly otlpHttp: string;
  readonly otlpGrpc: string;
  readonly protocol: ShopProtocol;
  readonly gzip: boolean;
}

/** Sends the telemetry of the shop with the OpenTelemetry JS SDK, and waits until it is sent. */
export async function sendJsShop(run: ShopRun, sender: ShopSender): Promise<ShopIds> {
  const ids = await sendSpans(run, sender);
  await sendLogs(run, sender, ids);
  await sendMetrics(run, sender);
  return ids;
}

const scopeOptions = { schemaUrl: "https://example.com/scope/1" };
const conversation = {
  "gen_ai.provider.name": "openai",
  "gen_ai.conversation.id": "conversation-1",
};

function resourceOf({ service }: ShopRun) {
  return resourceFromAttributes(
    {
      "service.name": service,
      "service.version": "1.2.3",
      "deployment.environment.name": "staging",
    },
    { schemaUrl: "https://example.com/resource/1" },
  );
}

type Time = [number, number];

function after({ startUnixNano }: ShopRun, nanoseconds: bigint): Time {
  const time = startUnixNano + nanoseconds;
  return [Number(time / 1_000_000_000n), Number(time % 1_000_000_000n)];
}

async function sendSpans(run: ShopRun, sender: ShopSender): Promise<ShopIds> {
  const provider = new TracerProvider({
    resource: resourceOf(run),
    spanProcessors: [new BatchSpanProcessor({ exporter: exportersFor(sender).traces() })],
  });
  const tracer = provider.getTracer("shop", "0.9", scopeOptions);
  const agent = tracer.startSpan("invoke_agent planner", {
    startTime: after(run, 0n),
    attributes: {
      ...conversation,
      "gen_ai.operation.name": "invoke_agent",
      "gen_ai.agent.name": "planner",
    },
  });
  const chat = tracer.startSpan(
    "chat gpt-4o",
    {
      kind: SpanKind.CLIENT,
      startTime: after(run, 1_000_000n),
      links: [
        {
          context: {
            traceId: "0af7651916cd43dd8448eb211c80319c",
            spanId: "b7ad6b7169203331",
            traceFlags: 1,
          },
          attributes: { why: "retry" },
        },
      ],
      attributes: {
        ...conversation,
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": "gpt-4o",
        "gen_ai.response.model": "gpt-4o-2024-08-06",
        "gen_ai.usage.input_tokens": 123,
        "gen_ai.usage.output_tokens": 45,
        "gen_ai.request.temperature": 0.5,
        "gen_ai.response.finish_reasons": ["length", "stop"],
        "shop.cached": true,
        "shop.text": "naïve 漢字 🛒",
      },
    },
    trace.setSpan(ROOT_CONTEXT, agent),
  );
  const choice = { index: 0, finish_reason: "length" };
  chat.addEvent("gen_ai.choice", choice, after(run, 1_500_000n));
  chat.setStatus({ code: SpanStatusCode.ERROR, message: "cut short" });
  chat.end(after(run, 3_000_001n));
  agent.end(after(run, 5_000_000n));
  await provider.shutdown();
  return { agent: agent.spanContext(), chat: chat.spanContext() };
}

async function sendLogs(run: ShopRun, sender: ShopSender, { chat }: ShopIds): Promise<void> {
  const provider = new LoggerProvider({
    resource: resourceOf(run),
    processors: [new BatchLogRecordProcessor({ exporter: exportersFor(sender).logs() })],
  });
  const logger = provider.getLogger("shop", "0.9", scopeOptions);
  logger.emit({
    timestamp: after(run, 2_000_000n),
    context: trace.setSpanContext(ROOT_CONTEXT, chat),
    severityNumber: SeverityNumber.INFO,
    severityText: "INFO",
    eventName: "gen_ai.evaluation.result",
    body: { label: "good", parts: [{ n: 1 }, "two"] },
    attributes: {
      "gen_ai.evaluation.name": "relevance",
      "gen_ai.evaluation.score.value": 0.75,
      "shop.cart": { items: 2, open: true },
    },
  });
  logger.emit({
    timestamp: after(run, 3_000_000n),
    context: ROOT_CONTEXT,
    severityNumber: SeverityNumber.WARN,
    severityText: "WARN",
    body: "the till is nearly empty",
  });
  await provider.shutdown();
}

async function sendMetrics(run: ShopRun, sender: ShopSender): Promise<void> {
  const exporter = exportersFor(sender).metrics(
    run.temporality === "delta" ? AggregationTemporality.DELTA : AggregationTemporality.CUMULATIVE,
  );
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
  const provider = new MeterProvider({
    resource: resourceOf(run),
    readers: [reader],
    views: [
      {
        instrumentName: "shop.tokens",
        aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM },
      },
    ],
  });
  const record = shopInstruments(provider.getMeter("shop", "0.9"));
  record.first();
  await provider.forceFlush();
  // The SDK tells whole milliseconds: a pause keeps the two collections apart.
  await sleep(5);
  record.second();
  await provider.forceFlush();
  // A shutdown would collect a third time.
  await exporter.shutdown();
}

function shopInstruments(meter: Meter): Record<"first" | "second", () => void> {
  const unit = "{order}";
  const taken = { unit, description: "Orders taken" };
  const orders = meter.createCounter("shop.orders", { ...taken, valueType: ValueType.INT });
  const open = meter.createUpDownCounter("shop.open", { unit });
  const oven = meter.createGauge("shop.oven", { unit: "Cel" });
  const wait = meter.createHistogram("shop.wait", {
    unit: "ms",
    description: "Time in the queue",
    advice: { explicitBucketBoundaries: [5, 50, 500] },
  });
  const tokens = meter.createHistogram("shop.tokens", { unit: "{token}" });
  let isSecond = false;
  function observed(first: number, second: number): number {
    return isSecond ? second : first;
  }
  meter.createObservableCounter("shop.observed", taken).addCallback((result) => {
    result.observe(observed(10, 15));
  });
  meter.createObservableUpDownCounter("shop.balance", { unit }).addCallback((result) => {
    result.observe(observed(-4, -6));
  });
  meter.createObservableGauge("shop.fridge", { unit: "Cel" }).addCallback((result) => {
    result.observe(observed(36.6, 37.1), { door: "open" });
  });
  return {
    first() {
      orders.add(3, { model: "a", big: true });
      orders.add(1, { model: "b" });
      open.add(5);
      oven.record(0.25);
      wait.record(12, { till: 1 });
      wait.record(700, { till: 1 });
      [0, 1, 4].forEach((value) => tokens.record(value));
    },
    second() {
      isSecond = true;
      orders.add(4, { model: "a", big: true });
      orders.add(2, { model: "b" });
      open.add(-2);
      oven.record(0.75);
      wait.record(3, { till: 1 });
      tokens.record(2);
    },
  };
}

function exportersFor({ otlpHttp, otlpGrpc, protocol, gzip }: ShopSender) {
  const compression = gzip ? CompressionAlgorithm.GZIP : CompressionAlgorithm.NONE;
  function to(signal: string) {
    const url = protocol === "grpc" ? otlpGrpc : `${otlpHttp}/v1/${signal}`;
    return { url, compression };
  }
  const classes = {
    grpc: { traces: GrpcTraces, logs: GrpcLogs, metrics: GrpcMetrics },
    "http/protobuf": { traces: ProtobufTraces, logs: ProtobufLogs, metrics: ProtobufMetrics },
    "http/json": { traces: JsonTraces, logs: JsonLogs, metrics: JsonMetrics },
  }[protocol];
  return {
    traces: () => new classes.traces(to("traces")),
    logs: () => new classes.logs(to("logs")),
    metrics: (temporalityPreference: AggregationTemporality) =>
      new classes.metrics({ ...to("metrics"), temporalityPreference }),
  };
}
