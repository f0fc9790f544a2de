import type { FastifyRequest } from "fastify";
import type { ApiKey } from "../config/config.ts";
import { HttpError } from "../http/http-error.ts";

export type Scope = ApiKey["scopes"][number];

/** What a route asks of its caller; `public` asks nothing. Scopes do not imply one another. */
export type Permission = Scope | "public";

export const allScopes: readonly Scope[] = ["ingest", "read", "approve", "admin"];

/** Who is calling. The tenant comes from the credential and from nowhere else. */
export interface Principal {
  /** The name of the API key, or `local:<os user>`. */
  readonly name: string;
  readonly tenant: string;
  readonly scopes: ReadonlySet<Scope>;
}

declare module "fastify" {
  interface FastifyContextConfig {
    permission?: Permission;
  }
  interface FastifyRequest {
    principal: Principal | null;
  }
}

/** The caller of a route that is not public. */
export function principalOf(request: FastifyRequest): Principal {
  if (request.principal === null) {
    throw new HttpError("unauthenticated", "expected an API key, got none");
  }
  return request.principal;
}
