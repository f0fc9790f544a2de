import type { FastifyInstance } from "fastify";
import type { ApiKey } from "../config/config.ts";
import { HttpError } from "../http/http-error.ts";
import { createAuthenticate } from "./authenticate.ts";
import type { Permission } from "./principal.ts";

/**
 * Denies by default: a route without `config: { permission }` cannot be registered, and a
 * caller without the permission gets 401 (no valid key) or 403 (a key without the scope).
 * Call it before any route is added.
 */
export function requirePermissions(instance: FastifyInstance, apiKeys: readonly ApiKey[]): void {
  const authenticate = createAuthenticate(apiKeys);
  instance.decorateRequest("principal", null);
  instance.addHook("onRoute", (route) => {
    if (route.config?.permission === undefined) {
      throw new Error(`route ${String(route.method)} ${route.url} declares no permission`);
    }
  });
  instance.addHook("onRequest", async (request) => {
    request.principal = authenticate(request.headers);
    // Only the handler of unknown paths has no permission: the hook above sees to that.
    const permission: Permission = request.routeOptions.config.permission ?? "public";
    if (permission === "public") {
      return;
    }
    if (request.principal === null) {
      throw new HttpError(
        "unauthenticated",
        "expected an API key as Authorization: Bearer <key> or X-API-Key, got none that is known",
        { headers: { "www-authenticate": 'Bearer realm="telltale"' } },
      );
    }
    if (!request.principal.scopes.has(permission)) {
      throw new HttpError("forbidden", `this key lacks the scope ${permission}`);
    }
  });
}
