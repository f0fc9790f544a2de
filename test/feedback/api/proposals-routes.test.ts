import { userInfo } from "node:os";
import type { Proposal, ProposalState } from "../../../core/model/proposal.ts";
import type { DraftData } from "../../../feedback/proposals/proposal-event.ts";
import { proposalStream } from "../../../feedback/proposals/proposal-state.ts";
import { createApiClient } from "../../helpers/api-client.ts";
import { openTestApi, type TestApi } from "../../helpers/test-api.ts";
import { draftOf } from "../draft-of.ts";

interface List {
  readonly items: Proposal[];
  readonly nextCursor: string | null;
}

const me = `local:${userInfo().username}`;

const forge = { kind: "local-git", url: "git:telltale/p1", number: "telltale/p1" };

let api: TestApi;
let ask: ReturnType<typeof createApiClient>;

beforeAll(async () => {
  api = await openTestApi();
  ask = createApiClient(api.server);
  await draft("p1", { patch: "--- a/x\n+++ b/x\n", changes: ["dep-1"] });
  await file("p1");
  await draft("p2", { surface: "threat_model" });
  await draft("p3", { requestedBy: me });
  await file("p3");
  await draft("p4", {
    backtest: {
      window: { from: "2026-11-01T00:00:00Z", to: "2026-11-15T00:00:00Z" },
      flaggedCaught: 3,
      flaggedTotal: 4,
      benignBlocked: 0,
      benignTotal: 100,
    },
  });
  await draft("theirs", {}, "other");
  await api.feedback.tick();
});

afterAll(() => api.close());

async function draft(id: string, changes: Partial<DraftData>, tenant = "default"): Promise<void> {
  api.clock.advance(1000);
  await api.commands.append(proposalStream(tenant, id), 0, {
    type: "drafted",
    actor: "telltale",
    timeUnixMs: api.clock.now(),
    data: { ...draftOf(changes) },
  });
}

async function file(id: string): Promise<void> {
  await api.commands.append(proposalStream("default", id), 1, {
    type: "filed",
    actor: "telltale",
    timeUnixMs: api.clock.now(),
    data: {
      forge,
      branch: `telltale/${id}`,
      commit: "c".repeat(40),
      body: "filed body",
      changes: ["dep-1"],
    },
  });
}

function decide(id: string, verb: "approve" | "reject", body: unknown) {
  return ask({ method: "POST", url: `/api/v1/proposals/${id}/${verb}`, body });
}

it("lists the tenant's proposals, newest first, in the contract's shape", async () => {
  const { body } = await ask<List>({ url: "/api/v1/proposals" });
  expect(body.items.map(({ id }) => id)).toEqual(["p4", "p3", "p2", "p1"]);
  expect(body.items[3]).toEqual({
    id: "p1",
    surface: "guardrail",
    target: { repository: "shop", path: ".claude/settings.json", format: "claude-settings" },
    enforcement: "enforced",
    title: "Add guardrail",
    body: "filed body",
    patch: "--- a/x\n+++ b/x\n",
    findings: ["f1"],
    changes: ["dep-1"],
    state: "filed",
    backtest: null,
    forge,
    verification: null,
    createdAt: "2026-11-20T12:00:01.000Z",
    updatedAt: "2026-11-20T12:00:01.000Z",
  });
});

it.each([
  { query: "surface=threat_model", ids: ["p2"] },
  { query: "state=drafted&limit=2", ids: ["p4", "p2"] },
  { query: "state=effective", ids: [] },
])("filters by $query", async ({ query, ids }) => {
  const { body } = await ask<List>({ url: `/api/v1/proposals?${query}` });
  expect(body.items.map(({ id }) => id)).toEqual(ids);
});

it.each(["state=new", "surface=wall", "limit=0"])("refuses %s in words", async (query) => {
  const { status, body } = await ask({ url: `/api/v1/proposals?${query}` });
  expect(status).toBe(400);
  expect(body["detail"]).toMatch(/^(state|surface|limit): /);
});

it("pages through all of them", async () => {
  const first = await ask<List>({ url: "/api/v1/proposals?limit=3" });
  const url = `/api/v1/proposals?limit=3&cursor=${first.body.nextCursor}`;
  const second = await ask<List>({ url });
  expect(second.body.items.map(({ id }) => id)).toEqual(["p1"]);
  expect(second.body.nextCursor).toBeNull();
});

it("shows the back-test in counts", async () => {
  const { body } = await ask({ url: "/api/v1/proposals/p4" });
  expect(body["backtest"]).toMatchObject({ flaggedCaught: 3, flaggedTotal: 4, benignTotal: 100 });
});

it.each(["nothing", "theirs"])("answers 404 for %s, whatever is asked of it", async (id) => {
  expect((await ask({ url: `/api/v1/proposals/${id}` })).status).toBe(404);
  expect((await decide(id, "approve", { reason: "x" })).status).toBe(404);
  expect((await decide(id, "reject", { reason: "x" })).status).toBe(404);
});

it("asks for a reason", async () => {
  for (const body of [{}, { reason: "" }, { reason: " " }, { reason: 7 }]) {
    const answer = await decide("p1", "approve", body);
    expect([answer.status, String(answer.body["detail"])]).toEqual([
      400,
      expect.stringContaining("reason: "),
    ]);
  }
});

it("approves once, and a second decision is a conflict", async () => {
  const approved = await decide("p1", "approve", { reason: "looks right" });
  expect([approved.status, approved.body["state"]]).toEqual([200, "approved"]);
  const shown = await ask({ url: "/api/v1/proposals/p1" });
  expect(shown.body["state"]).toBe("approved" satisfies ProposalState);
  const again = await decide("p1", "approve", { reason: "again" });
  expect([again.status, again.body["type"]]).toEqual([409, "urn:telltale:problem:conflict"]);
});

it("rejects, and says so in the audit log with the reason", async () => {
  const key = `AKIA${"QX7N3TZ5".repeat(2)}`;
  const rejected = await decide("p2", "reject", { reason: `not ours, nor is ${key}` });
  expect([rejected.status, rejected.body["state"]]).toEqual([200, "rejected"]);
  const { items } = await api.audit.list({ limit: 100, cursor: null });
  expect(items.at(-1)).toMatchObject({
    actor: me,
    action: "proposal.rejected",
    subject: "proposal/default/p2",
    data: { reason: expect.stringMatching(/^not ours, nor is AKIA\*+/) },
  });
});

it("does not let the person who asked for a draft approve it", async () => {
  const answer = await decide("p3", "approve", { reason: "mine" });
  expect([answer.status, answer.body["type"]]).toEqual([403, "urn:telltale:problem:forbidden"]);
  expect((await ask({ url: "/api/v1/proposals/p3" })).body["state"]).toBe("filed");
});

it("does not take an approval of what is not filed", async () => {
  const answer = await decide("p4", "approve", { reason: "early" });
  expect([answer.status, answer.body["detail"]]).toEqual([
    409,
    "approved expects the state filed; proposal p4 is drafted.",
  ]);
});

it("takes a decision as application/json only", async () => {
  const response = await api.server.inject({
    method: "POST",
    url: "/api/v1/proposals/p4/approve",
    headers: { "content-type": "text/plain" },
    payload: '{"reason":"x"}',
  });
  expect(response.statusCode).toBe(415);
});
