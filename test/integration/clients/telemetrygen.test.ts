import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startTelltaleProcess, type TelltaleProcess } from "../../../bench/service-process.ts";
import { describeWith } from "../../helpers/clients/client-tools.ts";
import { settledCounts } from "../../helpers/clients/shop-outcome.ts";
import { type Generation, generateTelemetry } from "../../helpers/clients/telemetrygen.ts";
import { select } from "../../helpers/witness.ts";

const dir = mkdtempSync(join(tmpdir(), "telltale-telemetrygen-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const traceId = "ae87dadd90e9935a4bc9660628efd569";
const spanId = "5828fa4960140870";

describeWith("telemetrygen")("telemetrygen", () => {
  let service: TelltaleProcess;
  beforeAll(async () => {
    service = await startTelltaleProcess(join(dir, "data"));
  });
  afterAll(async () => {
    await service.stop();
  });

  async function generate(
    signal: Generation["signal"],
    protocol: "http" | "grpc",
    args: readonly string[],
  ): Promise<void> {
    const to = protocol === "http" ? service.otlpHttp : service.otlpGrpc;
    await generateTelemetry({ signal, to, protocol, args });
  }

  describe.each(["http", "grpc"] as const)("over %s", (protocol) => {
    const name = `--service=${protocol}`;

    it("gets every trace stored, with its child spans, once", async () => {
      const before = await settledCounts(service);
      // Its SDK drops what does not fit into 2048 waiting spans, unsent.
      await generate("traces", protocol, [name, "--traces=120", "--child-spans=3"]);
      const { traces } = await settledCounts(service);
      expect(traces - before.traces).toBe(1920);
      const rows = await select(
        service,
        `SELECT toFloat64(uniqExact(SpanId)) AS ids, toFloat64(count()) AS spans,
           toFloat64(uniqExact(TraceId)) AS traces, toFloat64(countIf(ParentSpanId = '')) AS roots
         FROM otel_traces WHERE ServiceName = '${protocol}'`,
      );
      expect(rows).toEqual([{ ids: 1920, spans: 1920, traces: 480, roots: 480 }]);
    });

    it("gets every log record stored once", async () => {
      const before = await settledCounts(service);
      await generate("logs", protocol, [name, "--logs=1000", "--body=till open"]);
      const { logs } = await settledCounts(service);
      expect(logs - before.logs).toBe(4000);
      const rows = await select(
        service,
        `SELECT Body, toFloat64(count()) AS records FROM otel_logs
         WHERE ServiceName = '${protocol}' GROUP BY Body`,
      );
      expect(rows).toEqual([{ Body: "till open", records: 4000 }]);
    });

    it.each([
      ["Gauge", "gauge"],
      ["Sum", "sum"],
      ["Histogram", "histogram"],
      ["ExponentialHistogram", "exponential_histogram"],
    ])("gets every %s stored once", async (type, table) => {
      const before = await settledCounts(service);
      await generate("metrics", protocol, [
        name,
        "--metrics=500",
        `--metric-type=${type}`,
        "--otlp-metric-name=till.total",
        `--trace-id=${traceId}`,
        `--span-id=${spanId}`,
      ]);
      const { metrics } = await settledCounts(service);
      expect(metrics - before.metrics).toBe(2000);
      const rows = await select(
        service,
        `SELECT MetricName, toFloat64(count()) AS points, Exemplars.TraceId AS traces,
           Exemplars.SpanId AS spans
         FROM otel_metrics_${table} WHERE ServiceName = '${protocol}' GROUP BY ALL`,
      );
      expect(rows).toEqual([
        { MetricName: "till.total", points: 2000, traces: [traceId], spans: [spanId] },
      ]);
    });
  });
});
