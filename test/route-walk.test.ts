import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { type ClientHttp2Session, connect } from "node:http2";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FastifyInstance } from "fastify";
import { type NoteStore, openNotes } from "../collector/notes/note-store.ts";
import { createCollector, createGrpcCollector } from "../collector/routes.ts";
import { allScopes, type Permission, type Scope } from "../core/auth/principal.ts";
import type { DeclaredRoute } from "../core/auth/require-permissions.ts";
import { Config } from "../core/config/config.ts";
import { describeKey } from "../core/keys/open-key.ts";
import { createLogger } from "../core/log.ts";
import { insertChanges, makeChange } from "./helpers/change.ts";
import { seedStore } from "./helpers/seed-store.ts";
import { keySetting, openTestApi, type TestApi } from "./helpers/test-api.ts";

const tenants = ["acme", "zeta"] as const;

/** A key for each scope, and one with all of them, of both tenants. The key is its name. */
const roles = [...allScopes.map((scope): Scope[] => [scope]), [...allScopes]];

function roleName(scopes: readonly Scope[]): string {
  return scopes.length > 1 ? "all" : scopes.join();
}

const holders = tenants.flatMap((tenant) =>
  roles.map((scopes) => ({ key: `${tenant}-${roleName(scopes)}`, tenant, scopes })),
);

const settings = {
  webhooks: { github: [{ secret: "a".repeat(32), tenant: "acme" }] },
  auth: {
    maxFailuresPerMinute: 1_000_000,
    apiKeys: [
      ...holders.map(({ key, tenant, scopes }) => keySetting(key, tenant, scopes)),
      { ...keySetting("acme-expired", "acme", allScopes), expiresAt: "2026-11-20T11:59:59Z" },
    ],
  },
};

/**
 * What a route may ask of its caller; the first rule that fits counts, and HEAD asks what GET
 * asks. New routes are walked without a line here, unless they are to be public.
 */
