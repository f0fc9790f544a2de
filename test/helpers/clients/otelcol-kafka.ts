import { type Otelcol, otlpReceiver, runOtelcol, telemetry } from "./otelcol.ts";

/** Receives OTLP and writes it to the topics, with the exporter's defaults but for `producer`. */
export async function startOtelcolBeforeKafka(
  dir: string,
  brokers: string[],
  producer: object = {},
): Promise<Otelcol> {
  return await run(dir, { otlp: otlpReceiver.otlp }, { kafka: { brokers, producer } });
}

/** Reads the topics from their start and sends everything to `otlpHttp`. */
export async function startOtelcolBehindKafka(
  dir: string,
  brokers: string[],
  otlpHttp: string,
): Promise<Otelcol> {
  // Without this it would begin with what comes after it has joined.
  const kafka = { brokers, initial_offset: "earliest" };
  return await run(dir, { kafka }, { otlp_http: { endpoint: otlpHttp } });
}

type Parts = Record<string, object>;

async function run(dir: string, receivers: Parts, exporters: Parts): Promise<Otelcol> {
  const pipeline = { receivers: Object.keys(receivers), exporters: Object.keys(exporters) };
  const pipelines = { traces: pipeline, logs: pipeline, metrics: pipeline };
  const config = { receivers, exporters, service: { telemetry, pipelines } };
  return await runOtelcol("otelcol-kafka", dir, config);
}
