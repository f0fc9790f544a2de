import { claudeConversation, claudeSession } from "../../helpers/agents/claude-code.ts";
import { codexConversation, codexSession } from "../../helpers/agents/codex.ts";
import { storeAgentRecords } from "../../helpers/agents/store-agent-records.ts";
import { openTestApi, type TestApi } from "../../helpers/test-api.ts";

let api: TestApi;
const revision = "b".repeat(40);

beforeAll(async () => {
  api = await openTestApi();
  const { writes } = api.store;
  await storeAgentRecords(writes, claudeConversation(revision, "Let it send mail"));
  await storeAgentRecords(writes, codexConversation("Add a test"));
  await storeAgentRecords(writes, codexConversation("Not yours"), { tenant: "other" });
});

afterAll(async () => {
  await api.close();
});

async function ask(url: string) {
  const response = await api.server.inject({ url });
  return { status: response.statusCode, body: response.json<Record<string, unknown>>() };
}

function idsOf(body: Record<string, unknown>): string[] {
  return (body["items"] as { id: string }[]).map(({ id }) => id);
}

it("lists sessions, the last active first", async () => {
  const { status, body } = await ask("/api/v1/sessions");
  expect([status, idsOf(body), body["nextCursor"]]).toEqual([
    200,
    [claudeSession, codexSession],
    null,
  ]);
});

it.each([
  ["agent=claude-code", [claudeSession]],
  ["agent=cursor", []],
  ["since=2026-11-21T00:00:00Z", []],
  ["limit=1", [claudeSession]],
])("filters by %s", async (query, ids) => {
  expect(idsOf((await ask(`/api/v1/sessions?${query}`)).body)).toEqual(ids);
});

it.each(["agent=hal", "since=yesterday", "limit=0", "cursor=x"])("refuses %s", async (query) => {
  expect((await ask(`/api/v1/sessions?${query}`)).status).toBe(400);
});

it("gives one session whole", async () => {
  const { status, body } = await ask(`/api/v1/sessions/${claudeSession}`);
  expect(status).toBe(200);
  expect(body).toMatchObject({
    id: claudeSession,
    agent: "claude-code",
    costUsd: 0.02,
    commits: [revision],
    promptList: [{ text: "Let it send mail", commits: [revision] }],
    truncated: false,
  });
  expect(body["events"]).toHaveLength(10);
});

it("shows each event of a tenant once through /clickhouse", async () => {
  const query = "SELECT count() AS n, countIf(Kind = 'commit') AS c FROM agent_events FORMAT CSV";
  const answer = await api.server.inject({
    url: `/clickhouse?query=${encodeURIComponent(query)}`,
  });
  expect([answer.statusCode, answer.body.trim()]).toEqual([200, "19,1"]);
});

it("answers 404 for a session nobody knows", async () => {
  expect((await ask("/api/v1/sessions/nothing")).status).toBe(404);
});
