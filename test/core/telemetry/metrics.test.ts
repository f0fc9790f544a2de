import { MessageChannel } from "node:worker_threads";
import { createMetrics } from "../../../core/telemetry/metrics.ts";
import { createPortMetrics, forwardMetrics } from "../../../core/telemetry/port-metrics.ts";
import { createPrometheusMeter } from "../../../core/telemetry/prometheus.ts";

describe("metrics", () => {
  it("shows counters, histograms and gauges in the Prometheus text format", async () => {
    const { meter, scrape } = createPrometheusMeter();
    const metrics = createMetrics([meter]);

    metrics.count("telltale.ingest.requests", 2, { signal: "traces", status: "200" });
    metrics.observe("telltale.ingest.duration", 0.2, { signal: "traces" });
    metrics.gauge("telltale.queue.waiting", () => 7);

    const text = await scrape();
    expect(text).toMatch(/telltale_ingest_requests_total\{[^}]*signal="traces"[^}]*\} 2/);
    expect(text).toMatch(/telltale_ingest_duration_bucket\{[^}]*le="0\.25"[^}]*\} 1/);
    expect(text).toMatch(/telltale_queue_waiting(\{[^}]*\})? 7/);
  });

  it("carries a worker thread's metrics to the meters of the main thread", async () => {
    const { meter, scrape } = createPrometheusMeter();
    const channel = new MessageChannel();
    forwardMetrics(channel.port1, createMetrics([meter]));
    const arrived = new Promise((resolve) => channel.port1.once("message", resolve));

    createPortMetrics(channel.port2).count("telltale.analyzer.batches", 3);

    await arrived;
    expect(await scrape()).toMatch(/telltale_analyzer_batches_total(\{[^}]*\})? 3/);
    channel.port1.close();
  });
});
