import type { FastifyInstance } from "fastify";
import type { Guard } from "./analyzer/guard/guard.ts";
import { guardRoutes } from "./analyzer/guard/guard-routes.ts";
import { seriesRoutes } from "./analyzer/series/api/series-routes.ts";
import { detectorRoutes } from "./analyzer/verdicts/detector-routes.ts";
import { accountingRoutes } from "./collector/accounting-routes.ts";
import type { Audit } from "./core/audit/audit.ts";
import type { Access } from "./core/auth/access.ts";
import { keyRoutes } from "./core/auth/keys/key-routes.ts";
import type { KeyStore } from "./core/auth/keys/key-store.ts";
import { principalOf } from "./core/auth/principal.ts";
import type { Clock } from "./core/clock.ts";
import type { Commands, RewritesEvents } from "./core/commands/commands.ts";
import type { Config } from "./core/config/config.ts";
import { eraseRoutes } from "./core/erasure/api/erase-routes.ts";
import type { TextStore } from "./core/erasure/erase-subject.ts";
import type { Health } from "./core/health/health.ts";
import { createServer } from "./core/http/create-server.ts";
import { healthRoutes } from "./core/http/health-routes.ts";
import type { Logger } from "./core/log.ts";
import { dlqRoutes } from "./core/queue/api/dlq-routes.ts";
import type { DeadLetters } from "./core/queue/dead-letters.ts";
import type { QueueProducer } from "./core/queue/queue.ts";
import { clickHouseRoutes } from "./core/store/ad-hoc/clickhouse-routes.ts";
import type { OpenedStore } from "./core/store/open-store.ts";
import { feedbackRoutes } from "./feedback/api/feedback-routes.ts";
import { openApi } from "./feedback/api/openapi-route.ts";
import type { Feedback } from "./feedback/feedback.ts";

export interface ApiDependencies {
  readonly config: Pick<Config, "allowedHosts" | "allowedOrigins" | "auth" | "guard" | "tls">;
  readonly access: Access;
  readonly logger: Logger;
  readonly queue: QueueProducer;
  readonly health: Pick<Health, "reasons" | "warnings">;
  /** Current values of the metrics in the Prometheus text format. */
  readonly scrape: () => Promise<string>;
  readonly about: () => About;
  /** Null in a process that only receives. */
  readonly guard: (() => Promise<Guard>) | null;
  /** Null where another process answers people. */
  readonly people: PeopleDependencies | null;
}

/** What people and their programs ask for: findings, proposals, keys, erasure, queries. */
export interface PeopleDependencies {
  readonly keyStore: KeyStore;
  readonly clock: Clock;
  readonly deadLetters: DeadLetters;
  readonly commands: Commands & RewritesEvents;
  /** What else an erasure goes through. */
  readonly textStores: readonly TextStore[];
  readonly audit: Audit;
  readonly store: Pick<OpenedStore, "reads" | "writes" | "adHoc">;
  readonly feedback: Feedback;
  readonly mask: (text: string) => string;
}

/** What the process says of itself. */
export interface About {
  readonly version: string;
  /** RFC 3339 UTC. */
  readonly startedAt: string;
  otlpHttp: string;
  api: string;
}

/** The server of the API port (7070): health, accounting and, where people ask, all the rest. */
export async function createApi(dependencies: ApiDependencies): Promise<FastifyInstance> {
  const { queue, health, scrape, about, guard, people, config } = dependencies;
  const server = createServer(dependencies);
  await openApi(server, about().version);
  await server.register(healthRoutes({ health, scrape }));
  await server.register(accountingRoutes({ queue }));
  if (guard !== null) {
    await server.register(guardRoutes({ guard, maxBodyBytes: config.guard.maxBodyBytes }));
  }
  if (people !== null) {
    await addPeopleRoutes(server, { ...people, ...dependencies });
  }
  return server;
}

async function addPeopleRoutes(
  server: FastifyInstance,
  dependencies: ApiDependencies & PeopleDependencies,
): Promise<void> {
  const { queue, store, config } = dependencies;
  await server.register(detectorRoutes({ reads: store.reads }));
  await server.register(dlqRoutes(dependencies));
  await server.register(eraseRoutes(dependencies));
  await server.register(keyRoutes({ ...dependencies, apiKeys: config.auth.apiKeys }));
  await server.register(seriesRoutes(store));
  await server.register(
    feedbackRoutes({
      ...dependencies,
      reads: store.reads,
      accounting: (tenant) => queue.accounting(tenant),
    }),
  );
  await server.register(clickHouseRoutes, {
    adHoc: store.adHoc,
    tenantOf: (request) => principalOf(request).tenant,
  });
}
