import type { FastifyInstance } from "fastify";
import { z } from "zod";
import type { Audit, AuditPage } from "../../core/audit/audit.ts";
import { principalOf } from "../../core/auth/principal.ts";
import { encodeCursor, readPage } from "../../core/http/paging.ts";
import { parseInput } from "../../core/http/parse-input.ts";
import { routeSchema } from "../../core/http/route-schema.ts";
import { AuditEntry } from "./response-schemas.ts";

const Query = z.object({
  verify: z.enum(["true", "false"]).default("false").describe("Also verify the whole chain"),
});

const paging = { defaultLimit: 100, maxLimit: 1000, key: ["number"] } as const;

const AuditResponse = z.object({
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
        schema: routeSchema({
          summary: "Hash-chained audit entries, oldest first",
          query: Query,
          paged: true,
          response: AuditResponse,
        }),
      },
      async (request) => {
        const { verify } = parseInput(Query, request.query);
        const { limit, after } = readPage(request.query, paging);
        const cursor = after === null ? null : Number(after[0]);
        const { tenant } = principalOf(request);
        const { items, nextCursor } = await listVisible(audit, tenant, { limit, cursor });
        return {
          items,
          nextCursor: nextCursor === null ? null : encodeCursor([nextCursor]),
          ...(verify === "true" && { chain: await audit.verify() }),
        };
      },
    );
  };
}

/** A page of the entries a tenant may see; the chain itself runs through all tenants. */
async function listVisible(
  audit: Audit,
  tenant: string,
  page: { readonly limit: number; readonly cursor: number | null },
): Promise<AuditPage> {
  const items: AuditPage["items"] = [];
  for (let { cursor } = page; ; ) {
    const part = await audit.list({ limit: page.limit - items.length, cursor });
    items.push(...part.items.filter(({ subject }) => isVisible(subject, tenant)));
    cursor = part.nextCursor;
    if (cursor === null || items.length === page.limit) {
      return { items, nextCursor: cursor };
    }
  }
}

/** Erasures concern the log as a whole and name nobody; other subjects are `kind/tenant/id`. */
function isVisible(subject: string, tenant: string): boolean {
  const [kind, owner] = subject.split("/");
  return owner === tenant || kind === "audit" || kind === "actor";
}
