import {
  copilotChat,
  copilotEvent,
  copilotInvocation,
  copilotSession,
  copilotSpan,
  copilotTool,
} from "../../helpers/agents/copilot.ts";
import { eventsOf } from "./events-of.ts";

const head = "c".repeat(40);

describe("GitHub Copilot", () => {
  it("gives the prompt and the commit that was checked out", () => {
    const invocation = copilotInvocation(0, {
      "github.copilot.git.commit_sha": head,
      "gen_ai.input.messages": JSON.stringify([
        { role: "system", parts: [{ type: "text", content: "You are Copilot" }] },
        { role: "user", parts: [{ type: "text", content: "Add mail" }] },
      ]),
    });
    expect(eventsOf([invocation])).toMatchObject([
      {
        kind: "prompt",
        text: "Add mail",
        session: copilotSession,
        repository: "https://git.example/shop",
        branch: "main",
        // Its totals repeat the chat spans.
        inputTokens: 0,
      },
      { kind: "base_commit", revision: head, session: copilotSession },
    ]);
  });

  it("reads the names it used before", () => {
    const invocation = copilotSpan("invoke_agent", 0, {
      "gen_ai.operation.name": "invoke_agent",
      "gen_ai.conversation.id": copilotSession,
      "copilot_chat.repo.remote_url": "https://git.example/old",
      "copilot_chat.repo.head_commit_hash": head,
    });
    expect(eventsOf([invocation])[1]).toMatchObject({
      kind: "base_commit",
      revision: head,
      repository: "https://git.example/old",
    });
  });

  it("gives requests, tool results, hooks and failures", () => {
    const failed = { ...copilotChat(3), statusCode: 2 };
    const hook = copilotSpan("execute_hook PreToolUse", 4, {
      "gen_ai.operation.name": "execute_hook",
      "github.copilot.hook.decision": "block",
      "copilot_chat.hook_type": "PreToolUse",
    });
    const events = eventsOf([copilotChat(1), copilotTool(2, "ls", "README.md"), failed, hook]);
    expect(events).toMatchObject([
      {
        kind: "api_request",
        model: "gpt-5-2026-06-01",
        inputTokens: 900,
        cacheReadTokens: 400,
        durationMs: 1000,
      },
      // The trace stands for the conversation that the span does not name.
      { kind: "tool_result", command: "ls", success: true, session: "5".repeat(32) },
      { kind: "api_error", success: false },
      { kind: "hook", tool: "PreToolUse", decision: "reject" },
    ]);
  });

  it("gives what people did with its edits", () => {
    expect(
      eventsOf([
        copilotEvent("edit.feedback", 1, { outcome: "accepted" }),
        copilotEvent("edit.hunk.action", 2, { outcome: "rejected" }),
        copilotEvent("inline.done", 3, { accepted: true }),
        copilotEvent("edit.feedback", 4, { outcome: "saved" }),
        copilotEvent("edit.survival", 5),
      ]).map(({ kind, decision }) => [kind, decision]),
    ).toEqual([
      ["decision", "accept"],
      ["decision", "reject"],
      ["decision", "accept"],
    ]);
  });
});
