import { readCheckpointId, readSession } from "../../../collector/git/read-session.ts";
import { readTrailers } from "../../../collector/git/read-trailers.ts";

const uuid = "0b31b1c0-2ff4-58ad-9b7b-81cbdf8f028b";

it.each([
  {
    name: "a Claude session, with the model of the co-author",
    trailers:
      "Co-Authored-By: Claude Opus 4.5 <noreply@anthropic.com>\nClaude-Session: https://claude.ai/code/session_01AbC",
    session: { agent: "claude-code", id: "session_01AbC", model: "Claude Opus 4.5" },
  },
  {
    name: "a Claude session by its bare id, as telemetry gives it",
    trailers: `Claude-Session: ${uuid}`,
    session: { agent: "claude-code", id: uuid, model: "" },
  },
  {
    name: "a Copilot log",
    trailers: `Agent-Logs-Url: https://github.com/o/r/sessions/${uuid}`,
    session: { agent: "copilot", id: uuid, model: "" },
  },
  {
    name: "an Entire session",
    trailers: "Entire-Session: 2026-11-01-x\nEntire-Checkpoint: a1b2c3d4e5f6\nEntire-Agent: Codex",
    session: { agent: "Codex", id: "2026-11-01-x", model: "" },
  },
  {
    name: "an Entire checkpoint alone",
    trailers: "Entire-Checkpoint: a1b2c3d4e5f6",
    session: { agent: "", id: "a1b2c3d4e5f6", model: "" },
  },
  {
    name: "the kernel's form",
    trailers: "Assisted-by: Claude:claude-3-opus [coccinelle] [sparse]",
    session: { agent: "claude-code", id: "", model: "claude-3-opus" },
  },
  {
    name: "a co-author that is an agent, without a session",
    trailers:
      "Co-authored-by: Bob <bob@x.example>\nCo-authored-by: Cursor <cursoragent@cursor.com>",
    session: { agent: "cursor", id: "", model: "" },
  },
  {
    name: "an Amp thread",
    trailers:
      "Amp-Thread-ID: https://ampcode.com/threads/T-019c58d6-7447-76d1\nCo-authored-by: Amp <amp@ampcode.com>",
    session: { agent: "amp", id: "T-019c58d6-7447-76d1", model: "" },
  },
  {
    name: "what generated it",
    trailers: "Generated-by: aider 0.86",
    session: { agent: "aider", id: "", model: "aider 0.86" },
  },
  {
    name: "a Jules co-author",
    trailers:
      "Co-Authored-By: google-labs-jules[bot] <161369871+google-labs-jules[bot]@users.noreply.github.com>",
    session: { agent: "jules", id: "", model: "" },
  },
  { name: "people only", trailers: "Co-authored-by: Bob <bob@x.example>", session: null },
  {
    name: "a session URL that is none",
    trailers: "Claude-Session: javascript:alert(1)",
    session: null,
  },
])("reads $name", ({ trailers, session }) => {
  const evidence = { author: "Ada <ada@x.example>", noted: null, checkpoint: null };
  expect(readSession({ ...evidence, trailers: readTrailers(`Subject\n\n${trailers}`) })).toEqual(
    session,
  );
});

it("takes the author for an agent when nothing else speaks", () => {
  const author = "copilot-swe-agent[bot] <198982749+Copilot@users.noreply.github.com>";
  expect(readSession({ author, trailers: [], noted: null, checkpoint: null })).toEqual({
    agent: "copilot",
    id: "",
    model: "",
  });
});

it.each(["../../etc/passwd", "a1b2", "A1B2C3D4E5F6", "a1b2c3d4e5f6\nx"])(
  "does not take %j for a checkpoint id",
  (value) => {
    expect(readCheckpointId([{ key: "entire-checkpoint", value }])).toBe("");
  },
);
