import { createInspector } from "../../../analyzer/inspect/inspector.ts";
import { Config } from "../../../core/config/config.ts";
import { readLineage } from "../../../core/lineage/lineage.ts";
import type { Lineage, LineageNode } from "../../../core/lineage/lineage-graph.ts";
import type { Change } from "../../../core/model/change.ts";
import type { LogRecord, Span } from "../../../core/model/telemetry.ts";
import { decodeLogs } from "../../../core/otlp/decode-logs.ts";
import { decodeTraces } from "../../../core/otlp/decode-traces.ts";
import { encodeLogRequest, encodeTraceRequest } from "../../../core/otlp/encode.ts";
import type { OpenedStore } from "../../../core/store/open-store.ts";
import { agentStartUnixMs } from "../../helpers/agents/agent-records.ts";
import {
  claudeConversation,
  claudeEvent,
  claudePrompt,
  claudeSession,
} from "../../helpers/agents/claude-code.ts";
import { copilotInvocation, copilotSession } from "../../helpers/agents/copilot.ts";
import { storeAgentRecords } from "../../helpers/agents/store-agent-records.ts";
import { insertChanges, makeChange } from "../../helpers/change.ts";
import { findingRow } from "../../helpers/finding-row.ts";
import { openMemoryStore } from "../../helpers/memory-store.ts";

let store: OpenedStore;
const inspector = createInspector(Config.parse({}).analyzer);
const minute = 60_000;
const repository = "https://git.example/shop";
const token = "ghp_k7Qd2mXw9RzT4bHs1NvY8cJf6GpL3eW5uA0B";

beforeAll(async () => {
  store = await openMemoryStore();
});

afterAll(async () => {
  await store.close();
});

/** Bytes → records → masked → events → rows, as the analyzer does it. */
async function receive({ logs = [], spans = [] }: { logs?: LogRecord[]; spans?: Span[] }) {
  const masked = [
    ...decodeLogs("protobuf", encodeLogRequest(logs)).map(
      (record) => inspector.log("default", record).record,
    ),
    ...decodeTraces("protobuf", encodeTraceRequest(spans)).map(
      (span) => inspector.span("default", span).span,
    ),
  ];
  await storeAgentRecords(store.writes, masked);
}

function commit(revision: string, parts: Partial<Change> = {}): Change {
  return makeChange({
    kind: "commit",
    changeId: revision,
    revision,
    repository,
    timeUnixMs: agentStartUnixMs + minute,
    message: "Let the assistant send mail",
    ...parts,
  });
}

/** The lineage of a finding that comes from the change. */
async function lineageOf(change: Pick<Change, "changeId" | "kind">): Promise<Lineage> {
  const Id = `finding-${change.changeId}`;
  await store.writes.insert("findings", [
    findingRow({
      Id,
      FirstSeen: new Date(agentStartUnixMs + 60 * minute).toISOString(),
      LastSeen: new Date(agentStartUnixMs + 90 * minute).toISOString(),
      Onset: new Date(agentStartUnixMs + 60 * minute).toISOString(),
      Attribution: JSON.stringify([{ ...change, probability: 0.9, reasons: [] }]),
    }),
  ]);
  return (await readLineage(store.reads, "default", Id)) ?? { nodes: [], edges: [] };
}

function nodesOf({ nodes }: Lineage, kind: string): LineageNode[] {
  return nodes.filter((node) => node.kind === kind);
}

