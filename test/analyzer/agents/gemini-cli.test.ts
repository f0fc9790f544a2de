import { geminiConversation, geminiSession } from "../../helpers/agents/gemini-cli.ts";
import { eventsOf } from "./events-of.ts";

it("gives session, prompt, request, tool calls with their decisions, and mode changes", () => {
  const events = eventsOf(geminiConversation("Add a test"));
  expect(events).toMatchObject([
    { kind: "session_start", model: "gemini-3-pro", permissionMode: "default" },
    { kind: "prompt", text: "Add a test", promptId: "prompt-1" },
    {
      kind: "api_request",
      inputTokens: 5000,
      // Thoughts are billed as output.
      outputTokens: 500,
      cacheReadTokens: 4000,
      promptId: "prompt-1",
    },
    { kind: "decision", decision: "accept", decisionSource: "config", command: "ls" },
    { kind: "tool_result", tool: "run_shell_command", command: "ls", success: true },
    // A refused call has no result.
    { kind: "decision", decision: "reject", decisionSource: "user_temporary" },
    { kind: "config_change", permissionMode: "yolo", text: "default to yolo" },
    { kind: "session_end" },
  ]);
  expect(new Set(events.map(({ session }) => session))).toEqual(new Set([geminiSession]));
  expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
});
