import * as fc from "fast-check";
import { parseGitAiNote } from "../../../collector/git/parse-git-ai-note.ts";
import { readIntent, readPullRequest } from "../../../collector/git/read-references.ts";
import { readSession } from "../../../collector/git/read-session.ts";
import { readTrailers } from "../../../collector/git/read-trailers.ts";

/** Texts on which a backtracking pattern would take minutes; a test that does not end has failed. */
const length = 2_000_000;
const json = '---\n{"sessions":{"s":{"agent_id":{"tool":"t"}}}}';

it.each([
  ["empty lines", "\n".repeat(length)],
  ["a line of spaces", ` k ${" ".repeat(length)}x\n${json}`],
  ["a line of ranges", ` k ${"1 ".repeat(length / 2)}x\n${json}`],
  ["lines that begin like the mark", `${"--- x\n".repeat(length / 6)}${json}`],
  ["a line of dashes", `${"-".repeat(length)}\n${json}`],
])("reads a note with %s", (_name, text) => {
  expect([null, "t"]).toContain(parseGitAiNote(text)?.session.agent ?? null);
});

const repeated = 65_536;

it.each([
  ["an open signature", `Assisted-by: ${"<".repeat(repeated)}`],
  ["an agent that never ends", `Co-authored-by: claude 4 ${" ".repeat(repeated)}x`],
  ["many sessions", `Claude-Session: ${"/session_a".repeat(6000)}`],
  ["many requests", `See merge request ${"!".repeat(repeated)}`],
  ["many trackers", "AA-".repeat(20_000)],
])("reads a message with %s", (_name, text) => {
  const message = `subject\n\n${text}`;
  const trailers = readTrailers(message);
  const session = readSession({ trailers, author: text, noted: null, checkpoint: null });
  expect(session?.agent.length ?? 0).toBeLessThanOrEqual(512);
  expect(readIntent(message, trailers).length + readPullRequest(message).length).toBeLessThan(9);
});

it("never throws on any note or message", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      parseGitAiNote(text);
      parseGitAiNote(`a\n  k 1-2\n---\n${text}`);
      expect(readTrailers(`s\n\n${text}`)).toBeInstanceOf(Array);
    }),
  );
});

it("counts attested lines by session, whatever the ranges look like", () => {
  const sessions = JSON.stringify({
    sessions: {
      s_few: { agent_id: { tool: "codex" } },
      s_many: { agent_id: { tool: "claude-code" } },
    },
  });
  const note = `a.ts\n  s_few::t_1 1-3\nb.ts\n  s_many::t_1 1-2,7\n\ts_many::t_2 10-19 \n---\r\n${sessions}`;
  expect(parseGitAiNote(note)?.session.agent).toBe("claude-code");
  expect(parseGitAiNote(note.replace("10-19", "19-10"))?.session.agent).toBe("codex");
});
