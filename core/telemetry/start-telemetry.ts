import type { Config } from "../config/config.ts";
import type { Logger } from "../log.ts";
import type { OpenParts } from "../open-parts.ts";
import { createMetrics, type MetricsRegistry } from "./metrics.ts";
import { createPrometheusMeter } from "./prometheus.ts";
import { startSelfTelemetry } from "./self-telemetry.ts";

export interface Telemetry {
  readonly metrics: MetricsRegistry;
  /** Current values in the Prometheus text format. */
  readonly scrape: () => Promise<string>;
}

export interface TelemetryOptions {
  readonly config: Pick<Config, "otlp" | "api">;
  readonly env: NodeJS.ProcessEnv;
  readonly logger: Logger;
}

/** Telltale's own metrics: always for `/metrics`, and exported where the environment says so. */
export async function startTelemetry(
  { config: { otlp, api }, env, logger }: TelemetryOptions,
  opened: OpenParts,
): Promise<Telemetry> {
  const prometheus = createPrometheusMeter();
  const ownPorts = [otlp.httpPort, otlp.grpcPort, api.port];
  const selfTelemetry = await startSelfTelemetry(env, ownPorts, logger);
  opened.add(selfTelemetry, () => selfTelemetry.stop());
  const exporting = selfTelemetry.meter === null ? [] : [selfTelemetry.meter];
  return {
    metrics: createMetrics([prometheus.meter, ...exporting]),
    scrape: () => prometheus.scrape(),
  };
}