const rules: readonly [RegExp, readonly Permission[]][] = [
  [/^GET (\/|\/console\/[a-z-]+\.[a-z]+|\/[fp]\/:id|\/healthz|\/readyz|\/metrics)$/, ["public"]],
  [/^GET \/api\/openapi\.json$/, ["public"]],
  // Refusals of other methods, which say which one is right.
  [/^(GET|PUT|PATCH|DELETE|OPTIONS) \/v1(development)?\/[a-z/]+$/, ["public"]],
  [/^(GET|PUT|PATCH|DELETE|OPTIONS) \/worker\/notes\/upload\/?$/, ["public"]],
  [/^(POST|PUT|PATCH|DELETE|OPTIONS) \/worker\/notes\/?$/, ["public"]],
  [/^POST \/v1\/webhooks\/[a-z]+$/, ["signature"]],
  [/^POST \/(v1|v1development|worker|opentelemetry\.proto\.collector\.[\w.]+)\//, ["ingest"]],
  [/^GET \/worker\//, ["read"]],
  [/^(GET|POST) \/clickhouse/, ["read"]],
  [/ \/api\/v1\/keys/, ["admin"]],
  [/^POST \/api\/v1\/(erase|dlq)/, ["admin"]],
  [/^POST \/api\/v1\/(findings|proposals)\//, ["approve"]],
  [/^POST \/api\/v1\/guard$/, ["ingest", "read"]],
  [/^GET \/api\/v1\//, ["read", "admin"]],
  [/^(POST|PUT|PATCH|DELETE) \/api\/v1\//, ["approve", "admin"]],
];

interface Port {
  readonly server: FastifyInstance;
  readonly status: (route: DeclaredRoute, key?: string) => Promise<number>;
}

let api: TestApi;
let collector: FastifyInstance;
let grpc: FastifyInstance;
let grpcSession: ClientHttp2Session;
let notes: NoteStore;
let revokedSecret = "";
const dir = mkdtempSync(join(tmpdir(), "telltale-walk-"));

beforeAll(async () => {
  api = await openTestApi({ settings });
  const config = Config.parse(settings);
  const queueKey = describeKey("test", randomBytes(32));
  notes = openNotes({ dir, key: queueKey, config: config.notes, clock: api.clock });
  const dependencies = {
    queue: api.queue.producer,
    config,
    clock: api.clock,
    logger: createLogger("silent"),
    metrics: api.metrics,
    access: api.access,
  };
  collector = createCollector({ ...dependencies, notes });
  await collector.ready();
  grpc = createGrpcCollector(dependencies);
  grpcSession = connect(await grpc.listen({ host: "127.0.0.1", port: 0 }));
  for (const tenant of tenants) {
    await seed(tenant);
  }
  revokedSecret = await makeRevokedKey();
});

afterAll(async () => {
  grpcSession.close();
  await grpc.close();
  await collector.close();
  await api.close();
  await notes.close();
  rmSync(dir, { recursive: true, force: true });
});

async function seed(tenant: string): Promise<void> {
  await seedStore(api.store.writes, tenant);
  await insertChanges(api.store.writes, [makeChange({ tenant, changeId: `${tenant}-only` })]);
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

interface MadeKey {
  readonly id: string;
  readonly secret: string;
}

async function post(url: string, body: object, key: string) {
  const response = await api.server.inject({
    method: "POST",
    url,
    headers: { "content-type": "application/json", authorization: `Bearer ${key}` },
    payload: JSON.stringify(body),
  });
  return { status: response.statusCode, body: response.json<MadeKey>() };
}

async function makeRevokedKey(): Promise<string> {
  const wanted = { name: "revoked", scopes: allScopes };
  const { body } = await post("/api/v1/keys", wanted, "acme-admin");
  await post(`/api/v1/keys/${body.id}/revoke`, {}, "acme-admin");
  return body.secret;
}

function isStateful(method: string): boolean {
  return method !== "GET" && method !== "HEAD";
}

function headersOf(method: string, key: string | undefined): Record<string, string> {
  return {
    ...(isStateful(method) && { "content-type": "application/json" }),
    ...(key !== undefined && { authorization: `Bearer ${key}` }),
  };
}

/** A port whose server is asked without a network. */
function injected(server: FastifyInstance): Port {
  return {
    server,
    async status({ method, url }, key) {
      const response = await server.inject({
        method: method as "GET",
        url: url.replaceAll(/:[a-z]+/gi, "nothing"),
        headers: headersOf(method, key),
        ...(isStateful(method) && { payload: "{}" }),
      });
      return response.statusCode;
    },
  };
}

/** The gRPC port; a caller that does not speak gRPC is answered in the terms of HTTP. */
function overHttp2(server: FastifyInstance, session: ClientHttp2Session): Port {
  return {
    server,
    async status({ method, url }, key) {
      const headers = { ":method": method, ":path": url, ...headersOf(method, key) };
      const stream = session.request(headers);
      stream.end("{}");
      const [answer] = (await once(stream, "response")) as [Record<string, unknown>];
      stream.resume();
      await once(stream, "close");
      return Number(answer[":status"]);
    },
  };
}

function allowedPermissions({ method, url }: DeclaredRoute): readonly Permission[] {
  const route = `${method.replace("HEAD", "GET")} ${url}`;
  return rules.find(([pattern]) => pattern.test(route))?.[1] ?? [];
}

describe.each([
  { name: "OTLP/HTTP", open: () => injected(collector), least: 40 },
  { name: "OTLP/gRPC", open: () => overHttp2(grpc, grpcSession), least: 4 },
  { name: "API", open: () => injected(api.server), least: 60 },
])("the $name port", ({ open, least }) => {
  it("has routes, each with a permission that fits its kind", () => {
    const routes = open().server.declaredRoutes;
    expect(routes.length).toBeGreaterThanOrEqual(least);
    const misfits = routes.filter((route) => !allowedPermissions(route).includes(route.permission));
    expect(misfits).toEqual([]);
  });

  it("answers 401 without a good key, on every route that asks for a scope", async () => {
    const { server, status } = open();
    const wrong: object[] = [];
    for (const route of server.declaredRoutes) {
      for (const key of [undefined, "unknown", "acme-expired", revokedSecret]) {
        const answer = await status(route, key);
        const isFit =
          scopeOf(route) === null
            ? answer !== 401 || route.permission === "signature"
            : answer === 401;
        wrong.push(...(isFit ? [] : [{ ...route, key, answer }]));
      }
    }
    expect(wrong).toEqual([]);
  });

  it("lets in who has the scope, of either tenant, and answers 403 to who has not", async () => {
    const { server, status } = open();
    const wrong: object[] = [];
    for (const route of server.declaredRoutes.filter((each) => scopeOf(each) !== null)) {
      for (const { key, scopes } of holders) {
        const answer = await status(route, key);
        const isLetIn = scopes.some((scope) => scope === route.permission);
        const isFit = isLetIn ? answersTo(route).includes(answer) : answer === 403;
        wrong.push(...(isFit ? [] : [{ ...route, key, answer }]));
      }
    }
    expect(wrong).toEqual([]);
  });

  it("never lets a key stand for a signature", async () => {
    const { server, status } = open();
    for (const route of server.declaredRoutes.filter((each) => each.permission === "signature")) {
      for (const { key } of holders) {
        expect([401, 403]).toContain(await status(route, key));
      }
    }
  });
});

/** The scope a route asks for; null for public ones and those that check a signature. */
function scopeOf({ permission }: DeclaredRoute): Scope | null {
  return allScopes.find((scope) => scope === permission) ?? null;
}

/** What a route may answer to who is let in: found or not, well formed or not, but never 5xx. */
function answersTo({ method, url }: DeclaredRoute): number[] {
  if (url.startsWith("/api/v1/") && !url.includes(":") && !isStateful(method)) {
    return [200];
  }
  return [200, 202, 204, 400, 404, 409, 415, 501];
}

it("a server with a route that declares no permission does not start", async () => {
  const server = createCollector({
    queue: api.queue.producer,
    config: Config.parse({}),
    clock: api.clock,
    logger: createLogger("silent"),
    metrics: api.metrics,
  });
  void server.register(async (instance) => {
    instance.get("/forgotten", async () => "data");
  });
  await expect(server.ready()).rejects.toThrow("GET /forgotten declares no permission");
});

describe("a tenant", () => {
  const other = { acme: "zeta", zeta: "acme" } as const;

  async function read(url: string, key: string, headers: Record<string, string> = {}) {
    return api.server.inject({ url, headers: { authorization: `Bearer ${key}`, ...headers } });
  }

  /** What belongs to a tenant, by the route that shows it. */
  async function ownId(url: string, tenant: string): Promise<string> {
    if (url.includes("/keys/")) {
      const name = `theirs-${randomBytes(4).toString("hex")}`;
      const wanted = { name, scopes: ["read"] };
      return (await post("/api/v1/keys", wanted, `${tenant}-admin`)).body.id;
    }
    const kinds: [string, string][] = [
      ["/findings/", `${tenant}-finding-0`],
      ["/changes/", `${tenant}-only`],
      ["/proposals/", `${tenant}-proposal-0`],
    ];
    return kinds.find(([part]) => url.includes(part))?.[1] ?? `${tenant}-1`;
  }

  it.each(tenants)("%s reads nothing of another's, whatever it asks for", async (tenant) => {
    const theirs = other[tenant];
    const forged = { "x-tenant": theirs, "x-scope-orgid": theirs, "x-telltale-tenant": theirs };
    const readable = api.server.declaredRoutes.filter(
      ({ method, url, permission }) =>
        method === "GET" && permission !== "public" && !url.startsWith("/clickhouse"),
    );
    for (const { url } of readable) {
      const id = await ownId(url, theirs);
      const answer = await read(
        `${url.replace(/:[a-z]+/i, id)}?tenant=${theirs}`,
        `${tenant}-all`,
        forged,
      );
      const body = answer.body.replaceAll(id, "");
      expect([url, body.includes(theirs)]).toEqual([url, false]);
      const fit = url.includes(":") ? [400, 404] : [200];
      expect([url, fit.includes(answer.statusCode)]).toEqual([url, true]);
    }
  });

  it.each(tenants)("%s changes nothing of another's", async (tenant) => {
    const changing = api.server.declaredRoutes.filter(
      ({ method, url }) => method === "POST" && url.startsWith("/api/v1/") && url.includes(":"),
    );
    expect(changing.length).toBeGreaterThan(4);
    for (const { url } of changing) {
      const id = await ownId(url, other[tenant]);
      const body = url.includes("/keys/") ? {} : { status: "acknowledged", reason: "because" };
      const { status } = await post(url.replace(/:[a-z]+/i, id), body, `${tenant}-all`);
      expect([url, [400, 404].includes(status)]).toEqual([url, true]);
    }
  });

  it.each([
    "/api/v1/findings",
    "/api/v1/changes",
    "/api/v1/accounting",
    "/api/v1/audit?verify=true",
    "/api/v1/keys",
    "/clickhouse?query=SELECT%20Id%20FROM%20findings%20FORMAT%20JSONEachRow",
    "/clickhouse?query=SELECT%20ChangeId%20FROM%20changes%20FORMAT%20JSONEachRow",
  ])("sees its own of %s and nothing of another's", async (url) => {
    for (const tenant of tenants) {
      const forged = { "x-tenant": other[tenant], "x-scope-orgid": other[tenant] };
      const { body } = await read(url, `${tenant}-all`, forged);
      expect(body).toContain(tenant);
      expect(body).not.toContain(other[tenant]);
    }
  });

  it("counts only its own in the status", async () => {
    const status = (await read("/api/v1/status", "acme-read")).json<Record<string, object>>();
    expect(status).toMatchObject({ findings: { total: 3 }, proposals: { total: 2 } });
  });

  it("cannot be chosen by header, query or body of what is sent", async () => {
    const counts = async (tenant: string) =>
      (await api.queue.producer.accounting(tenant)).map(({ signal, received }) => [
        signal,
        received,
      ]);
    const [acme, zeta] = [await counts("acme"), await counts("zeta")];
    const time = "2026-11-20T11:00:00Z";
    const change = { kind: "deployment", id: "walk-1", time, service: "shop", tenant: "zeta" };
    const answer = await collector.inject({
      method: "POST",
      url: "/v1/changes?tenant=zeta",
      headers: {
        "content-type": "application/json",
        authorization: "Bearer acme-ingest",
        "x-tenant": "zeta",
        "x-scope-orgid": "zeta",
      },
      payload: JSON.stringify({ ...change, resource: { tenant: "zeta" } }),
    });
    expect([answer.statusCode, answer.json()]).toMatchObject([202, { accepted: 1 }]);
    expect(await counts("zeta")).toEqual(zeta);
    expect(await counts("acme")).not.toEqual(acme);
  });
});
