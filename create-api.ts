import type { FastifyInstance } from "fastify";
import { accountingRoutes } from "./collector/accounting-routes.ts";
import type { Audit } from "./core/audit/audit.ts";
import { principalOf } from "./core/auth/principal.ts";
import type { Clock } from "./core/clock.ts";
import type { Commands } from "./core/commands/commands.ts";
import type { Config } from "./core/config/config.ts";
import { createServer } from "./core/http/create-server.ts";
import { healthRoutes } from "./core/http/health-routes.ts";
import type { Logger } from "./core/log.ts";
import type { QueueProducer } from "./core/queue/queue.ts";
import { clickHouseRoutes } from "./core/store/ad-hoc/clickhouse-routes.ts";
import type { OpenedStore } from "./core/store/open-store.ts";
import { feedbackRoutes } from "./feedback/api/feedback-routes.ts";
import { openApi } from "./feedback/api/openapi-route.ts";
import type { Feedback } from "./feedback/feedback.ts";

export interface ApiDependencies {
  readonly config: Pick<Config, "allowedHosts" | "allowedOrigins" | "auth">;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly queue: QueueProducer;
  readonly commands: Commands;
  readonly audit: Audit;
  readonly store: Pick<OpenedStore, "reads" | "adHoc">;
  readonly feedback: Feedback;
  /** Current values of the metrics in the Prometheus text format. */
  readonly scrape: () => Promise<string>;
  readonly about: () => About;
}

/** What the process says of itself. */
export interface About {
  readonly version: string;
  /** RFC 3339 UTC. */
  readonly startedAt: string;
  readonly otlpHttp: string;
  readonly api: string;
}

/** The server of the API port (7070): each part's routes, health, metrics and the console. */
export async function createApi(dependencies: ApiDependencies): Promise<FastifyInstance> {
  const { queue, store, scrape, about } = dependencies;
  const server = createServer(dependencies);
  await openApi(server, about().version);
  await server.register(healthRoutes({ problems: () => problemsOf(queue, store), scrape }));
  await server.register(accountingRoutes({ queue }));
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
  return server;
}

/** Below it, senders are about to be told to wait. */
const leastRoomShare = 0.05;

/** Why this process should get no traffic. */
async function problemsOf(
  queue: QueueProducer,
  { reads }: Pick<OpenedStore, "reads">,
): Promise<string[]> {
  const problems = queue.stats().roomShare < leastRoomShare ? ["the queue is full"] : [];
  const answered = await reads.query("SELECT 1").then(
    () => true,
    () => false,
  );
  return answered ? problems : [...problems, "the store does not answer"];
}
