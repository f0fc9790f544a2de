import { userInfo } from "node:os";
import { createApiClient } from "../../helpers/api-client.ts";
import { insertChanges, makeChange } from "../../helpers/change.ts";
import { seedEndUnixMs, seedStore } from "../../helpers/seed-store.ts";
import { openTestApi, type TestApi } from "../../helpers/test-api.ts";

interface Item {
  readonly id: string;
  readonly type: string;
  readonly status: string;
  readonly lastSeen: string;
}

interface List {
  readonly items: Item[];
  readonly nextCursor: string | null;
}

let api: TestApi;
let ask: ReturnType<typeof createApiClient>;

const commit = "c".repeat(40);

beforeAll(async () => {
  api = await openTestApi();
  ask = createApiClient(api.server);
  await seedStore(api.store.writes, "default");
  await seedStore(api.store.writes, "other");
  await insertChanges(api.store.writes, [
    makeChange({
      changeId: commit,
      kind: "commit",
      revision: commit,
      repository: "https://git.example/shop",
      timeUnixMs: seedEndUnixMs - 70 * 60_000,
      pullRequest: "17",
      session: { agent: "claude-code", id: "session-9", model: "claude" },
      prompt: "Add a tool that reads pages",
      intent: "ISSUE-9",
      message: "Add the fetch tool",
    }),
    makeChange({
      changeId: "dep-9",
      kind: "deployment",
      revision: commit,
      repository: "https://git.example/shop",
      service: "shop",
      environment: "production",
      timeUnixMs: seedEndUnixMs - 60 * 60_000,
      status: "succeeded",
    }),
  ]);
  await insertFindingOfCommit();
  // The event behind the status that is seeded.
  await api.commands.append("finding/default/default-finding-2", 0, {
    type: "status",
    actor: "local:ada",
    timeUnixMs: seedEndUnixMs,
    data: { status: "resolved", reason: "fixed" },
  });
});

afterAll(() => api.close());

async function insertFindingOfCommit(): Promise<void> {
  const [row] = await api.store.reads.query<Record<string, unknown>>(
    "SELECT * FROM findings FINAL WHERE Tenant = 'default' AND Id = 'default-finding-0'",
  );
  const attribution = [
    { changeId: commit, kind: "commit", probability: 0.7, reasons: ["touched the tool"] },
    { changeId: null, kind: "none", probability: 0.3, reasons: [] },
  ];
  await api.store.writes.insert("findings", [
    { ...row, Attribution: JSON.stringify(attribution), Revision: 2 },
  ]);
}

function ids(list: List): string[] {
  return list.items.map(({ id }) => id);
}

