import { cursorEvent, cursorRequest, cursorSession } from "../../helpers/agents/cursor.ts";
import { eventsOf } from "./events-of.ts";

describe("Cursor", () => {
  it("gives requests, errors, hooks, plugins and recorded commands", () => {
    expect(
      eventsOf([
        cursorRequest(1),
        cursorEvent("api_error", 2, { "cursor.model.name": "m" }),
        cursorEvent("hook_execution_complete", 3, { "cursor.hook.name": "beforeShell" }),
        cursorEvent("skill_activated", 4, { "cursor.skill.name": "deploy" }),
        cursorEvent("grok_bot_shell_command", 5, {
          "cursor.grok_bot.shell.command": "pytest -q",
          "cursor.grok_bot.shell.allowed": true,
        }),
        cursorEvent("some_new_event", 6),
      ]),
    ).toMatchObject([
      {
        kind: "api_request",
        session: cursorSession,
        model: "claude-4.5-sonnet",
        inputTokens: 160,
        outputTokens: 200,
        cacheReadTokens: 50,
        cacheWriteTokens: 10,
      },
      { kind: "api_error", success: false, model: "m" },
      { kind: "hook", tool: "beforeShell" },
      { kind: "plugin", tool: "deploy" },
      { kind: "tool_result", command: "pytest -q" },
    ]);
  });

  it("gives a copy of a record the same id, whenever it was sent", () => {
    const first = cursorRequest(1);
    const copy = { ...first, timeUnixNano: first.timeUnixNano + 1n };
    const [a, b, c] = eventsOf([first, copy, cursorRequest(2)]);
    expect(a?.id).toBe(b?.id);
    expect(a?.id).not.toBe(c?.id);
  });
});
