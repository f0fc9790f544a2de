import { createHmac } from "node:crypto";
import { exportSPKI, generateKeyPair, type JWTPayload, SignJWT } from "jose";
import { openTestAccess, type TestAccess } from "../../../helpers/test-access.ts";
import { keySetting } from "../../../helpers/test-api.ts";
import { startTestIssuer, type TestIssuer } from "../../../helpers/test-issuer.ts";

const now = Date.parse("2026-11-20T12:00:00Z") / 1000;

let issuer: TestIssuer;
let open: TestAccess | null = null;

beforeEach(async () => {
  issuer = await startTestIssuer();
});

afterEach(async () => {
  await open?.close();
  open = null;
  await issuer.close();
});

async function start(
  entry: Record<string, unknown> = {},
  more: object[] = [],
): Promise<TestAccess> {
  const oidc = [{ issuer: issuer.url, audience: "telltale", ...entry }, ...more];
  open = await openTestAccess({
    settings: { auth: { oidc, apiKeys: [keySetting("k-read", "zeta", ["read"])] } },
  });
  return open;
}

/** Claims of a token; `undefined` leaves one out. */
function claims(more: Record<string, unknown> = {}): JWTPayload {
  return {
    iss: issuer.url,
    aud: "telltale",
    sub: "alice",
    exp: now + 600,
    tenant: "acme",
    scope: "read openid",
    ...more,
  };
}

async function ask(token: string, route = "/read", headers: Record<string, string> = {}) {
  const response = await (open ?? (await start())).server.inject({
    url: route,
    headers: { authorization: `Bearer ${token}`, ...headers },
  });
  const body = response.json<Record<string, string>>();
  return { status: response.statusCode, headers: response.headers, body, detail: body["detail"] };
}

