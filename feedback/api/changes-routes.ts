import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { principalOf } from "../../core/auth/principal.ts";
import { changePageRule, listChanges, readChange } from "../../core/changes/read-changes.ts";
import { HttpError } from "../../core/http/http-error.ts";
import { jsonSchema } from "../../core/http/json-schema.ts";
import { readPage } from "../../core/http/paging.ts";
import { changeKinds } from "../../core/model/change.ts";
import type { Store } from "../../core/store/store.ts";
import { parseInput } from "./parse-input.ts";
import { Change, pageOf } from "./response-schemas.ts";

const Filter = z.object({
  kind: z.enum(changeKinds).optional(),
  service: z.string().max(256).optional(),
  since: z.iso.datetime({ offset: true }).optional(),
});

/** `/api/v1/changes`: what changed, and the findings attributed to each change. */
export function changesRoutes({ reads }: { readonly reads: Store }) {
  return async (instance: FastifyInstance): Promise<void> => {
    instance.get(
      "/api/v1/changes",
      {
        config: { permission: "read" },
        schema: {
          summary: "Changes, newest first",
          response: { 200: jsonSchema(pageOf(Change)) },
        } as object,
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
        schema: {
          summary: "One change with its downstream findings",
          response: { 200: jsonSchema(Change) },
        } as object,
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
