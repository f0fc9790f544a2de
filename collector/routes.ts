import type { FastifyInstance } from "fastify";
import { createServer } from "../core/http/create-server.ts";
import { changeRoutes } from "./changes/change-routes.ts";
import { createInFlightBudget } from "./in-flight-budget.ts";
import { otlpHttp } from "./otlp-http.ts";
import { renderStatus } from "./render-status.ts";
import type { CollectorDependencies } from "./take-upload.ts";

/**
 * The server of the OTLP/HTTP port (4318): telemetry and change events. The caller listens on
 * it and closes it; `close` waits for requests that are being made durable.
 */
export function createCollector(dependencies: CollectorDependencies): FastifyInstance {
  const { config, logger } = dependencies;
  const server = createServer({ config, logger, renderError: renderStatus });
  const budget = createInFlightBudget(config.otlp.maxInFlightBytes);
  void server.register(otlpHttp({ ...dependencies, budget }));
  void server.register(changeRoutes({ ...dependencies, budget }));
  return server;
}
