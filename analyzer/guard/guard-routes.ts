import type { FastifyInstance } from "fastify";
import { principalOf } from "../../core/auth/principal.ts";
import { parseInput } from "../../core/http/parse-input.ts";
import { routeSchema } from "../../core/http/route-schema.ts";
import type { Guard } from "./guard.ts";
import { GuardAnswer, GuardRequest } from "./guard-request.ts";

export interface GuardRoutesDependencies {
  /** Gives the guard, which may be loaded at the first question. */
  readonly guard: () => Promise<Guard>;
  readonly maxBodyBytes: number;
}

/** `POST /api/v1/guard`: judges a content before it goes on. Agents that send may also ask. */
export function guardRoutes({ guard, maxBodyBytes }: GuardRoutesDependencies) {
  return async (instance: FastifyInstance): Promise<void> => {
    instance.post(
      "/api/v1/guard",
      {
        config: { permission: "ingest" },
        bodyLimit: maxBodyBytes,
        schema: routeSchema({
          summary: "Allow, warn about, redact or block a content before it goes on",
          body: GuardRequest,
          response: GuardAnswer,
        }),
      },
      async (request) => {
        const asked = parseInput(GuardRequest, request.body);
        return (await guard()).judge(principalOf(request).tenant, asked);
      },
    );
  };
}
