import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { openTestAccess, type TestAccess } from "../../../helpers/test-access.ts";
import { keySetting } from "../../../helpers/test-api.ts";

interface Key {
  readonly id: string;
  readonly name: string;
  readonly tenant: string;
  readonly source: string;
  readonly lastUsedAt: string | null;
  readonly expiresAt: string | null;
  readonly revokedAt: string | null;
  readonly previousSecretUntil: string | null;
  readonly secret: string;
}

let open: TestAccess;

afterEach(() => open.close());

async function post(url: string, body: object, key?: string) {
  const response = await open.server.inject({
    method: "POST",
    url,
    headers: {
      "content-type": "application/json",
      ...(key !== undefined && { authorization: `Bearer ${key}` }),
    },
    payload: JSON.stringify(body),
  });
  return { status: response.statusCode, body: response.json<Key>(), text: response.body };
}

async function whoIs(key: string, route = "/read") {
  const response = await open.server.inject({
    url: route,
    headers: { authorization: `Bearer ${key}` },
  });
  return { status: response.statusCode, body: response.json<Record<string, string>>() };
}

async function list(key?: string): Promise<Key[]> {
  const headers = key === undefined ? {} : { "x-api-key": key };
  const response = await open.server.inject({ url: "/api/v1/keys", headers });
  return response.json<{ items: Key[] }>().items;
}

async function createFirst(): Promise<Key> {
  return (await post("/api/v1/keys", { name: "root", scopes: ["admin", "read"] })).body;
}

describe("the first key", () => {
  it("turns authentication on, and its holder can make the next one", async () => {
    open = await openTestAccess();
    expect((await open.server.inject("/read")).json()).toMatchObject({
      name: `local:${userInfo().username}`,
    });
    const root = await createFirst();
    expect(root.secret).toMatch(/^tt_[\w-]{43}$/);
    expect((await open.server.inject("/read")).statusCode).toBe(401);
    expect(await whoIs(root.secret)).toEqual({
      status: 200,
      body: { name: "root", tenant: "default" },
    });
    const next = await post("/api/v1/keys", { name: "shop", scopes: ["ingest"] }, root.secret);
    expect((await whoIs(next.body.secret, "/ingest")).status).toBe(200);
    expect((await whoIs(next.body.secret, "/read")).status).toBe(403);
    expect((await post("/api/v1/keys", { name: "x", scopes: ["read"] })).status).toBe(401);
  });

  it("needs the scope admin, or nobody could make another", async () => {
    open = await openTestAccess();
    const { status, text } = await post("/api/v1/keys", { name: "shop", scopes: ["ingest"] });
    expect([status, text]).toEqual([409, expect.stringContaining("scope admin")]);
    expect((await open.server.inject("/read")).statusCode).toBe(200);
  });

  it("is made on the machine of the service only", async () => {
    open = await openTestAccess();
    const response = await open.server.inject({
      method: "POST",
      url: "/api/v1/keys",
      remoteAddress: "192.0.2.7",
      headers: { "content-type": "application/json" },
      payload: JSON.stringify({ name: "root", scopes: ["admin"] }),
    });
    expect(response.statusCode).toBe(403);
  });

  it("leaves authentication on after it was revoked, and after a restart", async () => {
    const dir = mkdtempSync(join(tmpdir(), "telltale-keys-"));
    open = await openTestAccess({ dir });
    const root = await createFirst();
    await post(`/api/v1/keys/${root.id}/revoke`, {}, root.secret);
    expect((await open.server.inject("/read")).statusCode).toBe(401);
    await open.close();
    open = await openTestAccess({ dir });
    expect((await open.server.inject("/read")).statusCode).toBe(401);
    expect((await whoIs(root.secret)).body).toMatchObject({ detail: "this API key was revoked" });
    rmSync(dir, { recursive: true });
  });
});

