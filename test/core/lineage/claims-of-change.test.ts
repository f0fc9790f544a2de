import { claimsOfChange } from "../../../core/lineage/claims-of-change.ts";
import type { Change } from "../../../core/model/change.ts";
import { makeChange } from "../../helpers/change.ts";

function claims(parts: Partial<Change>): string[][] {
  return claimsOfChange(makeChange({ kind: "commit", ...parts })).map(
    ({ source, agent, sessionId, model }) => [source, agent, sessionId, model],
  );
}

const session = { agent: "claude-code", id: "session_01AbC", model: "Opus" };

it.each<{ says: string; parts: Partial<Change>; expected: string[][] }>([
  { says: "nothing", parts: { message: "Fix\n\nClaude-Session is good" }, expected: [] },
  {
    says: "each trailer that names a session",
    parts: {
      message: [
        "Fix",
        "",
        "Claude-Session: https://claude.ai/code/session_01AbC",
        "agent-logs-url: https://git.example/o/r/sessions/9b2f0c3a-1111-4222-8333-444455556666",
        "Entire-Checkpoint: a3b2c4d5e6f7",
      ].join("\n"),
    },
    expected: [
      ["trailer", "claude-code", "session_01AbC", ""],
      ["trailer", "copilot", "9b2f0c3a-1111-4222-8333-444455556666", ""],
      ["trailer", "", "a3b2c4d5e6f7", ""],
    ],
  },
  {
    says: "a trailer with a bare id",
    parts: { message: "Fix\n\nClaude-Session: 9b2f0c3a-1111-4222-8333-444455556666" },
    expected: [["trailer", "claude-code", "9b2f0c3a-1111-4222-8333-444455556666", ""]],
  },
  {
    says: "a trailer once, with what else the change knows of the session",
    parts: { session, source: "git", message: "Fix\n\nClaude-Session: x/session_01AbC" },
    expected: [["trailer", "claude-code", "session_01AbC", "Opus"]],
  },
  {
    says: "what notes and traces state, each apart",
    parts: {
      session,
      details: {
        authorship: { "git-ai": session, "agent-trace": { agent: "cursor", id: "c1", model: "" } },
      },
    },
    expected: [
      ["git_ai_note", "claude-code", "session_01AbC", "Opus"],
      ["agent_trace", "cursor", "c1", ""],
    ],
  },
  {
    says: "a session from whoever reported the change",
    parts: { session, source: "native" },
    expected: [["reported", "claude-code", "session_01AbC", "Opus"]],
  },
  {
    says: "an agent without a session",
    parts: { session: { agent: "aider", id: "", model: "" }, source: "github" },
    expected: [["signature", "aider", "", ""]],
  },
  {
    says: "nothing but text, whatever the details hold",
    parts: {
      details: { authorship: { "git-ai": { agent: 5, id: { a: 1 } }, "agent-trace": "x" } },
    },
    expected: [],
  },
  { says: "nothing of odd details", parts: { details: { authorship: [null] } }, expected: [] },
])("reads $says", ({ parts, expected }) => {
  expect(claims(parts)).toEqual(expected);
});
