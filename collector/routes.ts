import type { FastifyInstance } from "fastify";
import type { Access } from "../core/auth/access.ts";
import { createServer } from "../core/http/create-server.ts";
import { createQuota, type Quota } from "../core/quota/quota.ts";
import { changeRoutes } from "./changes/change-routes.ts";
import { otlpGrpc } from "./grpc/otlp-grpc.ts";
import { renderGrpcStatus } from "./grpc/render-grpc-status.ts";
import { createInFlightBudget, type InFlightBudget } from "./in-flight-budget.ts";
import { noteRoutes } from "./notes/note-routes.ts";
import type { NoteStore } from "./notes/note-store.ts";
import { otlpHttp } from "./otlp-http.ts";
import { renderStatus } from "./render-status.ts";
import type { CollectorDependencies } from "./take-upload.ts";
import { webhookRoutes } from "./webhooks/webhook-routes.ts";
import { readWebhookSecrets } from "./webhooks/webhook-secrets.ts";

export interface PortDependencies extends CollectorDependencies {
  /** Who callers are, on every port of the process; by the configuration alone unless given. */
  readonly access?: Access;
  /** Shared by the ports of a process; a budget of its own unless given. */
  readonly budget?: InFlightBudget;
  /** Shared like the budget. */
  readonly quota?: Quota;
}

export interface CollectorPortDependencies extends PortDependencies {
  /** Where the secrets of webhooks are looked up that the configuration names by variable. */
  readonly env?: NodeJS.ProcessEnv;
  /** Without it there is no notes backend. */
  readonly notes?: NoteStore;
}

/**
 * The server of the OTLP/HTTP port (4318): telemetry, change events, webhooks and authorship
 * notes. The caller listens on it and closes it; `close` waits for requests that are being made
 * durable.
 */
export function createCollector(dependencies: CollectorPortDependencies): FastifyInstance {
  const { config, logger, access } = dependencies;
  const { connections } = config.otlp;
  const server = createServer({
    config,
    logger,
    access,
    renderError: renderStatus,
    connections,
  });
  const { budget = createInFlightBudget(config.otlp.maxInFlightBytes) } = dependencies;
  const { quota = createQuota(config.quotas, dependencies.clock) } = dependencies;
  void server.register(otlpHttp({ ...dependencies, budget, quota }));
  void server.register(changeRoutes({ ...dependencies, budget, quota }));
  const secrets = readWebhookSecrets(config, dependencies.env ?? {});
  void server.register(webhookRoutes({ ...dependencies, budget, quota, secrets }));
  if (dependencies.notes !== undefined) {
    void server.register(noteRoutes({ ...dependencies, budget, quota, notes: dependencies.notes }));
  }
  return server;
}

/** The server of the OTLP/gRPC port (4317), with the same guards and the same path to the queue. */
export function createGrpcCollector(dependencies: PortDependencies): FastifyInstance {
  const { config, logger, access } = dependencies;
  const server = createServer({
    config,
    logger,
    access,
    renderError: renderGrpcStatus,
    connections: config.otlp.connections,
    protocol: "http2",
  });
  const { budget = createInFlightBudget(config.otlp.maxInFlightBytes) } = dependencies;
  const { quota = createQuota(config.quotas, dependencies.clock) } = dependencies;
  void server.register(otlpGrpc({ ...dependencies, budget, quota }));
  return server;
}
