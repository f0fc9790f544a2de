import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readNativeChange } from "../../../collector/changes/native-change.ts";
import { toNativeChange } from "../../../collector/changes/to-native-change.ts";
import { readGitChanges } from "../../../collector/git/read-git-changes.ts";
import { createGitRepository, type GitRepository } from "../../helpers/git-repository.ts";

describe("readGitChanges", () => {
  let repository: GitRepository;
  beforeEach(() => {
    repository = createGitRepository();
  });
  afterEach(() => repository.remove());

  it("reads commits oldest first, with files, parents, times and repository", async () => {
    const first = repository.commit({
      message: "Add the assistant\n\nWith a body.",
      time: "2026-11-01T10:00:00Z",
      files: { "src/agent.ts": "1", "docs/ä b\n.md": "2" },
    });
    const second = repository.commit({
      message: "Change it (#17)\n\nRefs: ISSUE-9",
      time: "2026-11-02T12:00:00+02:00",
      author: "Grace",
      email: "grace@shop.example",
      files: { "src/agent.ts": "2" },
    });
    repository.git(["remote", "add", "origin", "https://bot:t0ken@git.example/shop.git"]);

    const changes = await readGitChanges(repository.dir, { service: "shop-assistant" });

    expect(changes).toHaveLength(2);
    expect(changes[0]).toEqual({
      tenant: "",
      changeId: first,
      kind: "commit",
      timeUnixMs: Date.parse("2026-11-01T10:00:00Z"),
      service: "shop-assistant",
      environment: "",
      name: "",
      version: "",
      repository: "https://git.example/shop.git",
      revision: first,
      parents: [],
      author: "Ada <ada@shop.example>",
      message: "Add the assistant\n\nWith a body.",
      files: ["docs/ä b\n.md", "src/agent.ts"],
      pullRequest: "",
      session: null,
      prompt: "",
      intent: "",
      startedAtUnixMs: null,
      completedAtUnixMs: null,
      status: "",
      source: "git",
      artifacts: [],
      details: {},
    });
    expect(changes[1]).toMatchObject({
      changeId: second,
      parents: [first],
      timeUnixMs: Date.parse("2026-11-02T10:00:00Z"),
      author: "Grace <grace@shop.example>",
      files: ["src/agent.ts"],
      pullRequest: "17",
      intent: "ISSUE-9",
    });
  });

  it("keeps commits without files or message apart, and merges with what they brought in", async () => {
    const root = repository.commit({ message: "root", time: "2026-11-01T00:00:00Z" });
    repository.git(["checkout", "--quiet", "-b", "feature"]);
    const side = repository.commit({
      message: "side",
      time: "2026-11-01T01:00:00Z",
      files: { "\nodd": "x", b: "y" },
    });
    repository.git(["checkout", "--quiet", "main"]);
    const empty = repository.commit({ message: "", time: "2026-11-01T02:00:00Z" });
    const merge = "Merge pull request #42 from shop/feature";
    repository.git(["merge", "--quiet", "--no-ff", "-m", merge, "feature"], {
      GIT_COMMITTER_DATE: "2026-11-01T03:00:00Z",
    });

    const changes = await readGitChanges(repository.dir);

    expect(changes.map(({ revision, files, message }) => ({ revision, files, message }))).toEqual([
      { revision: root, files: [], message: "root" },
      { revision: side, files: ["\nodd", "b"], message: "side" },
      { revision: empty, files: [], message: "" },
      { revision: expect.any(String), files: ["\nodd", "b"], message: merge },
    ]);
    expect(changes.at(-1)).toMatchObject({ pullRequest: "42", parents: [empty, side] });
  });

  it("reads the agent session of a git-ai note before that of a trailer", async () => {
    const revision = repository.commit({
      message: "Add a tool\n\nClaude-Session: https://claude.ai/code/session_01trailer",
      time: "2026-11-03T00:00:00Z",
    });
    const note = [
      "src/agent/tools.ts",
      "  s_aaaaaaaaaaaaaa::t_bbbbbbbbbbbbbb 1-2",
      "  s_cccccccccccccc::t_dddddddddddddd 3-40,50",
      "---",
      JSON.stringify({
        schema_version: "authorship/3.0.0",
        base_commit_sha: revision,
        prompts: {},
        sessions: {
          s_aaaaaaaaaaaaaa: { agent_id: { tool: "cursor", id: "conv-1", model: "gpt-5" } },
          s_cccccccccccccc: {
            agent_id: { tool: "claude", id: "conv-2", model: "claude-opus-4-5" },
            human_author: "Ada <ada@shop.example>",
          },
        },
        humans: {},
      }),
    ].join("\n");
    repository.git(["notes", "--ref=refs/notes/ai", "add", "-m", note, revision]);

    const [change] = await readGitChanges(repository.dir);

    expect(change?.session).toEqual({ agent: "claude", id: "conv-2", model: "claude-opus-4-5" });
  });

  it("reads the prompt of an older git-ai note, and survives notes that are not JSON", async () => {
    const first = repository.commit({ message: "one", time: "2026-11-03T00:00:00Z" });
    const second = repository.commit({ message: "two", time: "2026-11-03T01:00:00Z" });
    const metadata = {
      schema_version: "authorship/2.0.0",
      prompts: {
        abcdef0123456789: {
          agent_id: { tool: "cursor", id: "c-9", model: "m" },
          messages: [
            { type: "user", text: "Let the agent read every file." },
            { type: "assistant", text: "Done." },
            { type: "user", text: "And the environment." },
          ],
        },
      },
    };
    const note = `a.ts\n  abcdef0123456789 1-9\n---\n${JSON.stringify(metadata)}`;
    repository.git(["notes", "--ref=refs/notes/ai", "add", "-m", note, first]);
    repository.git(["notes", "--ref=refs/notes/ai", "add", "-m", "x\n---\n{broken", second]);

    const changes = await readGitChanges(repository.dir);

    expect(changes[0]?.prompt).toBe("Let the agent read every file.\n\nAnd the environment.");
    expect(changes[1]).toMatchObject({ session: null, prompt: "" });
  });

  it("reads the prompt and session of an Entire checkpoint", async () => {
    repository.commit({ message: "root", time: "2026-11-03T00:00:00Z" });
    repository.git(["checkout", "--quiet", "--orphan", "entire/checkpoints/v1"]);
    repository.commit({
      message: "checkpoint",
      time: "2026-11-03T00:00:00Z",
      files: {
        "a1/b2c3d4e5f6/0/prompt.txt": "Add a shell tool\n",
        "a1/b2c3d4e5f6/0/metadata.json": '{"session_id":"2026-sess","agent":"Claude Code"}',
      },
    });
    repository.git(["checkout", "--quiet", "main"]);
    repository.commit({
      message: "Add tool\n\nEntire-Checkpoint: a1b2c3d4e5f6",
      time: "2026-11-03T01:00:00Z",
    });

    const change = (await readGitChanges(repository.dir)).at(-1);

    expect(change).toMatchObject({
      prompt: "Add a shell tool",
      session: { agent: "Claude Code", id: "2026-sess", model: "" },
    });
  });

  it("reads a checkpoint that has a ref of its own", async () => {
    const id = "01KXGTTNGCEACC83QZEJ5YAF0D";
    const tree = repository.commit({
      message: "checkpoint",
      time: "2026-11-03T00:00:00Z",
      files: { "0/prompt.txt": "Add a tool", "0/metadata.json": '{"session_id":"s-9"}' },
    });
    repository.git(["update-ref", `refs/entire/checkpoints/0D/${id}`, tree]);
    repository.commit({
      message: `Add tool\n\nEntire-Checkpoint: ${id}`,
      time: "2026-11-03T01:00:00Z",
    });

    expect((await readGitChanges(repository.dir)).at(-1)).toMatchObject({
      prompt: "Add a tool",
      session: { agent: "", id: "s-9", model: "" },
    });
  });

  it("honors since and maxCommits", async () => {
    for (const day of ["01", "02", "03", "04"]) {
      repository.commit({ message: `day ${day}`, time: `2026-11-${day}T00:00:00Z` });
    }
    const messages = async (options: Parameters<typeof readGitChanges>[1]) =>
      (await readGitChanges(repository.dir, options)).map(({ message }) => message);
    expect(await messages({ since: new Date("2026-11-02T12:00:00Z") })).toEqual([
      "day 03",
      "day 04",
    ]);
    expect(await messages({ maxCommits: 1 })).toEqual(["day 04"]);
  });

  it("gives nothing for a repository without commits", async () => {
    expect(await readGitChanges(repository.dir)).toEqual([]);
  });

  it("reads a bare repository", async () => {
    repository.commit({ message: "one", time: "2026-11-01T00:00:00Z" });
    const bare = join(repository.dir, "bare.git");
    repository.git(["clone", "--quiet", "--bare", repository.dir, bare]);
    expect(await readGitChanges(bare)).toHaveLength(1);
  });

  it("runs no program that the repository configures", async () => {
    const trap = join(repository.dir, "trap.sh");
    const trace = join(repository.dir, "ran");
    writeFileSync(trap, `#!/bin/sh\necho ran >> ${trace}\n`);
    chmodSync(trap, 0o755);
    signCommit(repository, repository.commit({ message: "one", time: "2026-11-01T00:00:00Z" }));
    for (const key of ["core.pager", "core.fsmonitor", "diff.external", "gpg.program"]) {
      repository.git(["config", key, trap]);
    }
    repository.git(["config", "log.showSignature", "true"]);
    // The trap works: git alone springs it.
    repository.git(["log", "-1"]);
    expect(existsSync(trace)).toBe(true);
    rmSync(trace);

    expect(await readGitChanges(repository.dir)).toHaveLength(1);

    expect(existsSync(trace)).toBe(false);
  });

  it("gives changes that the native form carries without loss", async () => {
    repository.commit({
      message: "Add a tool (#3)\n\nCo-Authored-By: Claude Opus 4.5 <noreply@anthropic.com>",
      time: "2026-11-03T00:00:00Z",
      files: { "a.ts": "1" },
    });
    const [change] = await readGitChanges(repository.dir, { repositoryUrl: "https://g/x" });
    expect(change?.session?.agent).toBe("claude-code");
    const posted = JSON.parse(JSON.stringify(toNativeChange(change as NonNullable<typeof change>)));
    expect(readNativeChange(posted, "")).toEqual(change);
  });

  it("cuts what the service would refuse, visibly", async () => {
    const files = Object.fromEntries(Array.from({ length: 5002 }, (_, i) => [`v/${i}`, "x"]));
    repository.commit({
      message: `Vendor\n\n${"word ".repeat(20_000)}`,
      time: "2026-11-03T00:00:00Z",
      files,
    });
    const [change] = await readGitChanges(repository.dir);
    expect(change?.files).toHaveLength(5000);
    expect(change?.files.at(-1)).toBe("[3 more files]");
    expect(change?.message.length).toBeLessThanOrEqual(65_536);
    expect(change?.message).toMatch(/word\n\[\d+ more characters were cut\]$/);
  });
});

