import { codexConversation, codexEvent, codexSession } from "../../helpers/agents/codex.ts";
import { eventsOf } from "./events-of.ts";

describe("Codex", () => {
  it("gives session, servers, prompt, request, decisions, results and errors", () => {
    const events = eventsOf(codexConversation("Add a test"), 0.02);
    expect(events).toMatchObject([
      { kind: "session_start", permissionMode: "on-request/workspace-write" },
      { kind: "mcp_server", tool: "github" },
      { kind: "mcp_server", tool: "jira" },
      { kind: "prompt", text: "Add a test" },
      {
        kind: "api_request",
        model: "gpt-5-codex",
        inputTokens: 4000,
        outputTokens: 250,
        cacheReadTokens: 3000,
        costUsd: 0.02,
      },
      { kind: "decision", decision: "accept", decisionSource: "user", toolCallId: "call_5" },
      { kind: "tool_result", command: "bash -lc ls -la", success: true, costUsd: 0 },
      { kind: "decision", decision: "reject", toolCallId: "call_7" },
      { kind: "api_error", text: "rate limited", success: false },
    ]);
    expect(new Set(events.map(({ session }) => session))).toEqual(new Set([codexSession]));
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
  });

  it("shows no redacted prompt and reads arguments that are no command", () => {
    expect(
      eventsOf([
        codexEvent("user_prompt", 0, { prompt: "[REDACTED]" }),
        codexEvent("tool_result", 1, { tool_name: "apply_patch", arguments: "*** Begin Patch" }),
      ]),
    ).toMatchObject([
      { kind: "prompt", text: "" },
      { kind: "tool_result", tool: "apply_patch", command: "" },
    ]);
  });
});
