import type { FastifyInstance } from "fastify";
import { createCollector } from "../collector/routes.ts";
import type { Permission } from "../core/auth/principal.ts";
import { Config } from "../core/config/config.ts";
import { createLogger } from "../core/log.ts";
import { createMetrics } from "../core/telemetry/metrics.ts";
import { insertChanges, makeChange } from "./helpers/change.ts";
import { seedStore } from "./helpers/seed-store.ts";
import { keySetting, openTestApi, type TestApi } from "./helpers/test-api.ts";

const settings = {
  auth: {
    apiKeys: [
      keySetting("acme-ingest", "acme", ["ingest"]),
      keySetting("acme-read", "acme", ["read"]),
      keySetting("acme-approve", "acme", ["approve"]),
      keySetting("zeta-all", "zeta", ["ingest", "read", "approve", "admin"]),
    ],
  },
};

/** What each route asks of its caller; HEAD asks what GET asks. A new route needs a line here. */
const collectorRoutes = {
  "POST /v1/traces": "ingest",
  "POST /v1/logs": "ingest",
  "POST /v1/metrics": "ingest",
  "POST /v1/changes": "ingest",
  // Says only that profiles are not taken.
  "POST /v1development/profiles": "ingest",
} as const satisfies Record<string, Permission>;

const apiRoutes = {
  "GET /api/v1/findings": "read",
  "GET /api/v1/findings/:id": "read",
  "GET /api/v1/findings/:id/lineage": "read",
  "POST /api/v1/findings/:id/status": "approve",
  "GET /api/v1/changes": "read",
  "GET /api/v1/changes/:id": "read",
  "GET /api/v1/proposals": "read",
  "GET /api/v1/proposals/:id": "read",
  "POST /api/v1/proposals/:id/approve": "approve",
  "POST /api/v1/proposals/:id/reject": "approve",
  "GET /api/v1/accounting": "read",
  "GET /api/v1/audit": "read",
  "GET /api/v1/status": "read",
  "GET /clickhouse": "read",
  "GET /clickhouse/": "read",
  "GET /clickhouse/ping": "read",
  "POST /clickhouse": "read",
  "POST /clickhouse/": "read",
} as const satisfies Record<string, Permission>;

/** Without data of any tenant: pages, health, and refusals of other methods. */
const publicRoutes =
  /^(GET (\/|\/console\/[a-z-]+\.[a-z]+|\/[fp]\/:id|\/healthz|\/readyz|\/metrics|\/api\/openapi\.json)|(GET|PUT|PATCH|DELETE|OPTIONS) \/v1(development)?\/[a-z]+)$/;

let api: TestApi;
let collector: FastifyInstance;

beforeAll(async () => {
  api = await openTestApi({ settings });
  const config = Config.parse(settings);
  collector = createCollector({
    queue: api.queue.producer,
    config,
    clock: api.clock,
    logger: createLogger("silent"),
    metrics: createMetrics([]),
  });
  await collector.ready();
  for (const tenant of ["acme", "zeta"]) {
    await seedStore(api.store.writes, tenant);
    await api.queue.producer.append({
      tenant,
      signal: "logs",
      receivedAtUnixMs: 1,
      contentType: "json",
      contentEncoding: "identity",
      acceptedCount: 1,
      rejectedOrdinals: [],
      rejected: {},
      body: Buffer.from("{}"),
    });
    await api.audit.append({ actor: "a", action: "x", subject: `finding/${tenant}/1`, data: {} });
  }
  await insertChanges(api.store.writes, [
    makeChange({ tenant: "acme", changeId: "acme-only" }),
    makeChange({ tenant: "zeta", changeId: "zeta-only" }),
  ]);
}, 60_000);

afterAll(async () => {
  await collector.close();
  await api.close();
});

/** Every route of a server, as fastify itself prints them. */
function routesOf(server: FastifyInstance): string[] {
  const found: string[] = [];
  const path: string[] = [];
  for (const line of server.printRoutes({ commonPrefix: false }).split("\n")) {
    const match = /^((?:│ {3}| {4})*)[├└]── (\S*)(?: \(([A-Z, ]+)\))?$/.exec(line);
    const [, indent = "", segment = "", methods = ""] = match ?? [];
    if (match !== null) {
      path.splice(indent.length / 4, path.length, segment);
      found.push(...methods.split(", ").flatMap((name) => name && `${name} ${path.join("")}`));
    }
  }
  return found.filter((route) => route !== "").toSorted();
}