describe("readGitChanges refuses", () => {
  const dir = mkdtempSync(join(tmpdir(), "telltale-no-git-"));
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  it("a folder that is no repository", async () => {
    await expect(readGitChanges(dir)).rejects.toThrow("expected a git repository, found none");
  });

  it("a folder that does not exist, even one that looks like an option", async () => {
    await expect(readGitChanges("/no/such/folder")).rejects.toThrow("expected a folder");
    await expect(readGitChanges("--upload-pack=touch x")).rejects.toThrow("expected a folder");
  });

  it("a folder inside a repository", async () => {
    const repository = createGitRepository();
    mkdirSync(join(repository.dir, "sub"));
    await expect(readGitChanges(join(repository.dir, "sub"))).rejects.toThrow("top folder");
    repository.remove();
  });
});

/** Puts HEAD on a copy of the commit that carries a signature. */
function signCommit(repository: GitRepository, revision: string): void {
  const signature = "gpgsig -----BEGIN PGP SIGNATURE-----\n \n AAAA\n -----END PGP SIGNATURE-----";
  const commit = repository.git(["cat-file", "commit", revision]);
  const file = join(repository.dir, "commit");
  writeFileSync(file, `${commit.replace(/^(committer .*)$/m, `$1\n${signature}`)}\n`);
  const signed = repository.git(["hash-object", "-t", "commit", "-w", file]);
  repository.git(["update-ref", "HEAD", signed]);
}
