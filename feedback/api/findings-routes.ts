import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { principalOf } from "../../core/auth/principal.ts";
import { findingPageRule, listFindings, readFinding } from "../../core/findings/read-findings.ts";
import { HttpError } from "../../core/http/http-error.ts";
import { jsonSchema } from "../../core/http/json-schema.ts";
import { readPage } from "../../core/http/paging.ts";
import { readLineage } from "../../core/lineage/lineage.ts";
import { findingStatuses, findingTypes } from "../../core/model/finding.ts";
import type { Store } from "../../core/store/store.ts";
import { parseInput } from "./parse-input.ts";
import { Finding, FindingItem, Lineage, pageOf } from "./response-schemas.ts";
import type { SetFindingStatus } from "./set-finding-status.ts";

const Filter = z.object({
  status: z.enum(findingStatuses).optional(),
  type: z.enum(findingTypes).optional(),
  service: z.string().max(256).optional(),
  since: z.iso.datetime({ offset: true }).optional().describe("Compared with lastSeen"),
});

const StatusChange = z.object({
  status: z.enum(findingStatuses),
  reason: z.string().trim().min(1, "a reason is needed; it is kept in the audit log").max(2000),
  until: z.iso.datetime({ offset: true }).optional(),
});

export interface FindingsDependencies {
  readonly reads: Store;
  readonly setStatus: SetFindingStatus;
}

/** `/api/v1/findings`: list, one with evidence, its lineage, its status. */
export function findingsRoutes({ reads, setStatus }: FindingsDependencies) {
  return async (instance: FastifyInstance): Promise<void> => {
    instance.get(
      "/api/v1/findings",
      {
        config: { permission: "read" },
        schema: {
          summary: "Findings, newest first; without evidence",
          response: { 200: jsonSchema(pageOf(FindingItem)) },
        } as object,
      },
      async (request) => {
        const { since, ...filter } = parseInput(Filter, request.query);
        const page = readPage(request.query, findingPageRule);
        const sinceUnixMs = since === undefined ? undefined : Date.parse(since);
        const { tenant } = principalOf(request);
        return listFindings(reads, tenant, { ...filter, sinceUnixMs }, page);
      },
    );
    instance.get<{ Params: { id: string } }>(
      "/api/v1/findings/:id",
      {
        config: { permission: "read" },
        schema: {
          summary: "One finding with its masked evidence",
          response: { 200: jsonSchema(Finding) },
        } as object,
      },
      async (request) =>
        required(
          await readFinding(reads, principalOf(request).tenant, request.params.id),
          request.params.id,
        ),
    );
    instance.get<{ Params: { id: string } }>(
      "/api/v1/findings/:id/lineage",
      {
        config: { permission: "read" },
        schema: {
          summary: "Finding, spans, deployment, commit, pull request, session, prompt, intent",
          response: { 200: jsonSchema(Lineage) },
        } as object,
      },
      async (request) => {
        const { tenant } = principalOf(request);
        required(await readFinding(reads, tenant, request.params.id), request.params.id);
        return readLineage(reads, tenant, request.params.id);
      },
    );
    instance.post<{ Params: { id: string } }>(
      "/api/v1/findings/:id/status",
      {
        config: { permission: "approve" },
        schema: {
          summary: "Set the status, with a reason",
          response: { 200: jsonSchema(Finding) },
        } as object,
      },
      async (request) => {
        const change = parseInput(StatusChange, request.body);
        const principal = principalOf(request);
        const { id } = request.params;
        required(await readFinding(reads, principal.tenant, id), id);
        await setStatus(principal, id, change);
        return required(await readFinding(reads, principal.tenant, id), id);
      },
    );
  };
}

function required<T>(found: T | null | undefined, id: string): T {
  if (found === null || found === undefined) {
    throw new HttpError("not_found", `there is no finding ${id.slice(0, 64)}`);
  }
  return found;
}
