import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Change } from "../../../core/model/change.ts";
import { ask, type HttpAnswer } from "../../helpers/http-request.ts";
import { keySetting } from "../../helpers/test-api.ts";
import { startTestCollector, type TestCollector } from "../../helpers/test-collector.ts";

const revision = "0123456789abcdef0123456789abcdef01234567";
const other = "f".repeat(40);
const json = { "content-type": "application/json" };

/** A note as git-ai 3.0.0 writes it. */
function note(conversation: string, prompt = "Let the agent read every file"): string {
  const metadata = {
    schema_version: "authorship/3.0.0",
    git_ai_version: "1.2.0",
    base_commit_sha: revision,
    sessions: {
      s_0123456789abcd: {
        agent_id: { tool: "claude-code", id: conversation, model: "claude-opus-4-5" },
        human_author: "Ada <ada@shop.example>",
        messages: [{ type: "user", text: prompt }],
      },
    },
    humans: {},
    prompts: {},
  };
  return `src/tools.ts\n  s_0123456789abcd::t_00112233445566 1-9\n---\n${JSON.stringify(metadata)}`;
}

describe("the notes backend of git-ai", () => {
  let collector: TestCollector;
  beforeEach(async () => {
    collector = await startTestCollector();
  });
  afterEach(async () => collector.close());

  const upload = (body: unknown, headers: Record<string, string> = json): Promise<HttpAnswer> =>
    ask(collector.port, {
      path: "/worker/notes/upload",
      headers,
      body: body instanceof Uint8Array || typeof body === "string" ? body : JSON.stringify(body),
    });
  const read = (query: string, path = "/worker/notes/"): Promise<HttpAnswer> =>
    ask(collector.port, { method: "GET", path: `${path}${query}` });
  const answerOf = (answer: HttpAnswer) => JSON.parse(answer.body.toString());
  const entry = (commit: string, content: string) => ({ commit_sha: commit, content });
  const queued = async () => {
    const records = await collector.queue.drain();
    return records.flatMap(({ body }) => JSON.parse(Buffer.from(body).toString()) as Change[]);
  };

  it("gives notes back as they came, byte for byte, and leaves unknown ones out", async () => {
    const odd = 'opaque \u0000 "text" with \u{1F600} and \r\n';
    const answer = await upload({ entries: [entry(revision, note("c-1")), entry(other, odd)] });
    expect(answer.status).toBe(200);
    expect(answerOf(answer)).toEqual({ success_count: 2, failure_count: 0 });
    const found = await read(`?commits=${revision},${other},${"1".repeat(40)}`);
    expect(found.status).toBe(200);
    expect(answerOf(found)).toEqual({ notes: { [revision]: note("c-1"), [other]: odd } });
  });

  it("queues what a note says about its commit", async () => {
    await upload({ entries: [entry(revision, note("c-1")), entry(other, "free text")] });
    expect(await queued()).toMatchObject([
      {
        kind: "commit",
        changeId: revision,
        source: "git-ai",
        repository: "",
        session: { agent: "claude-code", id: "c-1", model: "claude-opus-4-5" },
        prompt: "Let the agent read every file",
        details: { authorship: { "git-ai": { id: "c-1" } } },
      },
    ]);
  });

  it("adds to a commit that the forge announced, in either order", async () => {
    const commit = {
      kind: "commit",
      revision,
      time: "2026-11-20T10:00:00Z",
      repository: "https://git.example/shop",
      service: "shop",
    };
    const announce = (parts: object) =>
      ask(collector.port, {
        path: "/v1/changes",
        headers: json,
        body: JSON.stringify({ ...commit, ...parts }),
      });
    await upload({ entries: [entry(revision, note("c-1"))] });
    expect(answerOf(await announce({}))).toEqual({ accepted: 1, rejected: [] });
    await upload({ entries: [entry(revision, note("c-2"))] });
    const same = { repository: "git@git.example:shop.git", service: "" };
    expect(answerOf(await announce(same))).toEqual({ accepted: 1, rejected: [] });
    expect(answerOf(await announce({ repository: "https://git.example/fork" }))).toMatchObject({
      rejected: [{ reason: "id_taken" }],
    });
    expect((await queued()).map(({ source }) => source)).toEqual([
      "git-ai",
      "native",
      "git-ai",
      "native",
    ]);
  });

  it("replaces a note, and does nothing when the same comes again", async () => {
    await upload({ entries: [entry(revision, note("c-1"))] });
    await upload({ entries: [entry(revision, note("c-1"))] });
    expect(await queued()).toHaveLength(1);
    await upload({ entries: [entry(revision, note("c-2"))] });
    expect(answerOf(await read(`?commits=${revision}`)).notes[revision]).toBe(note("c-2"));
    expect(await queued()).toHaveLength(1);
  });

  it("answers 404 with an empty map when it knows none", async () => {
    for (const query of [`?commits=${other}`, "?commits="]) {
      const answer = await read(query);
      expect([answer.status, answerOf(answer)]).toEqual([404, { notes: {} }]);
    }
  });

  it("takes both paths with and without a slash at the end, and gzip", async () => {
    const body = gzipSync(JSON.stringify({ entries: [entry(revision, "x")] }));
    const answer = await ask(collector.port, {
      path: "/worker/notes/upload/",
      headers: { ...json, "content-encoding": "gzip" },
      body,
    });
    expect(answerOf(answer)).toEqual({ success_count: 1, failure_count: 0 });
    expect((await read(`?commits=${revision}`, "/worker/notes")).status).toBe(200);
  });

  it("counts entries without a hex id as failed and stores the others", async () => {
    const entries = [entry("main", "x"), entry("abc", "x"), entry("ABCDEF12", "kept")];
    expect(answerOf(await upload({ entries }))).toEqual({ success_count: 1, failure_count: 2 });
    expect(answerOf(await read("?commits=ABCDEF12"))).toEqual({ notes: { ABCDEF12: "kept" } });
    expect((await read("?commits=abcdef12")).status).toBe(404);
    expect(answerOf(await upload({ entries: [] }))).toEqual({ success_count: 0, failure_count: 0 });
  });

  it("takes a note of 8 MB", async () => {
    const content = "p".repeat(8_000_000);
    expect((await upload({ entries: [entry(revision, content)] })).status).toBe(200);
    expect(answerOf(await read(`?commits=${revision}`)).notes[revision]).toHaveLength(8_000_000);
  });

  it.each([
    ["no JSON", "not json", json, 400],
    ["no entries", "{}", json, 400],
    ["entries that are no list", '{"entries":{}}', json, 400],
    ["an entry without content", '{"entries":[{"commit_sha":"abcd"}]}', json, 400],
    ["an entry that is no object", '{"entries":[7]}', json, 400],
    ["another type", '{"entries":[]}', { "content-type": "text/plain" }, 415],
  ])("answers %s with an error in words", async (_name, body, headers, status) => {
    const answer = await upload(body, headers);
    expect(answer.status).toBe(status);
    expect(answerOf(answer)).toEqual({ error: expect.stringContaining("expected") });
  });

  it.each([
    "",
    "?commits=xyz1",
    `?commits=${Array(101).fill("abcd").join(",")}`,
    "?commits=a&commits=b",
  ])("refuses to read %s", async (query) => {
    expect((await read(query)).status).toBe(400);
  });

  it("refuses other methods", async () => {
    for (const path of ["/worker/notes/upload", "/worker/notes/"]) {
      const answer = await ask(collector.port, { method: "DELETE", path });
      expect(answer.status).toBe(405);
    }
  });

  it("never keeps the text of a note in plain bytes", async () => {
    const secret = "ghp_0123456789abcdefghijABCDEFGHIJ012345";
    await upload({ entries: [entry(revision, note("c-1", `Use ${secret}`))] });
    await upload({ entries: [entry(revision, "gone")] });
    const files = readdirSync(collector.notesDir).map((name) => join(collector.notesDir, name));
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) {
      expect(readFileSync(file).includes(secret)).toBe(false);
    }
  });
});

