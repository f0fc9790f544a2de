import * as fc from "fast-check";
import { readChanges } from "../../../collector/changes/read-changes.ts";
import { Config } from "../../../core/config/config.ts";

const revision = "a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6e7f8a9b0";
const config = Config.parse({});
const now = Date.parse("2026-11-20T12:00:00Z");

/** After the example of the specification, with two conversations. */
const record = {
  version: "0.1.0",
  id: "550e8400-e29b-41d4-a716-446655440000",
  timestamp: "2026-11-19T14:30:00Z",
  vcs: { type: "git", revision },
  tool: { name: "cursor", version: "2.4.0" },
  files: [
    {
      path: "src/parser.ts",
      conversations: [
        {
          url: "https://api.cursor.com/v1/conversations/12345",
          contributor: { type: "ai", model_id: "anthropic/claude-opus-4-5-20251101" },
          ranges: [{ start_line: 42, end_line: 67, content_hash: "murmur3:9f2e8a1b" }],
          related: [{ type: "session", url: "https://api.cursor.com/v1/sessions/67890" }],
        },
        {
          url: "https://api.cursor.com/v1/conversations/small",
          contributor: { type: "ai", model_id: "openai/gpt-5" },
          ranges: [
            { start_line: 1, end_line: 2 },
            { start_line: 3, end_line: 9, contributor: { type: "human" } },
          ],
        },
      ],
    },
    { path: "src/utils.ts", conversations: [] },
  ],
};

function read(body: unknown, form: "native" | "agent-trace" = "agent-trace") {
  return readChanges({ form, headers: {}, body }, "acme", now, config);
}

it.each(["agent-trace", "native"] as const)("reads a record sent as %s", (form) => {
  expect(read(record, form)).toMatchObject({ rejected: [], ignored: 0 });
  expect(read(record, form).accepted[0]?.change).toMatchObject({
    kind: "commit",
    changeId: revision,
    timeUnixMs: Date.parse("2026-11-19T14:30:00Z"),
    files: ["src/parser.ts", "src/utils.ts"],
    session: { agent: "cursor", id: "67890", model: "anthropic/claude-opus-4-5-20251101" },
    source: "agent-trace",
    details: {
      agentTrace: { id: record.id, conversations: 2, agentLines: 28, humanLines: 7 },
      authorship: { "agent-trace": { agent: "cursor", id: "67890" } },
    },
  });
});

it("names no session where people wrote every line", () => {
  const files = [
    {
      path: "a",
      conversations: [{ contributor: { type: "human" }, ranges: [{ start_line: 1, end_line: 5 }] }],
    },
  ];
  expect(read({ ...record, files }).accepted[0]?.change).toMatchObject({
    session: null,
    details: { agentTrace: { agentLines: 0, humanLines: 5 } },
  });
});

it.each([
  ["no revision", { ...record, vcs: { type: "git" } }, "missing_revision"],
  ["a revision of another system", { ...record, vcs: { type: "jj", revision } }, "bad_revision"],
  ["no time", { ...record, timestamp: undefined }, "missing_time"],
  ["a revision that is not hex", { ...record, vcs: { revision: "main" } }, "bad_revision"],
])("rejects a record with %s", (_name, body, reason) => {
  expect(read(body)).toMatchObject({ accepted: [], rejected: [{ index: 0, reason }] });
});

it("never throws on anything in its lists", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (files, conversations) => {
      for (const body of [
        { ...record, files },
        { ...record, files: [{ path: "a", conversations }] },
      ]) {
        const { accepted, rejected } = read(body);
        expect(accepted.length + rejected.length).toBe(1);
      }
    }),
  );
});