describe("GET /api/v1/findings", () => {
  it("lists the tenant's findings without evidence, those seen last first", async () => {
    const { status, body } = await ask<List>({ url: "/api/v1/findings" });
    expect(status).toBe(200);
    expect(body.nextCursor).toBeNull();
    expect(ids(body)).toEqual(["default-finding-2", "default-finding-1", "default-finding-0"]);
    expect(body.items[2]).toEqual({
      id: "default-finding-0",
      fingerprint: "default-print-0",
      type: "secret_leak",
      title: "A secret_leak in shop",
      severity: "high",
      status: "open",
      statusReason: "",
      service: "shop",
      environment: "production",
      agent: "",
      tool: "",
      targetClass: "",
      firstSeen: "2026-11-20T11:10:00.000Z",
      lastSeen: "2026-11-20T11:50:00.000Z",
      onset: "2026-11-20T11:10:00.000Z",
      occurrences: 5,
      sessions: 3,
      detectors: [],
      taxonomy: {
        owaspLlm: ["owasp-llm:2026:LLM02", "owasp-llm:2025:LLM02"],
        owaspAgentic: ["ASI03"],
        atlas: ["AML.T0057", "AML.T0055", "AML.T0083", "AML.T0098"],
        cwe: ["CWE-200", "CWE-532"],
      },
      attribution: [
        { changeId: commit, kind: "commit", probability: 0.7, reasons: ["touched the tool"] },
        { changeId: null, kind: "none", probability: 0.3, reasons: [] },
      ],
      attributedAt: null,
      proposals: ["default-proposal-0"],
      backfilled: false,
    });
  });

  it.each([
    { query: "status=resolved", expected: ["default-finding-2"] },
    { query: "type=prompt_injection.indirect", expected: ["default-finding-1"] },
    { query: "service=search", expected: [] },
    { query: "service=shop&status=open", expected: ["default-finding-1", "default-finding-0"] },
    { query: "since=2026-11-20T11:52:00Z", expected: ["default-finding-2"] },
    { query: "since=2026-11-20T12:52:00%2B01:00", expected: ["default-finding-2"] },
    { query: "since=2026-11-20T11:51:00Z", expected: ["default-finding-2", "default-finding-1"] },
    { query: "since=9999-01-01T00:00:00Z", expected: [] },
  ])("filters by $query", async ({ query, expected }) => {
    const { status, body } = await ask<List>({ url: `/api/v1/findings?${query}` });
    expect([status, ids(body)]).toEqual([200, expected]);
  });

  it("takes a since before all time for no limit", async () => {
    const { body } = await ask<List>({ url: "/api/v1/findings?since=0001-01-01T00:00:00Z" });
    expect(body.items).toHaveLength(3);
  });

  it("hands out the whole list page by page", async () => {
    const seen: string[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const url: string = `/api/v1/findings?limit=2&cursor=${cursor}`;
      const { body }: { body: List } = await ask<List>({ url });
      expect(body.items.length).toBeLessThanOrEqual(2);
      seen.push(...ids(body));
      cursor = body.nextCursor;
    }
    expect(seen).toEqual(["default-finding-2", "default-finding-1", "default-finding-0"]);
  });

  it.each([
    { query: "status=closed", words: "status: " },
    { query: "status=", words: "status: " },
    { query: "type=leak", words: "type: " },
    { query: "status=open&status=muted", words: "status: " },
    { query: "since=yesterday", words: "since: expected an RFC 3339 time" },
    { query: "since=2026-11-20", words: "since: expected an RFC 3339 time" },
    { query: "limit=0", words: "limit: expected a number from 1 to 500" },
    { query: "limit=501", words: "limit: expected a number from 1 to 500" },
    { query: "limit=ten", words: "limit: expected a number from 1 to 500" },
    { query: "cursor=bm9wZQ", words: "cursor: expected the nextCursor" },
    { query: "cursor=WyIxIiwiMiJd", words: "cursor: expected the nextCursor" },
    { query: `service=${"x".repeat(257)}`, words: "service: " },
  ])("refuses query $# in words: $words", async ({ query, words }) => {
    const { status, body } = await ask({ url: `/api/v1/findings?${query}` });
    expect(status).toBe(400);
    expect(body).toMatchObject({ type: "urn:telltale:problem:invalid_request", status: 400 });
    expect(body["detail"]).toContain(words);
  });

  it("does not read hostile filter text as SQL", async () => {
    const service = encodeURIComponent("' OR 1=1 --");
    const { body } = await ask<List>({ url: `/api/v1/findings?service=${service}` });
    expect(body.items).toEqual([]);
  });
});

describe("GET /api/v1/findings/{id}", () => {
  it("gives the evidence too", async () => {
    const { status, body } = await ask({ url: "/api/v1/findings/default-finding-1" });
    expect(status).toBe(200);
    expect(body).toMatchObject({ id: "default-finding-1", type: "prompt_injection.indirect" });
    const evidence = body["evidence"] as Record<string, unknown>[];
    expect(evidence.length).toBeGreaterThan(0);
    expect(Object.keys(evidence[0] ?? {}).toSorted()).toEqual(
      ["detector", "excerpt", "score", "spanId", "time", "traceId"].toSorted(),
    );
  });

  it.each([
    "other-finding-0",
    "nothing",
    "%00",
    "..%2f..%2fetc",
    encodeURIComponent("x' OR '1'='1"),
    "%F0%9F%92%A9",
    "a".repeat(2000),
  ])("answers 404 for unknown id %#", async (id) => {
    for (const url of [`/api/v1/findings/${id}`, `/api/v1/findings/${id}/lineage`]) {
      const { status, body } = await ask({ url });
      expect([status, body["type"]]).toEqual([404, "urn:telltale:problem:not_found"]);
    }
  });
});

describe("GET /api/v1/findings/{id}/lineage", () => {
  it("leads from the finding to the intent", async () => {
    const { body } = await ask<{
      nodes: { id: string; kind: string }[];
      edges: { from: string; to: string }[];
    }>({ url: "/api/v1/findings/default-finding-0/lineage" });
    const node = (kind: string) => body.nodes.find((each) => each.kind === kind);
    expect(node("finding")).toMatchObject({ label: "A secret_leak in shop" });
    expect(node("deployment")).toMatchObject({ revision: commit });
    expect(node("commit")).toMatchObject({ revision: commit, probability: 0.7 });
    expect(node("pull_request")).toMatchObject({ label: "17" });
    expect(node("session")).toMatchObject({ sessionId: "session-9" });
    expect(node("prompt")).toMatchObject({ prompt: "Add a tool that reads pages" });
    expect(node("intent")).toMatchObject({ intent: "ISSUE-9" });
    const next = (kind: string) =>
      body.edges
        .filter(({ from }) => from === node(kind)?.id)
        .map(({ to }) => body.nodes.find(({ id }) => id === to)?.kind);
    expect(next("deployment")).toEqual(["commit"]);
    expect(next("commit")).toEqual(["pull_request"]);
    expect(next("pull_request")).toEqual(["session"]);
    expect(next("session")).toEqual(["prompt"]);
    expect(next("prompt")).toEqual(["intent"]);
  });

  it("names in its edges only nodes it has", async () => {
    const { body } = await ask<{
      nodes: { id: string }[];
      edges: { from: string; to: string }[];
    }>({ url: "/api/v1/findings/default-finding-1/lineage" });
    const known = new Set(body.nodes.map(({ id }) => id));
    expect(body.edges.every(({ from, to }) => known.has(from) && known.has(to))).toBe(true);
  });
});

