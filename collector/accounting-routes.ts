import type { FastifyInstance } from "fastify";
import { principalOf } from "../core/auth/principal.ts";
import type { QueueProducer } from "../core/queue/queue.ts";

/** `GET /api/v1/accounting`: what became of every record the caller's tenant ever sent. */
export function accountingRoutes({ queue }: { readonly queue: QueueProducer }) {
  return async (instance: FastifyInstance): Promise<void> => {
    instance.get("/api/v1/accounting", { config: { permission: "read" } }, async (request) => ({
      items: await queue.accounting(principalOf(request).tenant),
      nextCursor: null,
    }));
  };
}