describe("a key", () => {
  it("works with both secrets in the time of grace, then with the new one", async () => {
    open = await openTestAccess();
    const root = await createFirst();
    const rotated = await post(
      `/api/v1/keys/${root.id}/rotate`,
      { graceSeconds: 3600 },
      root.secret,
    );
    expect(rotated.body).toMatchObject({
      id: root.id,
      previousSecretUntil: "2026-11-20T13:00:00.000Z",
    });
    const fresh = rotated.body.secret;
    expect([(await whoIs(root.secret)).status, (await whoIs(fresh)).status]).toEqual([200, 200]);
    open.clock.advance(3_600_000);
    expect([(await whoIs(root.secret)).status, (await whoIs(fresh)).status]).toEqual([401, 200]);
  });

  it("rotated without grace refuses the old secret at once; only the two newest count", async () => {
    open = await openTestAccess();
    const root = await createFirst();
    const url = `/api/v1/keys/${root.id}/rotate`;
    const second = (await post(url, {}, root.secret)).body.secret;
    const third = (await post(url, {}, second)).body.secret;
    expect((await whoIs(root.secret)).status).toBe(401);
    expect((await whoIs(second)).status).toBe(200);
    const fourth = (await post(url, { graceSeconds: 0 }, third)).body.secret;
    expect([(await whoIs(third)).status, (await whoIs(fourth)).status]).toEqual([401, 200]);
  });

  it("expires, and a rotation can give it a new end", async () => {
    open = await openTestAccess();
    const root = await createFirst();
    const expiresAt = "2026-11-20T13:00:00.000Z";
    const { body } = await post(
      "/api/v1/keys",
      { name: "shop", scopes: ["read"], expiresAt },
      root.secret,
    );
    expect([body.expiresAt, (await whoIs(body.secret)).status]).toEqual([expiresAt, 200]);
    open.clock.advance(3_600_000);
    const late = await whoIs(body.secret);
    expect([late.status, late.body["detail"]]).toEqual([401, expect.stringContaining("expired")]);
    const again = await post(
      `/api/v1/keys/${body.id}/rotate`,
      { expiresAt: "2026-12-01T00:00:00Z" },
      root.secret,
    );
    expect((await whoIs(again.body.secret)).status).toBe(200);
    const past = { name: "past", scopes: ["read"], expiresAt };
    expect((await post("/api/v1/keys", past, root.secret)).status).toBe(400);
  });

  it("keeps when it was last used, to the minute and over a restart", async () => {
    const dir = mkdtempSync(join(tmpdir(), "telltale-keys-"));
    const settings = { auth: { apiKeys: [keySetting("k-admin", "default", ["admin"])] } };
    open = await openTestAccess({ dir, settings });
    expect(await list("k-admin")).toMatchObject([
      { name: "k-admin", source: "config", lastUsedAt: "2026-11-20T12:00:00.000Z" },
    ]);
    open.clock.advance(59_000);
    expect((await list("k-admin"))[0]?.lastUsedAt).toBe("2026-11-20T12:00:00.000Z");
    open.clock.advance(1000);
    expect((await list("k-admin"))[0]?.lastUsedAt).toBe("2026-11-20T12:01:00.000Z");
    await open.close();
    open = await openTestAccess({ dir, settings, time: "2026-11-20T12:01:30Z" });
    expect((await list("k-admin"))[0]?.lastUsedAt).toBe("2026-11-20T12:01:00.000Z");
    rmSync(dir, { recursive: true });
  });

  it("is kept as a hash alone: no file of the folder holds its secret", async () => {
    const dir = mkdtempSync(join(tmpdir(), "telltale-keys-"));
    open = await openTestAccess({ dir });
    const { secret } = await createFirst();
    await open.close();
    const files = readdirSync(dir, { recursive: true, withFileTypes: true });
    const bytes = files
      .filter((file) => file.isFile())
      .map((file) => readFileSync(join(file.parentPath, file.name)));
    expect(bytes.length).toBeGreaterThan(2);
    expect(bytes.some((content) => content.includes(secret.slice(3)))).toBe(false);
    open = await openTestAccess({ dir });
    expect((await whoIs(secret)).status).toBe(200);
    expect(JSON.stringify(await list(secret))).not.toContain(secret);
    rmSync(dir, { recursive: true });
  });

  it("leaves who made, rotated and revoked it in the audit log, without its secret", async () => {
    open = await openTestAccess();
    const root = await createFirst();
    const shop = await post("/api/v1/keys", { name: "shop", scopes: ["ingest"] }, root.secret);
    const { id, secret } = shop.body;
    await post(`/api/v1/keys/${id}/rotate`, {}, root.secret);
    await post(`/api/v1/keys/${id}/revoke`, { reason: "leaked" }, root.secret);
    const { items } = await open.audit.list({ limit: 10, cursor: null });
    expect(items.map(({ actor, action, subject }) => ({ actor, action, subject }))).toEqual([
      {
        actor: `local:${userInfo().username}`,
        action: "api_key.create",
        subject: `api_key/default/${root.id}`,
      },
      { actor: "root", action: "api_key.create", subject: `api_key/default/${id}` },
      { actor: "root", action: "api_key.rotate", subject: `api_key/default/${id}` },
      { actor: "root", action: "api_key.revoke", subject: `api_key/default/${id}` },
    ]);
    expect(items[3]?.data).toEqual({ name: "shop", reason: "leaked" });
    expect(JSON.stringify(items)).not.toContain(secret);
  });
});

