import { storeChanges } from "../../analyzer/ingest/store-changes.ts";
import { createInspector } from "../../analyzer/inspect/inspector.ts";
import { readChange } from "../../core/changes/read-changes.ts";
import { Config } from "../../core/config/config.ts";
import type { Change } from "../../core/model/change.ts";
import type { OpenedStore } from "../../core/store/open-store.ts";
import { gitAiNote } from "../helpers/change-samples.ts";
import { ask } from "../helpers/http-request.ts";
import { openMemoryStore } from "../helpers/memory-store.ts";
import { signWebhook, webhookSecrets } from "../helpers/sign-webhook.ts";
import { startTestCollector, type TestCollector } from "../helpers/test-collector.ts";

/** One commit as four senders know it: forge, authorship note, Agent Trace, merge of its request. */
const revision = "0123456789abcdef0123456789abcdef01234567";
const repository = { full_name: "acme/shop", html_url: "https://github.com/acme/shop" };

const push = {
  repository,
  commits: [
    {
      id: revision,
      message: "Add the refund tool\n\nCo-Authored-By: Claude <noreply@anthropic.com>",
      timestamp: "2026-11-20T09:00:00Z",
      author: { name: "Ada", email: "ada@shop.example" },
      added: ["src/refund.ts"],
      modified: ["src/agent.ts"],
    },
  ],
};

const merge = {
  action: "closed",
  repository,
  pull_request: {
    number: 17,
    html_url: "https://github.com/acme/shop/pull/17",
    title: "Refunds",
    body: "Refs: ISSUE-9",
    user: { login: "ada" },
    state: "closed",
    merged_at: "2026-11-20T09:00:01Z",
    updated_at: "2026-11-20T09:00:01Z",
    merge_commit_sha: revision,
  },
};

const trace = {
  version: "0.1.0",
  id: "550e8400-e29b-41d4-a716-446655440000",
  timestamp: "2026-11-20T08:59:00Z",
  vcs: { type: "git", revision },
  tool: { name: "cursor" },
  files: [
    {
      path: "src/refund.ts",
      conversations: [
        {
          url: "https://cursor.example/c/other-session",
          contributor: { type: "ai" },
          ranges: [{ start_line: 1, end_line: 9 }],
        },
      ],
    },
  ],
};

let collector: TestCollector;
let store: OpenedStore;

beforeAll(async () => {
  store = await openMemoryStore();
});
beforeEach(async () => {
  collector = await startTestCollector({
    settings: { webhooks: { github: [{ secret: webhookSecrets.github }] } },
  });
});
afterEach(() => collector.close());
afterAll(() => store.close());

const json = { "content-type": "application/json" };

const senders = {
  forge: () => webhook("push", push),
  request: () => webhook("pull_request", merge),
  note: () =>
    post("/worker/notes/upload", json, {
      entries: [{ commit_sha: revision, content: gitAiNote }],
    }),
  trace: () => post("/v1/changes", json, trace),
};

function webhook(event: string, payload: object): Promise<number> {
  const headers = signWebhook("github", event, JSON.stringify(payload));
  return post("/v1/webhooks/github", headers, payload);
}

async function post(path: string, headers: Record<string, string>, body: object): Promise<number> {
  const answer = await ask(collector.port, { path, headers, body: JSON.stringify(body) });
  return answer.status;
}

/** What the analyzer does with queued changes, each request a batch of its own. */
async function analyze(tenant: string): Promise<void> {
  const inspector = createInspector(Config.parse({}).analyzer);
  for (const record of await collector.queue.drain()) {
    const changes = JSON.parse(Buffer.from(record.body).toString()) as Change[];
    const masked = changes.map((change) => inspector.change({ ...change, tenant }));
    const { position } = record;
    const batch = { id: `${tenant}-${position}`, receivedAtUnixMs: 1, revision: position };
    await storeChanges(store, batch, masked);
  }
}

const orders: readonly (readonly (keyof typeof senders)[])[] = [
  ["forge", "request", "note", "trace"],
  ["trace", "note", "request", "forge"],
  ["note", "forge", "trace", "request"],
  ["request", "trace", "forge", "note"],
];

it.each(orders)("knows the same when %s speaks first, then %s, %s, %s", async (...order) => {
  const tenant = order.join("-");
  for (const sender of order) {
    expect([200, 202]).toContain(await senders[sender]());
  }
  await analyze(tenant);
  expect(await readChange(store.reads, tenant, revision)).toMatchObject({
    kind: "commit",
    time: "2026-11-20T09:00:00.000Z",
    repository: "https://github.com/acme/shop",
    author: "Ada <ada@shop.example>",
    message: push.commits[0]?.message,
    files: ["src/agent.ts", "src/refund.ts"],
    pullRequest: "17",
    session: { agent: "claude-code", id: "c-1", model: "opus" },
    details: {
      authorship: { "git-ai": { id: "c-1" }, "agent-trace": { id: "other-session" } },
      agentTrace: { agentLines: 9 },
    },
  });
});