describe("POST /api/v1/findings/{id}/status", () => {
  const url = "/api/v1/findings/default-finding-1/status";

  function set(body: object, headers: Record<string, string> = {}) {
    return ask({ method: "POST", url, body, headers });
  }

  it("shows the new status at once, in the finding and in lists", async () => {
    const answer = await set({ status: "acknowledged", reason: "looking at it" });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ status: "acknowledged", statusReason: "looking at it" });
    const list = await ask<List>({ url: "/api/v1/findings?status=acknowledged" });
    expect(ids(list.body)).toEqual(["default-finding-1"]);
  });

  it("reads as open once until has passed", async () => {
    const future = new Date(Date.now() + 3_600_000).toISOString();
    const muted = await set({ status: "muted", reason: "noise", until: future });
    expect(muted.body["status"]).toBe("muted");
    const past = new Date(Date.now() - 1000).toISOString();
    const over = await set({ status: "muted", reason: "noise", until: past });
    expect(over.body["status"]).toBe("open");
    const list = await ask<List>({ url: "/api/v1/findings?status=muted" });
    expect(list.body.items).toEqual([]);
  });

  it("masks a secret in the reason wherever it is kept", async () => {
    // Made up at run time; the form is what the rule looks for.
    const key = `AKIA${"QX7N3TZ5".repeat(2)}`;
    const answer = await set({ status: "acknowledged", reason: `rotated ${key} today` });
    expect(answer.body["statusReason"]).toMatch(/^rotated AKIA\*+.* today$/);
    const { items } = await api.audit.list({ limit: 100, cursor: null });
    const events = await api.commands.read("finding/default/default-finding-1");
    expect(JSON.stringify([answer.body, items, events])).not.toContain(key);
  });

  it("writes who, why and what into the audit log", async () => {
    await set({ status: "false_positive", reason: "a test token" });
    const { items } = await api.audit.list({ limit: 100, cursor: null });
    expect(items.at(-1)).toMatchObject({
      actor: `local:${userInfo().username}`,
      action: "finding.status",
      subject: "finding/default/default-finding-1",
      data: { status: "false_positive", reason: "a test token" },
    });
  });

  it.each([
    { body: {}, words: ["status: ", "reason: "] },
    { body: { status: "gone", reason: "x" }, words: ["status: "] },
    { body: { status: "open" }, words: ["reason: "] },
    { body: { status: "open", reason: "  " }, words: ["reason: a reason is needed"] },
    {
      body: { status: "muted", reason: "x", until: "soon" },
      words: ["until: expected an RFC 3339"],
    },
    { body: { status: "open", reason: "x".repeat(2001) }, words: ["reason: "] },
    { body: [], words: ["body: "] },
    { body: "open", words: ["body: "] },
    { body: null, words: ["status: "] },
  ])("refuses body $# and names every mistake: $words", async ({ body, words }) => {
    const answer = await ask({ method: "POST", url, body });
    expect(answer.status).toBe(400);
    for (const each of words) {
      expect(answer.body["detail"]).toContain(each);
    }
  });

  it("answers 404 for another tenant's finding and writes nothing", async () => {
    const before = await api.audit.list({ limit: 1000, cursor: null });
    const answer = await ask({
      method: "POST",
      url: "/api/v1/findings/other-finding-0/status",
      body: { status: "resolved", reason: "x" },
    });
    expect(answer.status).toBe(404);
    expect((await api.audit.list({ limit: 1000, cursor: null })).items).toHaveLength(
      before.items.length,
    );
  });

  it.each([
    { headers: { "content-type": "text/plain" }, status: 415 },
    { headers: { "content-type": "application/x-www-form-urlencoded" }, status: 415 },
    { headers: { host: "evil.example" }, status: 421 },
    { headers: { origin: "https://evil.example" }, status: 403 },
    { headers: { origin: "null" }, status: 403 },
    { headers: { host: "localhost:7070", origin: "http://localhost:7070" }, status: 200 },
  ])("answers $status to $headers", async ({ headers, status }) => {
    expect((await set({ status: "open", reason: "again" }, headers)).status).toBe(status);
  });

  it("refuses JSON that does not parse", async () => {
    const response = await api.server.inject({
      method: "POST",
      url,
      headers: { "content-type": "application/json" },
      payload: '{"status":',
    });
    expect(response.statusCode).toBe(400);
    expect(response.headers["content-type"]).toContain("application/problem+json");
  });
});
