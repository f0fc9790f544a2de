import { SeverityNumber, SpanKind } from "@opentelemetry/api";
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
import {
  LoggerProvider,
  type LogRecordExporter,
  SimpleLogRecordProcessor,
} from "@opentelemetry/sdk-logs";
import {
  AggregationTemporality,
  AggregationType,
  MeterProvider,
  PeriodicExportingMetricReader,
  type PushMetricExporter,
} from "@opentelemetry/sdk-metrics";
import { SimpleSpanProcessor, type SpanExporter, TracerProvider } from "@opentelemetry/sdk-trace";
import type { LogRecord, MetricPoint, Span } from "../../core/model/telemetry.ts";
import { recordsOf } from "../helpers/otlp-transports.ts";
import { startTestCollector, type TestCollector } from "../helpers/test-collector.ts";

/** The exporters of the OpenTelemetry JS SDK, which share no code with our receivers. */
interface Exporters {
  readonly traces: SpanExporter;
  readonly logs: LogRecordExporter;
  metrics(temporalityPreference: AggregationTemporality): PushMetricExporter;
}

let collector: TestCollector;
beforeAll(async () => {
  // The SDK stamps records with the clock of this machine, the test collector has its own.
  const settings = { otlp: { maxPastDays: 36_500, maxFutureMinutes: 5e7 } };
  collector = await startTestCollector({ settings });
});
afterAll(async () => collector.close());

const { GZIP, NONE } = CompressionAlgorithm;

const clients = [GZIP, NONE].flatMap((compression) => [
  {
    name: `gRPC, ${compression}`,
    exporters: (): Exporters => {
      const options = { url: collector.grpcUrl, compression };
      return {
        traces: new GrpcTraces(options),
        logs: new GrpcLogs(options),
        metrics: (temporalityPreference) => new GrpcMetrics({ ...options, temporalityPreference }),
      };
    },
  },
  {
    name: `HTTP protobuf, ${compression}`,
    exporters: (): Exporters => ({
      traces: new ProtobufTraces(to("traces", compression)),
      logs: new ProtobufLogs(to("logs", compression)),
      metrics: (temporalityPreference) =>
        new ProtobufMetrics({ ...to("metrics", compression), temporalityPreference }),
    }),
  },
  {
    name: `HTTP JSON, ${compression}`,
    exporters: (): Exporters => ({
      traces: new JsonTraces(to("traces", compression)),
      logs: new JsonLogs(to("logs", compression)),
      metrics: (temporalityPreference) =>
        new JsonMetrics({ ...to("metrics", compression), temporalityPreference }),
    }),
  },
]);

function to(signal: string, compression: CompressionAlgorithm) {
  return { url: `${collector.url}/v1/${signal}`, compression };
}

describe.each(clients)("the OpenTelemetry JS SDK over $name", ({ exporters }) => {
  it("sends spans", async () => {
    const exporter = exporters().traces;
    const provider = new TracerProvider({
      spanProcessors: [new SimpleSpanProcessor({ exporter })],
    });
    const span = provider.getTracer("shop", "1.0").startSpan("chat gpt", {
      kind: SpanKind.CLIENT,
      attributes: { "gen_ai.operation.name": "chat", tokens: 7, tags: ["a", "b"], ratio: 0.5 },
    });
    span.addEvent("gen_ai.choice", { index: 0 });
    span.end();
    await provider.forceFlush();
    await provider.shutdown();
    const [received] = (await stored()) as Span[];
    const { traceId, spanId } = span.spanContext();
    expect(received).toMatchObject({ traceId, spanId, name: "chat gpt", kind: 3 });
    expect(received?.scope).toMatchObject({ name: "shop", version: "1.0" });
    expect(received?.attributes).toEqual(
      new Map<string, unknown>([
        ["gen_ai.operation.name", "chat"],
        ["tokens", 7],
        ["tags", ["a", "b"]],
        ["ratio", 0.5],
      ]),
    );
    expect(received?.events.map(({ name }) => name)).toEqual(["gen_ai.choice"]);
  });

  it("sends log records with an event name and structured bodies", async () => {
    const exporter = exporters().logs;
    const provider = new LoggerProvider({
      processors: [new SimpleLogRecordProcessor({ exporter })],
    });
    provider.getLogger("agent").emit({
      eventName: "claude_code.tool_result",
      severityNumber: SeverityNumber.INFO,
      body: { parts: [{ type: "text", n: 1 }] },
      attributes: { "session.id": "s1" },
    });
    await provider.forceFlush();
    await provider.shutdown();
    const [received] = (await stored()) as LogRecord[];
    expect(received).toMatchObject({ eventName: "claude_code.tool_result", severityNumber: 9 });
    expect(received?.body).toEqual(
      new Map([
        [
          "parts",
          [
            new Map<string, unknown>([
              ["type", "text"],
              ["n", 1],
            ]),
          ],
        ],
      ]),
    );
  });

  it.each([
    { name: "delta", preference: AggregationTemporality.DELTA, expected: 1 },
    { name: "cumulative", preference: AggregationTemporality.CUMULATIVE, expected: 2 },
  ])("sends $name metrics of every kind it has", async ({ preference, expected }) => {
    const exporter = exporters().metrics(preference);
    const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 60_000 });
    const provider = new MeterProvider({
      readers: [reader],
      views: [
        {
          instrumentName: "exponential",
          aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM },
        },
      ],
    });
    const meter = provider.getMeter("shop");
    meter.createCounter("counter").add(3, { model: "a" });
    meter.createHistogram("histogram").record(12);
    meter.createHistogram("exponential").record(12);
    meter.createGauge("gauge").record(0.5);
    await provider.forceFlush();
    const points = (await stored()) as MetricPoint[];
    expect(points.map(({ type }) => type).toSorted()).toEqual([
      "exponential_histogram",
      "gauge",
      "histogram",
      "sum",
    ]);
    const temporalities = points.flatMap((point) =>
      "aggregationTemporality" in point ? [point.aggregationTemporality] : [],
    );
    expect(temporalities).toEqual([expected, expected, expected]);
    await provider.shutdown();
    await collector.queue.drain();
  });
});

async function stored(): Promise<(Span | LogRecord | MetricPoint)[]> {
  return (await collector.queue.drain()).flatMap(recordsOf);
}
