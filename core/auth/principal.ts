import { userInfo } from "node:os";
import type { FastifyRequest } from "fastify";
import { scopes } from "../config/auth-config.ts";
import { HttpError } from "../http/http-error.ts";

export type Scope = (typeof scopes)[number];

/**
 * What a route asks of its caller. `public` asks nothing; behind `signature` the handler itself
 * checks a signature over the body (webhooks). Scopes do not imply one another.
 */
export type Permission = Scope | "public" | "signature";

export const allScopes: readonly Scope[] = scopes;

/** Who is calling. The tenant comes from the credential and from nowhere else. */
export interface Principal {
  /**
   * As the audit log keeps it: the name of the API key, `oidc:<issuer>#<sub>`,
   * `mtls:<name of the certificate>`, or `local:<os user>`.
   */
  readonly name: string;
  readonly tenant: string;
  readonly scopes: ReadonlySet<Scope>;
}

declare module "fastify" {
  interface FastifyContextConfig {
    permission?: Permission;
  }
  interface FastifyRequest {
    /** `null` on routes that are public or check a signature. */
    principal: Principal | null;
  }
}

/** The caller of a route that is not public. */
export function principalOf(request: FastifyRequest): Principal {
  if (request.principal === null) {
    throw new HttpError("unauthenticated", "expected a credential, got none");
  }
  return request.principal;
}

/** Everyone who reaches the loopback ports of a service without authentication. */
export function localPrincipal(): Principal {
  return { name: `local:${osUser()}`, tenant: "default", scopes: new Set(allScopes) };
}

function osUser(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run under an id that has no entry in the user database.
    return String(process.getuid?.() ?? "unknown");
  }
}
