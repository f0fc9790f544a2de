import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { readSession } from "../../core/agents/read-session.ts";
import { listSessions, sessionPageRule } from "../../core/agents/read-sessions.ts";
import { principalOf } from "../../core/auth/principal.ts";
import { HttpError } from "../../core/http/http-error.ts";
import { readPage } from "../../core/http/paging.ts";
import { parseInput, time } from "../../core/http/parse-input.ts";
import { routeSchema } from "../../core/http/route-schema.ts";
import { codingAgentIds } from "../../core/model/agent-event.ts";
import type { Store } from "../../core/store/store.ts";
import { pageOf } from "./response-schemas.ts";
import { Session, SessionDetail } from "./session-schemas.ts";

const Filter = z.object({
  agent: z.enum(codingAgentIds).optional(),
  since: time.optional().describe("Only sessions that did something at or after this time"),
});

/** `/api/v1/sessions`: what coding agents did, and one session step by step. */
export function sessionsRoutes({ reads }: { readonly reads: Store }) {
  return async (instance: FastifyInstance): Promise<void> => {
    instance.get(
      "/api/v1/sessions",
      {
        config: { permission: "read" },
        schema: routeSchema({
          summary: "Sessions of coding agents, the last active first",
          query: Filter,
          paged: true,
          response: pageOf(Session),
        }),
      },
      async (request) => {
        const { since, agent } = parseInput(Filter, request.query);
        const page = readPage(request.query, sessionPageRule);
        const sinceUnixMs = since === undefined ? undefined : Date.parse(since);
        return listSessions(reads, principalOf(request).tenant, { agent, sinceUnixMs }, page);
      },
    );
    instance.get<{ Params: { id: string } }>(
      "/api/v1/sessions/:id",
      {
        config: { permission: "read" },
        schema: routeSchema({
          summary: "One session with its prompts, tool calls, decisions, costs and commits",
          response: SessionDetail,
        }),
      },
      async (request) => {
        const { id } = request.params;
        const session = await readSession(reads, principalOf(request).tenant, id);
        if (session === null) {
          throw new HttpError("not_found", `there is no session ${id.slice(0, 64)}`);
        }
        return session;
      },
    );
  };
}
