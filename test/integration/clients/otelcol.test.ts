import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startTelltaleProcess, type TelltaleProcess } from "../../../bench/service-process.ts";
import { describeWith } from "../../helpers/clients/client-tools.ts";
import { type ShopProtocol, sendJsShop } from "../../helpers/clients/js-shop.ts";
import { type Otelcol, type OtelcolExporter, startOtelcol } from "../../helpers/clients/otelcol.ts";
import { otlpJsonExamples } from "../../helpers/clients/otlp-json-examples.ts";
import { newShopRun } from "../../helpers/clients/shop.ts";
import { outcomeOf, settledCounts } from "../../helpers/clients/shop-outcome.ts";
import { waitUntil } from "../../helpers/wait-until.ts";
import { createWitness, select, sound, verdictOn, type Witness } from "../../helpers/witness.ts";

const dir = mkdtempSync(join(tmpdir(), "telltale-otelcol-"));
const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  // Whoever sends stops first.
  for (const stop of stops.splice(0).toReversed()) {
    await stop();
  }
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

let folders = 0;
function newFolder(): string {
  folders += 1;
  const folder = join(dir, String(folders));
  mkdirSync(folder);
  return folder;
}

async function startTelltale(
  folder: string,
  env: NodeJS.ProcessEnv = {},
): Promise<TelltaleProcess> {
  const service = await startTelltaleProcess(join(folder, "data"), env);
  stops.push(() => service.kill());
  return service;
}

async function startCollector(exporter: OtelcolExporter): Promise<Otelcol> {
  const collector = await startOtelcol(newFolder(), exporter);
  stops.push(() => collector.stop());
  return collector;
}

async function untilStored(service: TelltaleProcess, { acknowledged }: Witness): Promise<void> {
  await waitUntil("every span", async () => {
    const spans = await select(service, "SELECT SpanId FROM otel_traces");
    return spans.length >= acknowledged.size;
  });
}

type Address = Pick<TelltaleProcess, "otlpHttp" | "otlpGrpc">;

const exporters: [string, ShopProtocol, (to: Address) => OtelcolExporter][] = [
  [
    "gRPC with gzip",
    "grpc",
    ({ otlpGrpc }) => ({
      otlp_grpc: { endpoint: new URL(otlpGrpc).host, tls: { insecure: true }, compression: "gzip" },
    }),
  ],
  [
    "gRPC without compression",
    "http/protobuf",
    ({ otlpGrpc }) => ({
      otlp_grpc: { endpoint: new URL(otlpGrpc).host, tls: { insecure: true }, compression: "none" },
    }),
  ],
  [
    "HTTP, protobuf with gzip",
    "http/json",
    ({ otlpHttp }) => ({ otlp_http: { endpoint: otlpHttp, compression: "gzip" } }),
  ],
  [
    "HTTP, JSON without compression",
    "grpc",
    ({ otlpHttp }) => ({
      otlp_http: { endpoint: otlpHttp, encoding: "json", compression: "none" },
    }),
  ],
];

const gzipped = exporters.filter(([name]) => name.includes("gzip"));

