import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { principalOf } from "../../core/auth/principal.ts";
import { changePageRule, listChanges, readChange } from "../../core/changes/read-changes.ts";
import { HttpError } from "../../core/http/http-error.ts";
import { readPage } from "../../core/http/paging.ts";
import { parseInput, time } from "../../core/http/parse-input.ts";
import { routeSchema } from "../../core/http/route-schema.ts";
import { changeKinds } from "../../core/model/change.ts";
import type { Store } from "../../core/store/store.ts";
import { Change, pageOf } from "./response-schemas.ts";

const Filter = z.object({
  kind: z.enum(changeKinds).optional(),
  service: z.string().max(256).optional(),
  since: time.optional().describe("Only changes at or after this time"),
});

/** `/api/v1/changes`: what changed, and the findings attributed to each change. */
export function changesRoutes({ reads }: { readonly reads: Store }) {
  return async (instance: FastifyInstance): Promise<void> => {
    instance.get(
      "/api/v1/changes",
      {
        config: { permission: "read" },
        schema: routeSchema({
          summary: "Changes, newest first",
          query: Filter,
          paged: true,
          response: pageOf(Change),
        }),
      },
      async (request) => {
        const { since, ...filter } = parseInput(Filter, request.query);
        const page = readPage(request.query, changePageRule);
        const sinceUnixMs = since === undefined ? undefined : Date.parse(since);
        const { tenant } = principalOf(request);
        return listChanges(reads, tenant, { ...filter, sinceUnixMs }, page);
      },
    );
    instance.get<{ Params: { id: string } }>(
      "/api/v1/changes/:id",
      {
        config: { permission: "read" },
        schema: routeSchema({
          summary: "One change with its downstream findings",
          response: Change,
        }),
      },
      async (request) => {
        const change = await readChange(reads, principalOf(request).tenant, request.params.id);
        if (change === null) {
          throw new HttpError("not_found", `there is no change ${request.params.id.slice(0, 64)}`);
        }
        return change;
      },
    );
  };
}
