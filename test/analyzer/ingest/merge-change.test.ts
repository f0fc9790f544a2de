import { mergeChange } from "../../../analyzer/ingest/merge-change.ts";
import type { Change } from "../../../core/model/change.ts";
import { makeChange } from "../../helpers/change.ts";

const ten = Date.parse("2026-11-20T10:00:00Z");
const session = (id: string, agent = "claude-code") => ({ agent, id, model: "" });

const pushed = makeChange({
  kind: "commit",
  timeUnixMs: ten,
  repository: "https://git.example/shop",
  author: "Ada <ada@shop.example>",
  message: "Add a tool",
  files: ["src/tools.ts", "docs/tools.md"],
  session: session(""),
  source: "github",
});

const noted = makeChange({
  kind: "commit",
  timeUnixMs: ten + 5000,
  session: { agent: "claude-code", id: "conv-1", model: "opus" },
  prompt: "Add a tool",
  source: "git-ai",
  details: { authorship: { "git-ai": session("conv-1") } },
});

describe("an authorship note", () => {
  const expected = {
    timeUnixMs: ten,
    repository: pushed.repository,
    author: pushed.author,
    message: pushed.message,
    files: pushed.files,
    session: noted.session,
    prompt: "Add a tool",
    details: noted.details,
  };

  it("adds session and prompt to a pushed commit and takes nothing away", () => {
    expect(mergeChange(pushed, noted)).toMatchObject({ ...expected, source: "github" });
  });

  it("gives the same when the push comes later", () => {
    expect(mergeChange(noted, pushed)).toMatchObject({ ...expected, source: "github" });
  });

  it("wins over a trailer that names another session", () => {
    const trailer = { ...pushed, session: session("trailer") };
    expect(mergeChange(trailer, noted).session?.id).toBe("conv-1");
    expect(mergeChange(noted, trailer).session?.id).toBe("conv-1");
  });

  it("gives way to a newer note", () => {
    const newer = {
      ...noted,
      session: session("conv-2"),
      details: { authorship: { "git-ai": session("conv-2") } },
    };
    expect(mergeChange(mergeChange(pushed, noted), newer).session?.id).toBe("conv-2");
  });
});

it("prefers a trailer to an Agent Trace record, and the record to a signature", () => {
  const traced = makeChange({
    kind: "commit",
    session: session("trace", "cursor"),
    files: ["src/tools.ts"],
    source: "agent-trace",
    details: { authorship: { "agent-trace": session("trace", "cursor") } },
  });
  expect(mergeChange(pushed, traced)).toMatchObject({
    session: { id: "trace" },
    files: pushed.files,
  });
  expect(mergeChange({ ...pushed, session: session("trailer") }, traced).session?.id).toBe(
    "trailer",
  );
});

describe("statements of a forge", () => {
  const at = (minutes: number, parts: Partial<Change>) =>
    makeChange({
      source: "github",
      timeUnixMs: ten + minutes * 60_000,
      startedAtUnixMs: ten,
      ...parts,
    });
  const started = at(0, { status: "started" });
  const failed = at(5, { status: "failed", completedAtUnixMs: ten + 300_000 });
  const succeeded = at(9, { status: "succeeded", completedAtUnixMs: ten + 540_000 });

  it.each([
    ["in order", [started, failed, succeeded]],
    ["newest first", [succeeded, failed, started]],
    ["shuffled", [failed, started, succeeded]],
    ["with a replay at the end", [started, failed, succeeded, failed]],
  ])("end alike when they come %s", (_name, statements) => {
    expect(statements.reduce((before, after) => mergeChange(before, after))).toMatchObject({
      status: "succeeded",
      timeUnixMs: succeeded.timeUnixMs,
      completedAtUnixMs: succeeded.completedAtUnixMs,
    });
  });

  it("keep the newer of two runs of a pipeline, whichever comes last", () => {
    const run = (result: string, time: string) =>
      makeChange({
        kind: "commit",
        source: "github",
        details: { pipelines: { CI: { result, time } } },
      });
    const runs = [
      run("success", "2026-11-20T10:05:00Z"),
      run("failure", "2026-11-20T10:00:00Z"),
    ] as const;
    const expected = { pipelines: { CI: { result: "success", time: "2026-11-20T10:05:00Z" } } };
    expect(mergeChange(runs[0], runs[1]).details).toEqual(expected);
    expect(mergeChange(runs[1], runs[0]).details).toEqual(expected);
  });

  it("add up reviews by reviewer", () => {
    const review = (reviewer: string, state: string, minutes: number) =>
      at(minutes, {
        kind: "pull_request",
        details: { state: "open", reviews: { [reviewer]: { state } } },
      });
    const merged = [
      review("ada", "approved", 1),
      review("bob", "commented", 2),
      review("ada", "dismissed", 3),
    ].reduce((before, after) => mergeChange(before, after));
    expect(merged.details).toEqual({
      state: "open",
      reviews: { ada: { state: "dismissed" }, bob: { state: "commented" } },
    });
  });
});

describe("a deployment", () => {
  const done = makeChange({
    status: "succeeded",
    startedAtUnixMs: ten,
    completedAtUnixMs: ten + 60_000,
    artifacts: ["sha256:aa"],
    details: { task: "deploy" },
  });

  it("is not started again by a message that only tells the start", () => {
    expect(
      mergeChange(done, makeChange({ status: "started", startedAtUnixMs: ten })),
    ).toMatchObject({
      status: "succeeded",
      completedAtUnixMs: ten + 60_000,
    });
  });

  it("is started again by a later start", () => {
    const again = makeChange({ status: "started", startedAtUnixMs: ten + 120_000 });
    expect(mergeChange(done, again)).toMatchObject({ status: "started", completedAtUnixMs: null });
  });

  it("keeps artifacts and details that a later statement leaves out", () => {
    expect(mergeChange(done, makeChange({ status: "failed" }))).toMatchObject({
      status: "failed",
      artifacts: ["sha256:aa"],
      details: { task: "deploy" },
    });
  });
});
