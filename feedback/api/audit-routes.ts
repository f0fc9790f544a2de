import type { FastifyInstance } from "fastify";
import { z } from "zod";
import type { Audit } from "../../core/audit/audit.ts";
import { jsonSchema } from "../../core/http/json-schema.ts";
import { encodeCursor, readPage } from "../../core/http/paging.ts";
import { parseInput } from "./parse-input.ts";
import { AuditEntry } from "./response-schemas.ts";

const Query = z.object({ verify: z.enum(["true", "false"]).default("false") });

const paging = { defaultLimit: 100, maxLimit: 1000, key: ["number"] } as const;

const AuditPage = z.object({
  items: z.array(AuditEntry),
  nextCursor: z.string().nullable(),
  chain: z
    .object({ ok: z.boolean(), entries: z.int(), brokenAt: z.int().nullable() })
    .optional()
    .describe("With verify=true: whether every entry still follows from the one before"),
});

/** `GET /api/v1/audit`: who did what, on what evidence, and whether the chain holds. */
export function auditRoutes({ audit }: { readonly audit: Audit }) {
  return async (instance: FastifyInstance): Promise<void> => {
    instance.get(
      "/api/v1/audit",
      {
        config: { permission: "read" },
        schema: {
          summary: "Hash-chained audit entries, oldest first",
          response: { 200: jsonSchema(AuditPage) },
        } as object,
      },
      async (request) => {
        const { verify } = parseInput(Query, request.query);
        const { limit, after } = readPage(request.query, paging);
        const cursor = after === null ? null : Number(after[0]);
        const { items, nextCursor } = await audit.list({ limit, cursor });
        return {
          items,
          nextCursor: nextCursor === null ? null : encodeCursor([nextCursor]),
          ...(verify === "true" && { chain: await audit.verify() }),
        };
      },
    );
  };
}
