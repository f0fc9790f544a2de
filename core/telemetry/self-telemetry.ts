import { type DiagLogger, DiagLogLevel, diag, type Meter, metrics } from "@opentelemetry/api";
import type { Logger } from "../log.ts";

export interface SelfTelemetry {
  /** The exporting meter, or `null` while self-telemetry is off. */
  readonly meter: Meter | null;
  stop(): Promise<void>;
}

const off: SelfTelemetry = { meter: null, stop: () => Promise.resolve() };

/**
 * Starts the OpenTelemetry SDK when `OTEL_EXPORTER_OTLP_ENDPOINT` or `OTEL_CONFIG_FILE` says
 * where to send Telltale's own telemetry. Off otherwise, and off when that place is Telltale's
 * own port: it would feed itself.
 */
export async function startSelfTelemetry(
  env: NodeJS.ProcessEnv,
  ownPorts: readonly number[],
  logger: Logger,
): Promise<SelfTelemetry> {
  const endpoint = env["OTEL_EXPORTER_OTLP_ENDPOINT"] ?? "";
  if (endpoint === "" && (env["OTEL_CONFIG_FILE"] ?? "") === "") {
    return off;
  }
  if (pointsAtOwnPort(endpoint, ownPorts)) {
    logger.warn({ endpoint }, "Self-telemetry stays off: the endpoint is Telltale itself");
    return off;
  }
  // Imported only when used: the SDK adds about 100 ms and 30 MB.
  const { startNodeSdk } = await import("@opentelemetry/sdk-node");
  // The SDK would write to standard output, where the ready line and nothing else is expected.
  const sdk = startNodeSdk({
    resourceAttributes: { "service.name": "telltale" },
    logLevel: "none",
  });
  diag.setLogger(toDiagLogger(logger), {
    logLevel: DiagLogLevel.WARN,
    suppressOverrideMessage: true,
  });
  return { meter: metrics.getMeter("telltale"), stop: () => sdk.shutdown() };
}

/** What the SDK says of itself, in our log. */
function toDiagLogger(logger: Logger): DiagLogger {
  return {
    error: (message, ...details) => logger.error({ details }, message),
    warn: (message, ...details) => logger.warn({ details }, message),
    info: (message, ...details) => logger.info({ details }, message),
    debug: (message, ...details) => logger.debug({ details }, message),
    verbose: (message, ...details) => logger.trace({ details }, message),
  };
}

function pointsAtOwnPort(endpoint: string, ownPorts: readonly number[]): boolean {
  if (!URL.canParse(endpoint)) {
    return false;
  }
  const { hostname, port } = new URL(endpoint);
  const loopback = ["localhost", "127.0.0.1", "[::1]"].includes(hostname);
  return loopback && ownPorts.includes(Number(port));
}
