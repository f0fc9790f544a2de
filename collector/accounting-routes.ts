import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { principalOf } from "../core/auth/principal.ts";
import { routeSchema } from "../core/http/route-schema.ts";
import type { QueueProducer } from "../core/queue/queue.ts";

const Accounting = z.object({
  items: z.array(
    z.object({
      tenant: z.string(),
      signal: z.enum(["traces", "logs", "metrics", "changes"]),
      received: z.int().describe("stored + rejected + deadLettered + inFlight"),
      stored: z.int(),
      rejected: z.record(z.string(), z.int()).describe("By reason"),
      deadLettered: z.int(),
      inFlight: z.int(),
    }),
  ),
  nextCursor: z.null(),
});

/** `GET /api/v1/accounting`: what became of every record the caller's tenant ever sent. */
export function accountingRoutes({ queue }: { readonly queue: QueueProducer }) {
  return async (instance: FastifyInstance): Promise<void> => {
    instance.get(
      "/api/v1/accounting",
      {
        config: { permission: "read" },
        schema: routeSchema({
          summary: "Records received, stored, rejected, dead-lettered and in flight, by signal",
          response: Accounting,
        }),
      },
      async (request) => ({
        items: await queue.accounting(principalOf(request).tenant),
        nextCursor: null,
      }),
    );
  };
}
