import { createHash } from "node:crypto";
import { userInfo } from "node:os";
import type { FastifyInstance } from "fastify";
import { type Permission, principalOf } from "../../../core/auth/principal.ts";
import { Config } from "../../../core/config/config.ts";
import { createServer } from "../../../core/http/create-server.ts";
import { createLogger } from "../../../core/log.ts";

const logger = createLogger("silent");
const permissions: Permission[] = ["public", "ingest", "read", "approve", "admin"];

function digest(key: string): string {
  return createHash("sha256").update(key).digest("hex");
}

const keyed = Config.parse({
  auth: {
    apiKeys: [
      { name: "shipper", sha256: digest("k-ingest"), tenant: "acme", scopes: ["ingest"] },
      { name: "reader", sha256: digest("k-read"), tenant: "zeta", scopes: ["read"] },
      { name: "root", sha256: digest("k-all"), scopes: ["ingest", "read", "approve", "admin"] },
    ],
  },
});

function makeServer(config: Config): FastifyInstance {
  const server = createServer({ config, logger });
  for (const permission of permissions) {
    server.get(`/${permission}`, { config: { permission } }, async (request) =>
      request.principal === null
        ? { name: null }
        : { name: principalOf(request).name, tenant: principalOf(request).tenant },
    );
  }
  return server;
}

describe("with keys", () => {
  const server = makeServer(keyed);
  afterAll(async () => server.close());

  it.each([
    { key: null, allowed: ["public"], refusal: 401 },
    { key: "k-wrong", allowed: ["public"], refusal: 401 },
    { key: digest("k-all"), allowed: ["public"], refusal: 401 },
    { key: "k-ingest", allowed: ["public", "ingest"], refusal: 403 },
    { key: "k-read", allowed: ["public", "read"], refusal: 403 },
    { key: "k-all", allowed: permissions, refusal: 403 },
  ])("$key reaches $allowed and gets $refusal elsewhere", async ({ key, allowed, refusal }) => {
    for (const permission of permissions) {
      const headers = key === null ? {} : { authorization: `Bearer ${key}` };
      const response = await server.inject({ url: `/${permission}`, headers });
      expect([permission, response.statusCode]).toEqual([
        permission,
        allowed.includes(permission) ? 200 : refusal,
      ]);
    }
  });

  it("takes the key from X-API-Key too, and the tenant from the key alone", async () => {
    const response = await server.inject({
      url: "/ingest?tenant=zeta",
      headers: { "x-api-key": "k-ingest", "x-tenant": "zeta", "x-scope-orgid": "zeta" },
    });
    expect(response.json()).toEqual({ name: "shipper", tenant: "acme" });
  });

  it.each(["Basic k-all", "Bearer", "Bearer k-all extra", "k-all"])(
    "does not take %j for a key",
    async (authorization) => {
      const response = await server.inject({ url: "/read", headers: { authorization } });
      expect(response.statusCode).toBe(401);
      expect(response.headers["www-authenticate"]).toContain("Bearer");
    },
  );

  it("tells an unknown path from a forbidden one without a key", async () => {
    expect((await server.inject({ url: "/nothing" })).statusCode).toBe(404);
  });
});

describe("without keys", () => {
  const server = makeServer(Config.parse({}));
  afterAll(async () => server.close());

  it("a public route looks at nobody", async () => {
    expect((await server.inject({ url: "/public" })).json()).toEqual({ name: null });
  });

  it.each(permissions.slice(1))("the user of this machine may %s", async (permission) => {
    const response = await server.inject({ url: `/${permission}` });
    expect(response.json()).toEqual({ name: `local:${userInfo().username}`, tenant: "default" });
  });
});

it("refuses to register a route that declares no permission", () => {
  const server = createServer({ config: Config.parse({}), logger });
  expect(() => server.get("/open", async () => "open")).toThrow("declares no permission");
});
