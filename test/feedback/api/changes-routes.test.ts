import { createApiClient } from "../../helpers/api-client.ts";
import { insertChanges, makeChange } from "../../helpers/change.ts";
import { seedStore } from "../../helpers/seed-store.ts";
import { openTestApi, type TestApi } from "../../helpers/test-api.ts";

interface List {
  readonly items: { readonly id: string; readonly kind: string }[];
  readonly nextCursor: string | null;
}

const longId = "build/".padEnd(500, "x");

let api: TestApi;
let ask: ReturnType<typeof createApiClient>;

beforeAll(async () => {
  api = await openTestApi();
  ask = createApiClient(api.server);
  await seedStore(api.store.writes, "default");
  await insertChanges(api.store.writes, [
    makeChange({
      changeId: "a".repeat(40),
      kind: "commit",
      revision: "a".repeat(40),
      timeUnixMs: Date.parse("2026-11-19T08:00:00Z"),
      files: ["src/tools.ts"],
      session: { agent: "claude-code", id: "s1", model: "m" },
    }),
    makeChange({
      changeId: longId,
      kind: "model",
      timeUnixMs: Date.parse("2026-11-18T08:00:00Z"),
    }),
    makeChange({ changeId: "theirs", tenant: "other" }),
  ]);
});

afterAll(() => api.close());

it("lists the tenant's changes, newest first, with the findings each may have caused", async () => {
  const { body } = await ask<List>({ url: "/api/v1/changes" });
  expect(body.items.map(({ id }) => id)).toEqual(["dep-1", "a".repeat(40), longId]);
  expect(body.items[0]).toMatchObject({
    kind: "deployment",
    time: "2026-11-20T11:00:00.000Z",
    completedAt: "2026-11-20T11:02:00.000Z",
    startedAt: null,
    status: "succeeded",
    session: null,
    findings: ["default-finding-2", "default-finding-1", "default-finding-0"].map((findingId) => ({
      findingId,
      probability: 0.8,
    })),
  });
});

it.each([
  { query: "kind=commit", ids: ["a".repeat(40)] },
  { query: "service=shop", ids: ["dep-1"] },
  { query: "since=2026-11-19T00:00:00Z", ids: ["dep-1", "a".repeat(40)] },
  { query: "limit=1", ids: ["dep-1"] },
])("filters by $query", async ({ query, ids }) => {
  const { body } = await ask<List>({ url: `/api/v1/changes?${query}` });
  expect(body.items.map(({ id }) => id)).toEqual(ids);
});

it.each(["kind=patch", "since=now", "limit=-1", "cursor=x"])("refuses %s", async (query) => {
  expect((await ask({ url: `/api/v1/changes?${query}` })).status).toBe(400);
});

it("goes on where a page ended", async () => {
  const first = await ask<List>({ url: "/api/v1/changes?limit=1" });
  const url = `/api/v1/changes?limit=5&cursor=${first.body.nextCursor}`;
  const rest = await ask<List>({ url });
  expect(rest.body.items.map(({ id }) => id)).toEqual(["a".repeat(40), longId]);
  expect(rest.body.nextCursor).toBeNull();
});

it.each(["dep-1", "a".repeat(40), longId])("gives one change by its id, $#", async (id) => {
  const answer = await ask({ url: `/api/v1/changes/${encodeURIComponent(id)}` });
  expect([answer.status, answer.body["id"]]).toEqual([200, id]);
});

it.each(["theirs", "nothing"])("answers 404 for %s", async (id) => {
  expect((await ask({ url: `/api/v1/changes/${id}` })).status).toBe(404);
});
