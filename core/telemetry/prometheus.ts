import type { Meter } from "@opentelemetry/api";
import { PrometheusSerializer } from "@opentelemetry/exporter-prometheus";
import { MeterProvider, MetricReader } from "@opentelemetry/sdk-metrics";

export interface PrometheusMeter {
  readonly meter: Meter;
  /** Current values in the Prometheus text format. */
  readonly scrape: () => Promise<string>;
}

/** A meter whose values are read by `GET /metrics`; always on, it costs nothing until scraped. */
export function createPrometheusMeter(): PrometheusMeter {
  const reader = new PullReader();
  const provider = new MeterProvider({ readers: [reader] });
  const serializer = new PrometheusSerializer("", false, undefined, true, true);
  return {
    meter: provider.getMeter("telltale"),
    async scrape() {
      const { resourceMetrics } = await reader.collect();
      return serializer.serialize(resourceMetrics);
    },
  };
}

class PullReader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {
    // Values are pulled; there is nothing to push.
  }
  protected override async onShutdown(): Promise<void> {
    // Nothing is held.
  }
}
