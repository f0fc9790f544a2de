import type { FastifyInstance } from "fastify";

export interface HealthDependencies {
  /** Reasons why this process should get no traffic; empty when it is ready. */
  readonly problems: () => Promise<readonly string[]>;
  readonly scrape: () => Promise<string>;
}

/** `/healthz` (alive), `/readyz` (able to work, with reasons if not) and `/metrics`. */
export function healthRoutes({ problems, scrape }: HealthDependencies) {
  return async (instance: FastifyInstance): Promise<void> => {
    const open = { config: { permission: "public" as const } };
    instance.get("/healthz", open, async () => ({ status: "ok" }));
    instance.get("/readyz", open, async (_request, reply) => {
      const found = await problems();
      return reply
        .code(found.length === 0 ? 200 : 503)
        .send({ status: found.length === 0 ? "ready" : "not_ready", problems: found });
    });
    instance.get("/metrics", open, async (_request, reply) =>
      reply.type("text/plain; version=0.0.4; charset=utf-8").send(await scrape()),
    );
  };
}
