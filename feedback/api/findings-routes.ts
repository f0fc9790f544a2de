import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { principalOf } from "../../core/auth/principal.ts";
import { findingPageRule, listFindings, readFinding } from "../../core/findings/read-findings.ts";
import { HttpError } from "../../core/http/http-error.ts";
import { readPage } from "../../core/http/paging.ts";
import { parseInput, time } from "../../core/http/parse-input.ts";
import { routeSchema } from "../../core/http/route-schema.ts";
import { readLineage } from "../../core/lineage/lineage.ts";
import { findingStatuses, findingTypes } from "../../core/model/finding.ts";
import type { Store } from "../../core/store/store.ts";
import { Finding, FindingItem, Lineage, pageOf } from "./response-schemas.ts";
import type { SetFindingStatus } from "./set-finding-status.ts";

const Filter = z.object({
  status: z.enum(findingStatuses).optional(),
  type: z.enum(findingTypes).optional(),
  service: z.string().max(256).optional(),
  since: time.optional().describe("Only findings with lastSeen at or after this time"),
});

const StatusChange = z.object({
  status: z.enum(findingStatuses),
  reason: z.string().trim().min(1, "a reason is needed; it is kept in the audit log").max(2000),
  until: time.optional().describe("From then on the finding reads as open again"),
});

export interface FindingsDependencies {
  readonly reads: Store;
  readonly setStatus: SetFindingStatus;
}

/** `/api/v1/findings`: list, one with evidence, its lineage, its status. */
export function findingsRoutes(dependencies: FindingsDependencies) {
  const { reads } = dependencies;
  return async (instance: FastifyInstance): Promise<void> => {
    instance.get(
      "/api/v1/findings",
      {
        config: { permission: "read" },
        schema: routeSchema({
          summary: "Findings, those seen last first; without evidence",
          query: Filter,
          paged: true,
          response: pageOf(FindingItem),
        }),
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
        schema: routeSchema({
          summary: "One finding with its masked evidence",
          response: Finding,
        }),
      },
      async (request) =>
        required(
          await readFinding(reads, principalOf(request).tenant, request.params.id),
          request.params.id,
        ),
    );
    await instance.register(lineageRoute(dependencies));
    await instance.register(statusRoute(dependencies));
  };
}

function lineageRoute({ reads }: FindingsDependencies) {
  return async (instance: FastifyInstance): Promise<void> => {
    instance.get<{ Params: { id: string } }>(
      "/api/v1/findings/:id/lineage",
      {
        config: { permission: "read" },
        schema: routeSchema({
          summary: "Finding, spans, deployment, commit, pull request, session, prompt, intent",
          response: Lineage,
        }),
      },
      async (request) => {
        const { tenant } = principalOf(request);
        return required(await readLineage(reads, tenant, request.params.id), request.params.id);
      },
    );
  };
}

function statusRoute({ reads, setStatus }: FindingsDependencies) {
  return async (instance: FastifyInstance): Promise<void> => {
    instance.post<{ Params: { id: string } }>(
      "/api/v1/findings/:id/status",
      {
        config: { permission: "approve" },
        schema: routeSchema({
          summary: "Set the status, with a reason",
          body: StatusChange,
          response: Finding,
        }),
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
