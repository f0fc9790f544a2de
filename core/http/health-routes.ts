import type { FastifyInstance } from "fastify";
import type { Health } from "../health/health.ts";

export interface HealthDependencies {
  readonly health: Pick<Health, "reasons" | "warnings">;
  readonly scrape: () => Promise<string>;
}

/** `/healthz` (alive), `/readyz` (able to work, with reasons if not) and `/metrics`. */
export function healthRoutes({ health, scrape }: HealthDependencies) {
  return async (instance: FastifyInstance): Promise<void> => {
    const open = { config: { permission: "public" as const } };
    instance.get("/healthz", open, async () => ({ status: "ok" }));
    instance.get("/readyz", open, async (_request, reply) => {
      const reasons = health.reasons();
      return reply.code(reasons.length === 0 ? 200 : 503).send({
        status: reasons.length === 0 ? "ready" : "not_ready",
        problems: reasons.map(({ reason }) => reason),
        reasons,
        warnings: health.warnings(),
      });
    });
    instance.get("/metrics", open, async (_request, reply) =>
      reply.type("text/plain; version=0.0.4; charset=utf-8").send(await scrape()),
    );
  };
}
