import {
  claudeConversation,
  claudeEvent,
  claudePrompt,
  claudeRequest,
  claudeSession,
  claudeSpan,
  claudeToolResult,
} from "../../helpers/agents/claude-code.ts";
import { eventsOf, kindsOf } from "./events-of.ts";

const revision = "b".repeat(40);

describe("Claude Code", () => {
  it("gives prompt, decisions, tool results, requests, the commit and the mode change", () => {
    const conversation = claudeConversation(revision, "Let the assistant send mail");
    expect(kindsOf(conversation)).toEqual([
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
    ]);
    const events = eventsOf(conversation);
    expect(new Set(events.map(({ session }) => session))).toEqual(new Set([claudeSession]));
    expect(new Set(events.map(({ promptId }) => promptId))).toEqual(new Set([claudePrompt]));
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
  });

  it("ties a commit to its session, prompt and call", () => {
    const [result, commit] = eventsOf([
      claudeToolResult(5, { full_command: "git commit -m x", git_commit_id: "ABCDEF1" }),
    ]);
    expect(result).toMatchObject({
      kind: "tool_result",
      tool: "Bash",
      toolCallId: "toolu_5",
      command: "git commit -m x",
      success: true,
      durationMs: 1234,
      decision: "accept",
      decisionSource: "config",
      revision: "",
    });
    expect(commit).toMatchObject({
      kind: "commit",
      revision: "abcdef1",
      session: claudeSession,
      promptId: claudePrompt,
      toolCallId: "toolu_5",
    });
  });

  it.each([["not hex"], [""], ["abc"], [17], [{ sha: revision }], ["a".repeat(65)]])(
    "takes no commit from the id %j",
    (id) => {
      expect(kindsOf([claudeToolResult(5, { git_commit_id: id })])).toEqual(["tool_result"]);
    },
  );

  it("counts cached tokens among the input and takes the cost that is reported", () => {
    expect(eventsOf([claudeRequest(1)], 99)).toMatchObject([
      {
        model: "claude-sonnet-5",
        inputTokens: 2400,
        outputTokens: 50,
        cacheReadTokens: 2000,
        cacheWriteTokens: 300,
        costUsd: 0.01,
        durationMs: 2100,
      },
    ]);
  });

  it("shows nothing where content was not logged", () => {
    const [prompt] = eventsOf([claudeEvent("user_prompt", 0, { prompt: "<REDACTED>" })]);
    expect(prompt).toMatchObject({ kind: "prompt", text: "" });
  });

  it("keeps the person apart without naming her", () => {
    const [event] = eventsOf([claudeEvent("user_prompt", 0)]);
    expect(event?.user).toMatch(/^[0-9a-f]{16}$/);
    expect(JSON.stringify(event)).not.toContain("ada@example.com");
  });

  it("reads servers, hooks, plugins and subagents", () => {
    expect(
      eventsOf([
        claudeEvent("mcp_server_connection", 1, { status: "failed", server_name: "jira" }),
        claudeEvent("hook_execution_complete", 2, { hook_event: "PreToolUse", num_blocking: 1 }),
        claudeEvent("plugin_installed", 3, { "plugin.name": "third-party" }),
        claudeEvent("subagent_completed", 4, { agent_type: "Explore", total_tool_uses: 4 }),
        claudeEvent("compaction", 5),
      ]).map(({ kind, tool, success, decision }) => [kind, tool, success, decision]),
    ).toEqual([
      ["mcp_server", "jira", false, ""],
      ["hook", "PreToolUse", null, "reject"],
      ["plugin", "third-party", null, ""],
      ["subagent", "Explore", null, ""],
    ]);
  });

  it("reads its spans for installations without log events", () => {
    const spans = [
      claudeSpan("interaction", 0, { user_prompt: "Fix the bug" }),
      claudeSpan("llm_request", 1, { model: "m", input_tokens: 10, success: "true" }),
      claudeSpan("tool", 2, { tool_name: "Bash", full_command: "ls", tool_use_id: "t" }),
      claudeSpan("tool.blocked_on_user", 3, { decision: "reject", source: "user_reject" }),
      claudeSpan("tool.execution", 4, { success: "true" }),
    ];
    expect(eventsOf(spans)).toMatchObject([
      { kind: "prompt", text: "Fix the bug", signal: "span" },
      { kind: "api_request", inputTokens: 10 },
      { kind: "tool_result", command: "ls", toolCallId: "t" },
      { kind: "decision", decision: "reject" },
    ]);
  });
});
