import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Repository } from "../../../core/config/config.ts";
import type { FileRequest } from "../../../feedback/forge/forge.ts";
import { createLocalGit } from "../../../feedback/forge/local-git.ts";
import { proposalPage } from "../../../feedback/forge/proposal-page.ts";
import { createGitRepository, type GitRepository } from "../../helpers/git-repository.ts";
import { findingOf } from "../finding-of.ts";

const path = ".claude/settings.json";
const before = `{\n  "permissions": {\n    "deny": []\n  }\n}\n`;
const after = before.replace("[]", `["WebFetch(domain:evil.example)"]`);
const proposalId = "ab".repeat(16);

function requestOf(changes: Partial<FileRequest> = {}): FileRequest {
  return {
    proposalId,
    fingerprint: "0123456789abcdef0123456789abcdef",
    surface: "guardrail",
    title: "Add guardrail against data exfiltration (01234567)",
    page: "# Page\n",
    edits: [{ path, before, after }],
    timeUnixMs: Date.parse("2026-11-12T10:00:00Z"),
    ...changes,
  };
}

describe("the local git forge", () => {
  const forge = createLocalGit();
  let work: GitRepository;
  let repository: Repository;

  beforeEach(() => {
    work = createGitRepository();
    work.commit({ message: "Start", time: "2026-11-01T00:00:00Z", files: { [path]: before } });
    repository = Repository.parse({ id: "shop", path: work.dir });
  });

  afterEach(() => work.remove());

  const reference = (commit: string) => ({
    proposalId,
    branch: "telltale/0123456789ab-guardrail",
    commit,
    edits: requestOf().edits,
  });

  async function fateOf(commit: string) {
    return forge.fate(repository, reference(commit));
  }

  it("writes a branch with one commit and leaves work tree, index and branches alone", async () => {
    writeFileSync(join(work.dir, "dirty.txt"), "user's work");
    work.git(["add", "dirty.txt"]);
    const marker = join(work.dir, "hook-ran");
    mkdirSync(join(work.dir, ".git/hooks"), { recursive: true });
    writeFileSync(
      join(work.dir, ".git/hooks/reference-transaction"),
      `#!/bin/sh\ntouch ${marker}\n`,
      { mode: 0o755 },
    );
    const main = work.git(["rev-parse", "main"]);
    const status = work.git(["status", "--porcelain"]);
    const filed = await forge.file(repository, requestOf());
    expect(filed.branch).toBe("telltale/0123456789ab-guardrail");
    expect(filed.forge).toEqual({
      kind: "local-git",
      url: "git:shop/telltale/0123456789ab-guardrail",
      number: "telltale/0123456789ab-guardrail",
    });
    expect(work.git(["rev-parse", "main"])).toBe(main);
    expect(existsSync(marker)).toBe(false);
    expect(work.git(["symbolic-ref", "HEAD"])).toBe("refs/heads/main");
    expect(work.git(["status", "--porcelain"])).toBe(status);
    expect(readFileSync(join(work.dir, path), "utf8")).toBe(before);
    expect(work.git(["show", `${filed.branch}:${path}`])).toBe(after.trimEnd());
    expect(work.git(["log", "-1", "--format=%an %ae %P%n%B", filed.branch])).toBe(
      `Telltale telltale@localhost ${main}\nAdd guardrail against data exfiltration (01234567)\n\nTelltale-Proposal: ${proposalId}`,
    );
    expect(work.git(["show", `telltale/proposals:${proposalId}.md`])).toBe("# Page");
  });

  it("files nothing twice, also when a person has built on the branch", async () => {
    const first = await forge.file(repository, requestOf());
    work.git(["checkout", "--quiet", first.branch]);
    work.commit({ message: "On top", time: "2026-11-12T11:00:00Z", files: { "a.txt": "a" } });
    work.git(["checkout", "--quiet", "main"]);
    const tip = work.git(["rev-parse", first.branch]);
    expect(await forge.file(repository, requestOf())).toEqual(first);
    expect(work.git(["rev-parse", first.branch])).toBe(tip);
  });

  it("lets one of two writers of different proposals win", async () => {
    const results = await Promise.allSettled([
      forge.file(repository, requestOf()),
      forge.file(repository, requestOf({ proposalId: "cd".repeat(16) })),
    ]);
    expect(results.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
  });

  it("keeps every page on one branch", async () => {
    await forge.file(repository, requestOf());
    const other = requestOf({
      proposalId: "cd".repeat(16),
      surface: "threat-model",
      page: "# Two\n",
    });
    await forge.file(repository, other);
    expect(work.git(["ls-tree", "--name-only", "telltale/proposals"]).split("\n")).toHaveLength(2);
  });

  it("replaces the page of a filed proposal and nothing else", async () => {
    const { branch, commit } = await forge.file(repository, requestOf());
    const timeUnixMs = Date.parse("2026-11-12T12:00:00Z");
    await forge.updatePage(repository, { proposalId, page: "# More\n", timeUnixMs });
    expect(work.git(["show", `telltale/proposals:${proposalId}.md`])).toBe("# More");
    expect(work.git(["rev-parse", branch])).toBe(commit);
  });

  it("refuses a branch that is someone else's and a target that has changed", async () => {
    work.git(["branch", "telltale/0123456789ab-guardrail"]);
    await expect(forge.file(repository, requestOf())).rejects.toMatchObject({
      code: "BRANCH_TAKEN",
    });
    const stale = requestOf({ surface: "threat-model", edits: [{ path, before: "{}", after }] });
    await expect(forge.file(repository, stale)).rejects.toMatchObject({ code: "TARGET_CHANGED" });
    expect(work.git(["branch", "--list", "telltale/*threat*"])).toBe("");
  });

  it.each([
    "../outside.json",
    "/etc/passwd",
    ".git/config",
    "sub/.git/config",
    ".github/workflows/x.yml",
    ".gitmodules",
    "a/../b",
    "-x",
    "a\nb",
    "link/settings.json",
    "CLAUDE.md",
    "",
  ])("refuses the target %j", async (target) => {
    symlinkSync("/etc", join(work.dir, "link"));
    symlinkSync("/etc/passwd", join(work.dir, "CLAUDE.md"));
    work.commit({ message: "Links", time: "2026-11-02T00:00:00Z" });
    const request = requestOf({ edits: [{ path: target, before: null, after: "x" }] });
    await expect(forge.file(repository, request)).rejects.toMatchObject({ code: "TARGET_UNSAFE" });
    expect(work.git(["branch", "--list", "telltale/*"])).toBe("");
  });

  it("says what is wrong with a folder that is no repository", async () => {
    const none = Repository.parse({ id: "none", path: "/nonexistent" });
    await expect(forge.readFile(none, path)).rejects.toMatchObject({ code: "REPOSITORY_UNUSABLE" });
  });

  it("reads files of the default branch, not of the work tree", async () => {
    writeFileSync(join(work.dir, path), "changed");
    expect(await forge.readFile(repository, path)).toBe(before);
    expect(await forge.readFile(repository, "no/such.json")).toBeNull();
  });

  it("sees that a branch is open, and closed when a person deletes it", async () => {
    const { commit, branch } = await forge.file(repository, requestOf());
    expect(await fateOf(commit)).toEqual({ status: "open" });
    work.git(["branch", "-D", branch]);
    expect(await fateOf(commit)).toEqual({ status: "closed" });
  });

  it("does not take a merge into another branch for a merge", async () => {
    const { commit, branch } = await forge.file(repository, requestOf());
    work.git(["branch", "staging", branch]);
    expect(await fateOf(commit)).toEqual({ status: "open" });
  });

  it("finds a merge commit, and only later revisions contain it", async () => {
    const { commit, branch } = await forge.file(repository, requestOf());
    const old = work.git(["rev-parse", "main"]);
    work.git(["merge", "--quiet", "--no-ff", "--no-edit", branch]);
    const merge = work.git(["rev-parse", "main"]);
    work.commit({ message: "Later", time: "2026-11-13T00:00:00Z", files: { "b.txt": "b" } });
    const later = work.git(["rev-parse", "main"]);
    expect(await fateOf(commit)).toEqual({ status: "merged", revision: merge, how: "ancestor" });
    const contains = (revision: string) =>
      forge.contains(repository, { mergeRevision: merge, revision, edits: requestOf().edits });
    expect(await contains(later)).toBe(true);
    expect(await contains(old)).toBe(false);
    expect(await contains("f".repeat(40))).toBe(false);
    expect(await contains("--upload-pack=touch /tmp/x")).toBe(false);
    expect(await contains("main")).toBe(false);
  });

  it.each(["merge --quiet --no-ff --no-edit", "merge --quiet --squash"])(
    "is undone after %s by the command on its page",
    async (how) => {
      const page = proposalPage({
        proposalId,
        title: requestOf().title,
        summary: "Add a rule.",
        surface: "guardrail",
        finding: findingOf(),
        others: [],
        backtest: null,
        hold: "",
        maxDays: 14,
      });
      const { branch } = await forge.file(repository, requestOf({ page }));
      work.git([...how.split(" "), branch]);
      if (how.includes("squash")) {
        const message = work.git(["log", "-1", "--format=%B", branch]);
        work.git(["commit", "--quiet", "-m", message]);
      }
      expect(readFileSync(join(work.dir, path), "utf8")).toBe(after);
      const command = /```sh\n(.*)\n```/.exec(page)?.[1] ?? "exit 1";
      const env = { ...process.env, GIT_AUTHOR_NAME: "A", GIT_AUTHOR_EMAIL: "a@b.example" };
      const committer = { GIT_COMMITTER_NAME: "A", GIT_COMMITTER_EMAIL: "a@b.example" };
      execFileSync("sh", ["-c", command], {
        cwd: work.dir,
        env: { ...env, ...committer },
        stdio: "pipe",
      });
      expect(readFileSync(join(work.dir, path), "utf8")).toBe(before);
    },
  );

  it("finds a fast-forward", async () => {
    const { commit, branch } = await forge.file(repository, requestOf());
    work.git(["merge", "--quiet", "--ff-only", branch]);
    expect(await fateOf(commit)).toEqual({ status: "merged", revision: commit, how: "ancestor" });
  });

  it("does not count a revision in which the merge was reverted", async () => {
    const { commit, branch } = await forge.file(repository, requestOf());
    work.git(["merge", "--quiet", "--ff-only", branch]);
    work.git(["revert", "--no-edit", commit]);
    const reverted = work.git(["rev-parse", "main"]);
    const query = { mergeRevision: commit, revision: reverted, edits: requestOf().edits };
    expect(await forge.contains(repository, query)).toBe(false);
  });

  it.each([
    { how: "patch_id", message: "Squashed", content: after },
    {
      how: "trailer",
      message: `Squashed\n\nTelltale-Proposal: ${proposalId}`,
      content: after.replace("evil", "bad"),
    },
    { how: "content", message: "Squashed", content: after.replace("{\n", '{\n  "model": "x",\n') },
  ])("finds a squash by $how", async ({ how, message, content }) => {
    const { commit, branch } = await forge.file(repository, requestOf());
    work.commit({ message: "Between", time: "2026-11-12T12:00:00Z", files: { "c.txt": "c" } });
    const files = { [path]: content };
    const revision = work.commit({ message, time: "2026-11-12T13:00:00Z", files });
    work.git(["branch", "-D", branch]);
    expect(await fateOf(commit)).toEqual({ status: "merged", revision, how });
  });

  it("writes a file that did not exist, and an executable one keeps its mode", async () => {
    work.git(["update-index", "--chmod=+x", path]);
    work.commit({ message: "Mode", time: "2026-11-02T00:00:00Z" });
    work.git(["update-index", "--chmod=+x", path]);
    work.git(["commit", "--quiet", "--amend", "--no-edit"]);
    const edits = [
      ...requestOf().edits,
      { path: "threat-model/otm.yaml", before: null, after: "a: 1\n" },
    ];
    const { branch } = await forge.file(repository, requestOf({ edits }));
    expect(work.git(["ls-tree", branch, "--", path])).toMatch(/^100755/);
    expect(work.git(["show", `${branch}:threat-model/otm.yaml`])).toBe("a: 1");
  });
});
