import { readSession } from "../../../core/agents/read-session.ts";
import { listSessions } from "../../../core/agents/read-sessions.ts";
import type { OpenedStore } from "../../../core/store/open-store.ts";
import { agentStartUnixMs } from "../../helpers/agents/agent-records.ts";
import {
  claudeConversation,
  claudeCount,
  claudePrompt,
  claudeSession,
  claudeSpan,
} from "../../helpers/agents/claude-code.ts";
import {
  copilotChat,
  copilotEvent,
  copilotInvocation,
  copilotSession,
  copilotTool,
} from "../../helpers/agents/copilot.ts";
import { storeAgentCounts, storeAgentRecords } from "../../helpers/agents/store-agent-records.ts";
import { openMemoryStore } from "../../helpers/memory-store.ts";

let store: OpenedStore;
const revision = "b".repeat(40);
const page = { limit: 50, after: null };
const countedSession = "counted-only";

beforeAll(async () => {
  store = await openMemoryStore();
  const conversation = claudeConversation(revision, "Let the assistant send mail");
  await storeAgentRecords(store.writes, conversation);
  // The sender tried again, and its spans say the same once more.
  await storeAgentRecords(store.writes, conversation, { receivedAt: 1_795_000_001_000 });
  await storeAgentRecords(store.writes, [
    claudeSpan("llm_request", 1, { input_tokens: 100, output_tokens: 50 }),
    claudeSpan("tool", 3, { tool_name: "Edit" }),
    claudeSpan("interaction", 0, { user_prompt: "<REDACTED>" }),
  ]);
  await storeAgentRecords(
    store.writes,
    [
      copilotInvocation(100, { "github.copilot.git.commit_sha": revision }),
      copilotChat(101),
      copilotTool(102, "ls", "README.md"),
      copilotEvent("tool.call", 102, {
        "gen_ai.conversation.id": copilotSession,
        "gen_ai.tool.name": "run_in_terminal",
        success: true,
      }),
    ],
    { costUsd: 0.004 },
  );
  await storeAgentRecords(store.writes, conversation.slice(0, 1), { tenant: "other" });
  await storeAgentCounts(store.writes, counts());
});

afterAll(async () => {
  await store.close();
});

/** Tokens that the events have told already; lines that only counters tell. */
function counts() {
  const lines = "claude_code.lines_of_code.count";
  const tokens = "claude_code.token.usage";
  const own = { "session.id": countedSession };
  const cumulative = { ...own, aggregationTemporality: 2 };
  return [
    claudeCount(tokens, 60, 7777, { type: "input" }),
    claudeCount("claude_code.cost.usage", 60, 9.99),
    claudeCount(lines, 60, 12, { type: "added" }),
    claudeCount(lines, 120, 30, { type: "added" }),
    // The same point again.
    claudeCount(lines, 120, 30, { type: "added" }),
    claudeCount(lines, 120, 4, { type: "removed" }),
    claudeCount("claude_code.pull_request.count", 120, 1),
    claudeCount(tokens, 200, 100, { ...cumulative, start: 150, type: "input" }),
    claudeCount(tokens, 260, 250, { ...cumulative, start: 150, type: "input" }),
    // Restarted: the counter begins anew.
    claudeCount(tokens, 300, 40, { ...cumulative, start: 270, type: "input" }),
    claudeCount(tokens, 300, 1000, { ...cumulative, start: 270, type: "cacheRead" }),
    claudeCount("claude_code.cost.usage", 300, 0.5, { ...cumulative, start: 270 }),
    claudeCount("claude_code.active_time.total", 300, 20, {
      ...cumulative,
      start: 270,
      type: "cli",
    }),
    claudeCount("claude_code.active_time.total", 300, 5, {
      ...cumulative,
      start: 270,
      type: "user",
    }),
  ];
}

function iso(second: number): string {
  return new Date(agentStartUnixMs + second * 1000).toISOString();
}