describe("a commit that Claude Code reports", () => {
  it.each([
    { order: "before the commit is known", first: "telemetry", revision: "1".repeat(40) },
    { order: "after the commit is known", first: "commit", revision: "2".repeat(40) },
  ])("leads to session and prompt when it arrives $order", async ({ first, revision }) => {
    const logs = claudeConversation(revision, `Let the assistant send mail with ${token}`);
    if (first === "commit") {
      await insertChanges(store.writes, [commit(revision)]);
      await receive({ logs });
    } else {
      await receive({ logs });
      await insertChanges(store.writes, [commit(revision)]);
    }
    const lineage = await lineageOf({ changeId: revision, kind: "commit" });
    const session = `session:claude-code/${claudeSession}`;
    const prompt = `prompt:${claudeSession}/${claudePrompt}`;
    expect(lineage.edges).toEqual(
      expect.arrayContaining([
        { from: `commit:${revision}`, to: session },
        { from: session, to: prompt },
      ]),
    );
    expect(nodesOf(lineage, "session")).toEqual([
      {
        id: session,
        kind: "session",
        label: "claude-code",
        sessionId: claudeSession,
        sources: [{ source: "commit_event", confidence: 0.9, authenticated: true }],
      },
    ]);
    const [words] = nodesOf(lineage, "prompt");
    expect(words?.prompt).toContain("Let the assistant send mail with");
    expect(words?.prompt).not.toContain(token);
  });

  it("is found by a short id, and through the deployment that carried it", async () => {
    const revision = `3abcdef${"3".repeat(33)}`;
    await receive({ logs: claudeConversation(revision.slice(0, 7), "Ship it") });
    const deployment = makeChange({
      changeId: "dep-3",
      service: "shop",
      environment: "production",
      revision,
      timeUnixMs: agentStartUnixMs + 30 * minute,
    });
    await insertChanges(store.writes, [deployment]);
    const lineage = await lineageOf(deployment);
    expect(lineage.edges).toEqual(
      expect.arrayContaining([
        { from: "deployment:dep-3", to: `commit:${revision}` },
        { from: `commit:${revision}`, to: `session:claude-code/${claudeSession}` },
      ]),
    );
  });

  it("shows claims beside it, each with its source, and lets a surer one lead", async () => {
    const revision = "4".repeat(40);
    await receive({ logs: claudeConversation(revision, "Ship it") });
    const message = [
      "Let the assistant send mail",
      "",
      "Claude-Session: https://claude.ai/code/session_01AbC",
      "Co-Authored-By: Claude <noreply@anthropic.com>",
    ].join("\n");
    const noted = { agent: "cursor", id: "composer-1", model: "m" };
    await insertChanges(store.writes, [
      commit(revision, {
        message,
        session: noted,
        source: "git",
        details: { authorship: { "git-ai": noted, "agent-trace": null } },
      }),
    ]);
    const lineage = await lineageOf({ changeId: revision, kind: "commit" });
    expect(
      nodesOf(lineage, "session").map(({ sessionId, sources }) => [sessionId, sources]),
    ).toEqual([
      ["composer-1", [{ source: "git_ai_note", confidence: 0.95, authenticated: false }]],
      [claudeSession, [{ source: "commit_event", confidence: 0.9, authenticated: true }]],
      ["session_01AbC", [{ source: "trailer", confidence: 0.7, authenticated: false }]],
    ]);
    // Words of a session that is only claimed hang below that session.
    expect(lineage.edges).toContainEqual({
      from: `session:claude-code/${claudeSession}`,
      to: `prompt:${claudeSession}/${claudePrompt}`,
    });
  });

  it("keeps a signature only where no session of that agent is known", async () => {
    const revision = "5".repeat(40);
    const signed = { agent: "claude-code", id: "", model: "Claude Opus 5" };
    await insertChanges(store.writes, [commit(revision, { session: signed, source: "git" })]);
    const alone = await lineageOf({ changeId: revision, kind: "commit" });
    expect(nodesOf(alone, "session")).toMatchObject([
      { label: "claude-code Claude Opus 5", sources: [{ source: "signature", confidence: 0.3 }] },
    ]);
    await receive({ logs: claudeConversation(revision, "Ship it") });
    const known = await lineageOf({ changeId: revision, kind: "commit" });
    expect(nodesOf(known, "session")).toMatchObject([{ sessionId: claudeSession }]);
  });
});

describe("a commit on top of the one Copilot worked on", () => {
  it("leads to the conversation, with less confidence, and to its last words before", async () => {
    const parent = "6".repeat(40);
    const revision = "7".repeat(40);
    function turn(second: number, words: string, head: string): Span {
      return copilotInvocation(second, {
        "github.copilot.git.commit_sha": head,
        "gen_ai.input.messages": JSON.stringify([
          { role: "user", parts: [{ type: "text", content: words }] },
        ]),
      });
    }
    await receive({
      spans: [
        turn(10, "Add mail", parent),
        turn(20, "And a test", parent),
        turn(4000, "Later", parent),
      ],
    });
    await insertChanges(store.writes, [commit(revision, { parents: [parent] })]);
    const lineage = await lineageOf({ changeId: revision, kind: "commit" });
    expect(nodesOf(lineage, "session")).toMatchObject([
      {
        sessionId: copilotSession,
        sources: [{ source: "base_commit", confidence: 0.5, authenticated: true }],
      },
    ]);
    expect(nodesOf(lineage, "prompt")).toMatchObject([{ prompt: "And a test" }]);
  });
});

it("reads the words of a session that a trailer names, if the agent logs them", async () => {
  const revision = "8".repeat(40);
  const id = "9b2f0c3a-1111-4222-8333-444455556666";
  const message = `Add mail\n\nAgent-Logs-Url: https://git.example/o/r/sessions/${id}`;
  await insertChanges(store.writes, [commit(revision, { message })]);
  const { attributes, ...record } = claudeEvent("user_prompt", 30, { prompt: "By trailer" });
  await receive({
    logs: [{ ...record, attributes: new Map([...attributes, ["session.id", id]]) }],
  });
  const lineage = await lineageOf({ changeId: revision, kind: "commit" });
  expect(nodesOf(lineage, "session")).toMatchObject([{ sessionId: id, label: "copilot" }]);
  expect(nodesOf(lineage, "prompt")).toMatchObject([{ prompt: "By trailer" }]);
});