function base64url(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

describe("a token of the issuer", () => {
  it("names its holder and tenant, and brings the scopes of its claim", async () => {
    const token = await issuer.sign(claims());
    expect(await ask(token)).toMatchObject({
      status: 200,
      body: { name: `oidc:${new URL(issuer.url).host}#alice`, tenant: "acme" },
    });
    expect((await ask(token, "/approve")).status).toBe(403);
  });

  it("chooses the tenant by its claim and by nothing else of the request", async () => {
    const headers = { "x-tenant": "zeta", "x-scope-orgid": "zeta", "x-telltale-tenant": "zeta" };
    const { body } = await ask(await issuer.sign(claims()), "/read?tenant=zeta", headers);
    expect(body["tenant"]).toBe("acme");
  });

  it("stands beside API keys", async () => {
    await start();
    expect((await ask("k-read")).body).toEqual({ name: "k-read", tenant: "zeta" });
  });

  it.each([
    { claim: "roles", value: ["approvers", "else"], mapping: { approvers: ["approve", "read"] } },
    { claim: "realm_access.roles", value: null, mapping: { approvers: ["approve", "read"] } },
    { claim: "https://tt.example/r.oles", value: "approvers", mapping: { approvers: ["approve"] } },
  ])("maps the values of $claim to scopes", async ({ claim, value, mapping }) => {
    await start({ scopesClaim: claim, scopeMapping: mapping });
    const roles = value === null ? { realm_access: { roles: ["approvers"] } } : { [claim]: value };
    const token = await issuer.sign(claims({ scope: "admin", ...roles }));
    expect((await ask(token, "/approve")).status).toBe(200);
    expect((await ask(token, "/admin")).status).toBe(403);
  });

  it("belongs to the tenant that the configuration gives its issuer", async () => {
    await start({ tenant: "solo" });
    expect((await ask(await issuer.sign(claims({ tenant: "acme" })))).body["tenant"]).toBe("solo");
  });

  it("is checked with a key address from the configuration, without discovery", async () => {
    await start({ jwksUri: `${issuer.url}/keys`, issuer: "https://login.example/realms/a" });
    const token = await issuer.sign(claims({ iss: "https://login.example/realms/a" }));
    expect((await ask(token)).body["name"]).toBe("oidc:login.example/realms/a#alice");
  });
});

describe("a token is refused", () => {
  it.each([
    ["of another audience", { aud: "grafana" }, "another audience"],
    ["without audience", { aud: undefined }, "another audience"],
    ["that has expired", { exp: now - 31 }, "has expired"],
    ["without end", { exp: undefined }, "a claim"],
    ["that is not valid yet", { nbf: now + 60 }, "not valid yet"],
    [
      "of an issuer that is not configured",
      { iss: "https://evil.example" },
      "no configured issuer",
    ],
    ["without issuer", { iss: undefined }, "no configured issuer"],
    ["without subject", { sub: undefined }, "a claim"],
    ["with a subject that would forge a log line", { sub: "a\nb" }, "a claim"],
    ["without tenant", { tenant: undefined }, "names no tenant"],
    ["with a tenant that is a path", { tenant: "../acme" }, "names no tenant"],
    ["with several tenants", { tenant: ["acme", "zeta"] }, "names no tenant"],
  ])("%s", async (_name, change, words) => {
    const { status, detail, headers } = await ask(await issuer.sign(claims(change)));
    expect([status, detail]).toEqual([401, expect.stringContaining(words)]);
    expect(headers["www-authenticate"]).toContain('error="invalid_token"');
  });

  it("a little late, or a little early, it is accepted", async () => {
    const token = await issuer.sign(claims({ exp: now - 20, nbf: now + 20 }));
    expect((await ask(token)).status).toBe(200);
  });

  it("signed by nobody (alg none)", async () => {
    for (const alg of ["none", "None", "NONE"]) {
      const token = `${base64url({ alg, typ: "JWT" })}.${base64url(claims())}.`;
      expect(await ask(token)).toMatchObject({ status: 401, detail: /algorithm/ });
    }
  });

  it("signed with the public key as a shared secret (HS256)", async () => {
    const { publicKey } = await generateKeyPair("RS256", { extractable: true });
    const head = `${base64url({ alg: "HS256", kid: "key-1" })}.${base64url(claims())}`;
    const mac = createHmac("sha256", await exportSPKI(publicKey))
      .update(head)
      .digest("base64url");
    expect(await ask(`${head}.${mac}`)).toMatchObject({ status: 401, detail: /algorithm/ });
  });

  it("signed with another key under a known key id", async () => {
    const { privateKey } = await generateKeyPair("ES256");
    const token = await issuer.sign(claims(), { key: privateKey });
    expect(await ask(token)).toMatchObject({ status: 401, detail: /does not verify/ });
  });

  it("that brings its own key, or says where to fetch it", async () => {
    const { privateKey, publicKey } = await generateKeyPair("ES256", { extractable: true });
    const jwk = await crypto.subtle.exportKey("jwk", publicKey);
    for (const header of [{ jwk }, { jku: `${issuer.url}/keys`, kid: "mine" }]) {
      const token = await new SignJWT(claims())
        .setProtectedHeader({ alg: "ES256", ...header })
        .sign(privateKey);
      expect((await ask(token)).status).toBe(401);
    }
  });

  it("signed by one issuer in the name of another", async () => {
    const other = await startTestIssuer();
    await start({}, [{ issuer: other.url, audience: "telltale", tenant: "zeta" }]);
    expect((await ask(await other.sign(claims({ iss: other.url })))).body["tenant"]).toBe("zeta");
    // Both publish a key named key-1.
    expect((await ask(await other.sign(claims()))).status).toBe(401);
    await other.close();
  });

  it("with an altered claim, or cut", async () => {
    const token = await issuer.sign(claims());
    const [head = "", , signature = ""] = token.split(".");
    const altered = `${head}.${base64url(claims({ tenant: "zeta" }))}.${signature}`;
    for (const text of [altered, `${head}..${signature}`, token.slice(0, -4), "a.b.c"]) {
      expect((await ask(text)).status).toBe(401);
    }
  });

  it("signed with an algorithm that the configuration leaves out", async () => {
    await start({ algorithms: ["RS256"] });
    expect((await ask(await issuer.sign(claims()))).detail).toMatch(/algorithm/);
  });

  it("and counted by reason", async () => {
    const access = await start();
    await ask(await issuer.sign(claims({ aud: "x" })));
    await ask("nonsense");
    await access.server.inject("/read");
    expect(Object.fromEntries(access.failures)).toEqual({
      token_audience: 1,
      unknown: 1,
      missing: 1,
    });
  });
});

describe("the keys of the issuer", () => {
  it("are fetched once, and again as soon as a token names a key that is not known", async () => {
    await start();
    for (let number = 0; number < 3; number += 1) {
      expect((await ask(await issuer.sign(claims()))).status).toBe(200);
    }
    expect(issuer.keyRequests()).toBe(1);
    const old = await issuer.sign(claims());
    await issuer.rotate();
    expect((await ask(await issuer.sign(claims()))).status).toBe(200);
    expect(issuer.keyRequests()).toBe(2);
    expect((await ask(old)).status).toBe(401);
  });

  it("are not asked for as often as made-up key ids come", async () => {
    const access = await start();
    expect((await ask(await issuer.sign(claims()))).status).toBe(200);
    for (let number = 0; number < 30; number += 1) {
      const token = await issuer.sign(claims(), { kid: `made-up-${number}` });
      expect((await ask(token)).status).toBe(401);
    }
    expect(issuer.keyRequests()).toBe(6);
    await issuer.rotate();
    expect((await ask(await issuer.sign(claims()))).status).toBe(401);
    access.clock.advance(30_000);
    expect((await ask(await issuer.sign(claims()))).status).toBe(200);
  });

  it("go on working for a day while the issuer is down, others wait for it", async () => {
    const access = await start();
    const token = await issuer.sign(claims({ exp: now + 3 * 86_400 }));
    expect((await ask(token)).status).toBe(200);
    await issuer.down();
    access.clock.advance(23 * 3_600_000);
    expect((await ask(token)).status).toBe(200);
    const unknown = await issuer.sign(claims({ exp: now + 3 * 86_400 }), { kid: "new" });
    expect((await ask(unknown)).status).toBe(503);
    access.clock.advance(3_600_000);
    const late = await ask(token);
    expect([late.status, late.headers["retry-after"]]).toEqual([503, "5"]);
    await issuer.up();
    access.clock.advance(5000);
    expect((await ask(token)).status).toBe(200);
  });

  it("that cannot be had are 503, not an error of ours nor of the caller", async () => {
    const access = await start();
    const token = await issuer.sign(claims());
    await issuer.down();
    const answer = await ask(token);
    expect([answer.status, answer.detail]).toEqual([503, expect.stringContaining(issuer.url)]);
    expect((await ask("k-read")).status).toBe(200);
    await issuer.up();
    expect((await ask(token)).status).toBe(503);
    access.clock.advance(5000);
    expect((await ask(token)).status).toBe(200);
  });

  it("withdrawn at the issuer stop counting within minutes", async () => {
    const access = await start();
    const token = await issuer.sign(claims({ exp: now + 3600 }));
    expect((await ask(token)).status).toBe(200);
    await issuer.rotate();
    access.clock.advance(10 * 60_000);
    // The first asks in the background, so that nobody waits for the issuer.
    expect((await ask(token)).status).toBe(200);
    for (let tries = 0; (await ask(token)).status === 200 && tries < 50; tries += 1) {
      await new Promise((done) => setTimeout(done, 20));
    }
    expect((await ask(token)).status).toBe(401);
  });

  it.each([
    ["another issuer", { issuer: "https://evil.example" }],
    ["an address without TLS", { jwks_uri: "http://keys.example/keys" }],
    ["no address", { jwks_uri: undefined }],
  ])("are not fetched through a discovery document that names %s", async (_name, discovery) => {
    const bad = await startTestIssuer({ discovery });
    await start({}, [{ issuer: bad.url, audience: "telltale" }]);
    expect((await ask(await bad.sign(claims({ iss: bad.url })))).status).toBe(503);
    expect(bad.keyRequests()).toBe(0);
    await bad.close();
  });

  it.each(["RS256", "PS256", "EdDSA"])("may be for %s", async (alg) => {
    const other = await startTestIssuer({ alg });
    await start({}, [{ issuer: other.url, audience: "telltale" }]);
    expect((await ask(await other.sign(claims({ iss: other.url })))).status).toBe(200);
    await other.close();
  });
});
