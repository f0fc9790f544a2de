import { proposalStream } from "../feedback/proposals/proposal-state.ts";
import { draftOf } from "./feedback/draft-of.ts";
import { keySetting, openTestApi, type TestApi } from "./helpers/test-api.ts";
import { startTestIssuer, type TestIssuer } from "./helpers/test-issuer.ts";

let issuer: TestIssuer;
let api: TestApi;
let alice: string;

beforeAll(async () => {
  issuer = await startTestIssuer();
  const scopeMapping = { reviewers: ["read", "approve"] };
  const entry = { issuer: issuer.url, audience: "telltale", scopesClaim: "groups", scopeMapping };
  const apiKeys = [keySetting("k-admin", "acme", ["admin"])];
  api = await openTestApi({ settings: { auth: { oidc: [entry], apiKeys } } });
  alice = `oidc:${new URL(issuer.url).host}#alice`;
  for (const [id, requestedBy] of [
    ["p1", ""],
    ["p2", alice],
    ["p3", "bob"],
  ] as const) {
    await file(id, requestedBy);
  }
  await api.feedback.tick();
});

afterAll(async () => {
  await api.close();
  await issuer.close();
});

async function file(id: string, requestedBy: string): Promise<void> {
  const stream = proposalStream("acme", id);
  const about = { actor: "telltale", timeUnixMs: api.clock.now() };
  const draft = { ...draftOf({ requestedBy }) };
  await api.commands.append(stream, 0, { ...about, type: "drafted", data: draft });
  const forge = { kind: "local-git", url: `git:telltale/${id}`, number: `telltale/${id}` };
  const filed = { forge, branch: `telltale/${id}`, commit: "c".repeat(40), body: "", changes: [] };
  await api.commands.append(stream, 1, { ...about, type: "filed", data: filed });
}

function token(): Promise<string> {
  return issuer.sign({
    iss: issuer.url,
    aud: "telltale",
    sub: "alice",
    tenant: "acme",
    groups: ["reviewers"],
    exp: api.clock.now() / 1000 + 600,
  });
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

function approve(id: string, key: string) {
  return post(`/api/v1/proposals/${id}/approve`, { reason: "read it" }, key);
}

async function lastEntry() {
  const { items } = await api.audit.list({ limit: 1000, cursor: null });
  return items.at(-1);
}

it("an approval by token stands in the audit log under issuer and subject", async () => {
  expect((await approve("p1", await token())).status).toBe(200);
  expect(await lastEntry()).toMatchObject({
    actor: alice,
    action: "proposal.approved",
    subject: "proposal/acme/p1",
    data: { reason: "read it" },
  });
});

it("the person who asked for a draft cannot approve it with a token either", async () => {
  expect((await approve("p2", await token())).status).toBe(403);
});

it("a managed key acts under its name, and keeps it over a rotation", async () => {
  const wanted = { name: "bob", scopes: ["approve"] };
  const made = await post("/api/v1/keys", wanted, "k-admin");
  const rotated = await post(`/api/v1/keys/${made.body.id}/rotate`, {}, "k-admin");
  expect((await approve("p3", rotated.body.secret)).status).toBe(403);
  const other = { name: "carol", scopes: ["approve"] };
  const { secret } = (await post("/api/v1/keys", other, "k-admin")).body;
  expect((await approve("p3", secret)).status).toBe(200);
  expect(await lastEntry()).toMatchObject({ actor: "carol", action: "proposal.approved" });
});
