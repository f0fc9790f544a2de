import type { FastifyInstance, FastifyRequest } from "fastify";
import { z } from "zod";
import { Scopes } from "../../config/auth-config.ts";
import { isLoopback } from "../../http/host-guard.ts";
import { HttpError } from "../../http/http-error.ts";
import { parseInput, time } from "../../http/parse-input.ts";
import { routeSchema } from "../../http/route-schema.ts";
import type { Access } from "../access.ts";
import { principalOf } from "../principal.ts";
import { createKeyDesk, type KeyDesk, type KeyDeskDependencies } from "./key-desk.ts";
import { IssuedKeyView, issuedKeyView, KeyView, keyViews, managedKeyView } from "./key-view.ts";

const daySeconds = 86_400;

/** Without colons, so that it cannot pass for a caller of another kind in the audit log. */
const KeyName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9 ._@+-]{0,63}$/, "expected 1 to 64 letters, digits, . _ @ + -")
  .refine((name) => name.toLowerCase() !== "telltale", "telltale is reserved")
  .describe("Who will hold it, for the audit log");

const NewKey = z.strictObject({
  name: KeyName,
  scopes: Scopes,
  expiresAt: time.optional().describe("Never, unless given"),
});

const Rotation = z.strictObject({
  graceSeconds: z
    .int()
    .min(0)
    .max(30 * daySeconds)
    .default(daySeconds)
    .describe("How long the secret until now stays valid"),
  expiresAt: time.optional().describe("New end of the key; unchanged, unless given"),
});

const Revocation = z.strictObject({
  reason: z.string().trim().max(2000).default("").describe("Kept in the audit log"),
});

export interface KeyRoutesDependencies extends KeyDeskDependencies {
  readonly access: Pick<Access, "isRequired">;
}

const config = { permission: "admin" } as const;

/** `/api/v1/keys`: the API keys of the caller's tenant; list, create, rotate, revoke. */
export function keyRoutes(dependencies: KeyRoutesDependencies) {
  const { keyStore, apiKeys } = dependencies;
  const desk = createKeyDesk(dependencies);
  return async (instance: FastifyInstance): Promise<void> => {
    instance.get(
      "/api/v1/keys",
      {
        config,
        schema: routeSchema({
          summary: "API keys of the tenant, without their secrets",
          response: z.object({ items: z.array(KeyView), nextCursor: z.null() }),
        }),
      },
      async (request) => ({
        items: keyViews(principalOf(request).tenant, apiKeys, keyStore),
        nextCursor: null,
      }),
    );
    createRoute(instance, dependencies, desk);
    changeRoutes(instance, dependencies, desk);
  };
}

function createRoute(
  instance: FastifyInstance,
  { access, keyStore }: KeyRoutesDependencies,
  desk: KeyDesk,
): void {
  instance.post(
    "/api/v1/keys",
    {
      config,
      schema: routeSchema({
        summary: "Make an API key; the answer is the only place where its secret is shown",
        body: NewKey,
        response: IssuedKeyView,
      }),
    },
    async (request) => {
      const { name, scopes, expiresAt } = parseInput(NewKey, request.body);
      requireSafeFirstKey(access, request, scopes);
      const expiresAtUnixMs = expiresAt === undefined ? null : Date.parse(expiresAt);
      const issued = await desk.create(principalOf(request), { name, scopes, expiresAtUnixMs });
      return issuedKeyView(issued, keyStore);
    },
  );
}

/** Changes of one key. */
function changeRoutes(
  instance: FastifyInstance,
  { keyStore }: KeyRoutesDependencies,
  desk: KeyDesk,
): void {
  instance.post<{ Params: { id: string } }>(
    "/api/v1/keys/:id/rotate",
    {
      config,
      schema: routeSchema({
        summary: "Give a key a new secret; the old one stays valid for a while",
        body: Rotation,
        response: IssuedKeyView,
      }),
    },
    async (request) => {
      const { graceSeconds, expiresAt } = parseInput(Rotation, request.body);
      const expiresAtUnixMs = expiresAt === undefined ? undefined : Date.parse(expiresAt);
      const wanted = { graceSeconds, expiresAtUnixMs };
      const issued = await desk.rotate(principalOf(request), request.params.id, wanted);
      return issuedKeyView(issued, keyStore);
    },
  );
  instance.post<{ Params: { id: string } }>(
    "/api/v1/keys/:id/revoke",
    {
      config,
      schema: routeSchema({
        summary: "Revoke a key at once, with every secret it has",
        body: Revocation,
        response: KeyView,
      }),
    },
    async (request) => {
      const { reason } = parseInput(Revocation, request.body);
      const key = await desk.revoke(principalOf(request), request.params.id, reason);
      return managedKeyView(key, keyStore);
    },
  );
}

/**
 * The first key of an open service closes it. Whoever makes it must sit at this machine, and
 * must be able to make the next one.
 */
function requireSafeFirstKey(
  access: KeyRoutesDependencies["access"],
  request: FastifyRequest,
  scopes: readonly string[],
): void {
  if (access.isRequired()) {
    return;
  }
  if (!isLoopback(request.socket.remoteAddress ?? "")) {
    throw new HttpError("forbidden", "the first key is made on the machine of the service itself");
  }
  if (!scopes.includes("admin")) {
    throw new HttpError(
      "conflict",
      "from the first key on every port asks for one, so the first needs the scope admin: " +
        "without it nobody could make another",
    );
  }
}