describe("listSessions", () => {
  it("lists sessions of events and of counters, the last active first", async () => {
    const { items, nextCursor } = await listSessions(store.reads, "default", {}, page);
    expect(items.map(({ id, agent }) => [id, agent])).toEqual([
      [countedSession, "claude-code"],
      [claudeSession, "claude-code"],
      [copilotSession, "copilot"],
    ]);
    expect(nextCursor).toBeNull();
  });

  it("counts each thing once, whatever was sent twice or in two signals", async () => {
    const { items } = await listSessions(store.reads, "default", { agent: "claude-code" }, page);
    expect(items.find(({ id }) => id === claudeSession)).toMatchObject({
      service: "claude-code",
      models: ["claude-sonnet-5"],
      permissionModes: ["bypassPermissions"],
      firstSeen: iso(0),
      lastSeen: iso(120),
      prompts: 1,
      toolCalls: 2,
      failedToolCalls: 0,
      accepted: 1,
      rejected: 1,
      apiRequests: 2,
      apiErrors: 1,
      commits: [revision],
      inputTokens: 4800,
      outputTokens: 100,
      costUsd: 0.02,
      usageFrom: "events",
      linesAdded: 42,
      linesRemoved: 4,
      activeSeconds: null,
      pullRequests: 1,
    });
  });

  it("takes tokens and cost from counters only where no request was told", async () => {
    const { items } = await listSessions(store.reads, "default", {}, page);
    expect(items[0]).toMatchObject({
      id: countedSession,
      apiRequests: 0,
      inputTokens: 1290,
      cacheReadTokens: 1000,
      costUsd: 0.5,
      usageFrom: "metrics",
      activeSeconds: 25,
      linesAdded: null,
    });
  });

  it("puts spans without a session into the session of their trace", async () => {
    const { items } = await listSessions(store.reads, "default", { agent: "copilot" }, page);
    expect(items).toMatchObject([
      {
        id: copilotSession,
        repository: "https://git.example/shop",
        branch: "main",
        toolCalls: 1,
        apiRequests: 1,
        inputTokens: 900,
        costUsd: 0.004,
        // What was checked out is not what was made.
        commits: [],
      },
    ]);
  });

  it("filters by time and goes on where a page ended", async () => {
    const sinceUnixMs = agentStartUnixMs + 250_000;
    const late = await listSessions(store.reads, "default", { sinceUnixMs }, page);
    expect(late.items.map(({ id }) => id)).toEqual([countedSession]);
    const first = await listSessions(store.reads, "default", {}, { limit: 1, after: null });
    expect(first.nextCursor).not.toBeNull();
    const after = [agentStartUnixMs + 300_000, countedSession];
    const rest = await listSessions(store.reads, "default", {}, { limit: 5, after });
    expect(rest.items.map(({ id }) => id)).toEqual([claudeSession, copilotSession]);
  });

  it("shows a tenant its own sessions only", async () => {
    const { items } = await listSessions(store.reads, "other", {}, page);
    expect(items).toMatchObject([{ id: claudeSession, prompts: 1, toolCalls: 0 }]);
    expect(await readSession(store.reads, "nobody", claudeSession)).toBeNull();
  });
});

describe("readSession", () => {
  it("tells what was done for each prompt, step by step", async () => {
    const session = await readSession(store.reads, "default", claudeSession);
    expect(session?.promptList).toEqual([
      {
        id: claudePrompt,
        time: iso(0),
        text: "Let the assistant send mail",
        toolCalls: 2,
        costUsd: 0.02,
        commits: [revision],
      },
    ]);
    expect(session?.events.map(({ kind }) => kind).toSorted()).toEqual(
      [
        "prompt",
        "api_request",
        "decision",
        "tool_result",
        "decision",
        "tool_result",
        "commit",
        "api_request",
        "config_change",
        "api_error",
      ].toSorted(),
    );
    expect(session?.truncated).toBe(false);
    expect(session?.events.find(({ decision }) => decision === "reject")).toMatchObject({
      command: "git push --force",
      decisionSource: "user_reject",
      success: null,
    });
  });

  it("is null for a session nobody knows", async () => {
    expect(await readSession(store.reads, "default", "nope")).toBeNull();
  });
});