describe("with keys", () => {
  it("asks for ingest to write and read to read, and keeps tenants apart", async () => {
    const collector = await startTestCollector({
      settings: {
        auth: {
          apiKeys: [
            keySetting("acme-both", "acme", ["ingest", "read"]),
            keySetting("acme-ingest", "acme", ["ingest"]),
            keySetting("zeta-both", "zeta", ["ingest", "read"]),
          ],
        },
      },
    });
    const asking = (key: string | null, path: string, body?: string) =>
      ask(collector.port, {
        method: body === undefined ? "GET" : "POST",
        path,
        headers: { ...json, ...(key !== null && { "x-api-key": key }) },
        ...(body !== undefined && { body }),
      });
    try {
      const body = JSON.stringify({ entries: [{ commit_sha: revision, content: "acme's" }] });
      const path = `/worker/notes/?commits=${revision}`;
      const unknown = await asking(null, "/worker/notes/upload", body);
      expect(unknown.status).toBe(401);
      expect(JSON.parse(unknown.body.toString())).toEqual({ error: expect.any(String) });
      expect((await asking("acme-both", "/worker/notes/upload", body)).status).toBe(200);
      expect((await asking("acme-both", path)).status).toBe(200);
      expect((await asking("acme-ingest", path)).status).toBe(403);
      expect((await asking("zeta-both", path)).status).toBe(404);
    } finally {
      await collector.close();
    }
  });
});

it("answers 413 beyond the limit of a body and 503 beyond that of the notes", async () => {
  const collector = await startTestCollector({
    settings: { otlp: { maxBodyBytes: 2_000_000 }, notes: { maxBytes: 1_048_576 } },
  });
  const upload = (content: string) =>
    ask(collector.port, {
      path: "/worker/notes/upload",
      headers: json,
      body: JSON.stringify({ entries: [{ commit_sha: revision, content }] }),
    });
  try {
    expect((await upload("x".repeat(2_000_000))).status).toBe(413);
    const full = await upload("x".repeat(1_500_000));
    expect([full.status, full.headers["retry-after"]]).toEqual([503, "60"]);
    expect((await upload("x".repeat(1_000_000))).status).toBe(200);
  } finally {
    await collector.close();
  }
});