describe("a request for a key", () => {
  const settings = {
    auth: {
      apiKeys: [
        keySetting("acme-admin", "acme", ["admin"]),
        keySetting("zeta-admin", "zeta", ["admin"]),
      ],
    },
  };

  it.each([
    ["a name with a colon", { name: "local:root", scopes: ["read"] }],
    ["the name of the service", { name: "Telltale", scopes: ["read"] }],
    ["no scope", { name: "x", scopes: [] }],
    ["an unknown scope", { name: "x", scopes: ["all"] }],
    ["a tenant of its choice", { name: "x", scopes: ["read"], tenant: "zeta" }],
    ["a time that is none", { name: "x", scopes: ["read"], expiresAt: "soon" }],
  ])("is refused with %s", async (_name, body) => {
    open = await openTestAccess({ settings });
    expect((await post("/api/v1/keys", body, "acme-admin")).status).toBe(400);
    expect(open.keyStore.list()).toEqual([]);
  });

  it("cannot take a name that a key of the tenant has, until that one is revoked", async () => {
    open = await openTestAccess({ settings });
    const wanted = { name: "shop", scopes: ["read"] };
    const first = await post("/api/v1/keys", wanted, "acme-admin");
    expect((await post("/api/v1/keys", wanted, "acme-admin")).status).toBe(409);
    expect((await post("/api/v1/keys", wanted, "zeta-admin")).status).toBe(200);
    const own = { name: "acme-admin", scopes: ["read"] };
    expect((await post("/api/v1/keys", own, "acme-admin")).status).toBe(409);
    await post(`/api/v1/keys/${first.body.id}/revoke`, {}, "acme-admin");
    expect((await post("/api/v1/keys", wanted, "acme-admin")).status).toBe(200);
    expect((await post(`/api/v1/keys/${first.body.id}/rotate`, {}, "acme-admin")).status).toBe(409);
  });

  it("made twice at once gives one key", async () => {
    open = await openTestAccess({ settings });
    const wanted = { name: "shop", scopes: ["read"] };
    const answers = await Promise.all(
      [1, 2, 3].map(() => post("/api/v1/keys", wanted, "acme-admin")),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(2);
    expect(open.keyStore.list()).toHaveLength(1);
  });

  it("reaches the keys of the caller's own tenant alone", async () => {
    open = await openTestAccess({ settings });
    const { id } = (await post("/api/v1/keys", { name: "a", scopes: ["read"] }, "acme-admin")).body;
    for (const step of ["rotate", "revoke"]) {
      expect((await post(`/api/v1/keys/${id}/${step}`, {}, "zeta-admin")).status).toBe(404);
    }
    expect((await list("zeta-admin")).map(({ name }) => name)).toEqual(["zeta-admin"]);
    expect((await list("acme-admin")).map(({ name }) => name)).toEqual(["acme-admin", "a"]);
  });
});