describeWith("otelcol")("an OpenTelemetry Collector in front of Telltale", () => {
  it.each(exporters)(
    "passes everything on over %s, from the JS SDK over %s",
    async (_name, protocol, exporter) => {
      const service = await startTelltale(newFolder());
      const collector = await startCollector(exporter(service));
      const { otlpHttp, otlpGrpc } = collector;
      for (const temporality of ["delta", "cumulative"] as const) {
        const run = newShopRun("otelcol", temporality);
        const sender = { otlpHttp, otlpGrpc, protocol, gzip: true };
        const { stored, expected } = await outcomeOf(service, run, () => sendJsShop(run, sender));
        expect(stored).toEqual(expected);
      }
      expect(collector.log()).not.toMatch(/\terror\t/);
    },
  );

  it.each(gzipped)(
    "keeps what is beyond the quota and sends it later over %s",
    async (_name, _protocol, exporter) => {
      const service = await startTelltale(newFolder(), {
        TELLTALE_QUOTAS_RECORDS_PER_SECOND: "40",
        TELLTALE_QUOTAS_BURST_SECONDS: "1",
      });
      const [[name, settings] = ["", {}]] = Object.entries(exporter(service));
      const retry_on_failure = { initial_interval: "100ms", max_interval: "1s" };
      const collector = await startCollector({ [name]: { ...settings, retry_on_failure } });
      const witness = createWitness();
      for (let sent = 0; sent < 10; sent += 1) {
        await witness.send({ ...collector, api: "" }, witness.next(20));
        // Longer than the batch processor gathers: each request goes on by itself.
        await sleep(150);
      }
      await untilStored(service, witness);
      expect(await verdictOn(service, witness.acknowledged)).toEqual(sound);
      const metrics = await (await fetch(`${service.api}/metrics`)).text();
      const throttled = metrics
        .split("\n")
        .filter((line) => /throttled_\w+\{.*[1-9]\d*$/.test(line));
      expect(throttled).toHaveLength(1);
      expect(collector.log()).not.toMatch(/\terror\t/);
    },
  );

  it.each(gzipped)("is told what is rejected over %s", async (_name, _protocol, exporter) => {
    const service = await startTelltale(newFolder());
    const collector = await startCollector(exporter(service));
    const { traces } = otlpJsonExamples(1_544_712_660_000_000_000n, String);
    const { status } = await fetch(`${collector.otlpHttp}/v1/traces`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(traces),
    });
    expect(status).toBe(200);
    const line = await waitUntil("a word of the rejection", () =>
      Promise.resolve(
        collector
          .log()
          .split("\n")
          .find((text) => /partial success/i.test(text)),
      ),
    );
    expect(line).toMatch(/time.*"dropped_spans": 1/);
  });

  it("loses and doubles nothing while Telltale is killed and started again", async () => {
    const folder = newFolder();
    const first = await startTelltale(folder);
    const collector = await startCollector({
      otlp_http: {
        endpoint: first.otlpHttp,
        sending_queue: { storage: "file_storage", queue_size: 1000 },
        retry_on_failure: { initial_interval: "200ms", max_interval: "500ms" },
      },
    });
    const witness = createWitness();
    async function send(requests: number): Promise<void> {
      for (let sent = 0; sent < requests; sent += 1) {
        await witness.send({ ...collector, api: "" }, witness.next(20));
      }
    }
    await send(20);
    const more = send(40);
    await first.kill();
    await more;
    const ports = {
      TELLTALE_OTLP_HTTP_PORT: new URL(first.otlpHttp).port,
      TELLTALE_OTLP_GRPC_PORT: new URL(first.otlpGrpc).port,
    };
    const second = await startTelltale(folder, ports);
    expect(witness.acknowledged.size).toBe(1200);
    await untilStored(second, witness);
    await collector.stop();
    expect(await verdictOn(second, witness.acknowledged)).toEqual(sound);
  });
});

describeWith("otelcol")("an OpenTelemetry Collector behind Telltale", () => {
  it.each(["grpc", "http/protobuf"])(
    "receives Telltale's own metrics over %s",
    async (protocol) => {
      const file = join(newFolder(), "received.jsonl");
      const collector = await startCollector({ file: { path: file } });
      const isGrpc = protocol === "grpc";
      const service = await startTelltale(newFolder(), {
        OTEL_EXPORTER_OTLP_ENDPOINT: isGrpc ? collector.otlpGrpc : collector.otlpHttp,
        OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
        OTEL_METRIC_EXPORT_INTERVAL: "500",
        OTEL_METRIC_EXPORT_TIMEOUT: "500",
      });
      const witness = createWitness();
      await witness.send(service, witness.next(7));
      await settledCounts(service);
      const received = await waitUntil("Telltale's metrics", async () => {
        const metrics = receivedMetrics(readFileSync(file, "utf8"));
        return metrics.get("telltale.analyzer.records") === 7 && metrics;
      });
      expect(received.get("telltale.ingest.requests")).toBe(1);
      expect([...received.keys()]).toEqual(
        expect.arrayContaining([
          "telltale.queue.size",
          "telltale.health.ready",
          "telltale.ingest.duration",
        ]),
      );
      expect(service.log()).toBe("");
    },
  );
});

interface Point {
  readonly asDouble?: number;
  readonly asInt?: string;
}

interface MetricsLine {
  readonly resourceMetrics?: readonly {
    readonly resource: { readonly attributes: readonly { key: string; value: object }[] };
    readonly scopeMetrics: readonly {
      readonly metrics: readonly { name: string; sum?: { dataPoints: readonly Point[] } }[];
    }[];
  }[];
}

/** Names of the metrics of the service `telltale`, with the newest total of each sum. */
function receivedMetrics(jsonLines: string): Map<string, number | null> {
  const lines = jsonLines.split("\n").slice(0, -1);
  const resources = lines.flatMap(
    (line) => (JSON.parse(line) as MetricsLine).resourceMetrics ?? [],
  );
  const name = { key: "service.name", value: { stringValue: "telltale" } };
  const metrics = resources
    .filter(({ resource }) => JSON.stringify(resource.attributes).includes(JSON.stringify(name)))
    .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics));
  return new Map(metrics.map((metric) => [metric.name, totalOf(metric.sum?.dataPoints)]));
}

function totalOf(points: readonly Point[] | undefined): number | null {
  return points === undefined
    ? null
    : points.reduce((sum, point) => sum + Number(point.asDouble ?? point.asInt), 0);
}