function isStateful(method: string): boolean {
  return method !== "GET" && method !== "HEAD";
}

async function statusOf(server: FastifyInstance, route: string, key?: string): Promise<number> {
  const [method = "", url = ""] = route.split(" ");
  const response = await server.inject({
    method: method as "GET",
    url: url.replace(":id", "nothing"),
    headers: {
      ...(isStateful(method) && { "content-type": "application/json" }),
      ...(key !== undefined && { authorization: `Bearer ${key}` }),
    },
    ...(isStateful(method) && { payload: "{}" }),
  });
  return response.statusCode;
}

const holders: Record<string, readonly Permission[]> = {
  "acme-ingest": ["ingest"],
  "acme-read": ["read"],
  "acme-approve": ["approve"],
  "zeta-all": ["ingest", "read", "approve", "admin"],
};

describe.each([
  { port: "collector", table: collectorRoutes, serverOf: () => collector },
  { port: "API", table: apiRoutes, serverOf: () => api.server },
])("the $port port", ({ table, serverOf }) => {
  it("has the routes of the table, public ones and no others", () => {
    const asGet = routesOf(serverOf()).map((route) => route.replace("HEAD", "GET"));
    const others = [...new Set(asGet)].filter((route) => !publicRoutes.test(route));
    expect(others.toSorted()).toEqual(Object.keys(table).toSorted());
  });

  it("refuses callers without a known key, and lets nobody but a public route answer", async () => {
    for (const route of routesOf(serverOf())) {
      const isPublic = publicRoutes.test(route.replace("HEAD", "GET"));
      for (const key of [undefined, "unknown"]) {
        const status = await statusOf(serverOf(), route, key);
        expect([route, key, status === 401]).toEqual([route, key, !isPublic]);
      }
    }
  });

  it.each(Object.entries<Permission>(table))("%s asks for %s", async (route, permission) => {
    for (const [key, scopes] of Object.entries(holders)) {
      const status = await statusOf(serverOf(), route, key);
      expect(status).not.toBe(401);
      expect([key, status === 403]).toEqual([key, !scopes.includes(permission)]);
    }
  });
});

describe("a tenant", () => {
  async function read(url: string, key: string, headers: Record<string, string> = {}) {
    const response = await api.server.inject({
      url,
      headers: { authorization: `Bearer ${key}`, ...headers },
    });
    return response.body;
  }

  it.each([
    "/api/v1/findings",
    "/api/v1/changes",
    "/api/v1/proposals?state=approved",
    "/api/v1/accounting",
    "/api/v1/audit?verify=true",
    "/clickhouse?query=SELECT%20Id%20FROM%20findings%20FORMAT%20JSONEachRow",
    "/clickhouse?query=SELECT%20ChangeId%20FROM%20changes%20FORMAT%20JSONEachRow",
  ])("sees its own of %s and nothing of another's", async (url) => {
    for (const [key, other] of [
      ["acme-read", "zeta"],
      ["zeta-all", "acme"],
    ] as const) {
      const forged = { "x-tenant": other, "x-scope-orgid": other };
      const separator = url.includes("?") ? "&" : "?";
      const body = await read(
        url.startsWith("/api") ? `${url}${separator}tenant=${other}` : url,
        key,
        forged,
      );
      expect(body).not.toContain(other);
      expect(body).toContain(url.includes("proposals") ? '"items":[]' : key.slice(0, 4));
    }
  });

  it.each([
    "/api/v1/findings/acme-finding-0",
    "/api/v1/findings/acme-finding-0/lineage",
    "/api/v1/changes/acme-only",
    "/api/v1/proposals/acme-proposal-0",
  ])("gets 404 for %s of another", async (url) => {
    const response = await api.server.inject({ url, headers: { "x-api-key": "zeta-all" } });
    expect(response.statusCode).toBe(404);
  });

  it("counts only its own in the status", async () => {
    const status = JSON.parse(await read("/api/v1/status", "acme-read")) as Record<string, object>;
    expect(status).toMatchObject({ findings: { total: 3 }, proposals: { total: 2 } });
  });
});
