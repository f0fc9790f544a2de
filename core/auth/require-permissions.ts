import type { FastifyInstance } from "fastify";
import { HttpError } from "../http/http-error.ts";
import type { Access } from "./access.ts";
import { readCredentials } from "./credentials.ts";
import type { Permission } from "./principal.ts";

/** A route as its server knows it. */
export interface DeclaredRoute {
  readonly method: string;
  readonly url: string;
  readonly permission: Permission;
}

declare module "fastify" {
  interface FastifyInstance {
    /** Every route of the server with what it asks of its caller. */
    declaredRoutes: DeclaredRoute[];
  }
}

/**
 * Denies by default: a route without `config: { permission }` cannot be registered, and a
 * caller without the permission gets 401 (no valid credential) or 403 (one without the scope).
 * Call it before any route is added.
 */
export function requirePermissions(
  instance: FastifyInstance,
  access: Pick<Access, "authenticate">,
): void {
  const routes: DeclaredRoute[] = [];
  instance.decorate("declaredRoutes", routes);
  instance.decorateRequest("principal", null);
  instance.addHook("onRoute", ({ method, url, config }) => {
    const permission = config?.permission;
    if (permission === undefined) {
      throw new Error(`route ${String(method)} ${url} declares no permission`);
    }
    routes.push(...[method].flat().map((name) => ({ method: name, url, permission })));
  });
  instance.addHook("onRequest", async (request) => {
    // Only the handler of unknown paths has no permission: the hook above sees to that.
    const permission: Permission = request.routeOptions.config.permission ?? "public";
    if (permission === "public" || permission === "signature") {
      return;
    }
    const principal = await access.authenticate(readCredentials(request.headers, request.socket));
    if (!principal.scopes.has(permission)) {
      throw new HttpError("forbidden", `this credential lacks the scope ${permission}`);
    }
    request.principal = principal;
  });
}
