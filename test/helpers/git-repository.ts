import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

export interface CommitOptions {
  readonly message: string;
  /** RFC 3339; the committer's and the author's time. */
  readonly time: string;
  readonly author?: string;
  readonly email?: string;
  /** Contents by path. */
  readonly files?: Readonly<Record<string, string>>;
}

/** A real repository in a temporary folder. */
export interface GitRepository {
  readonly dir: string;
  git(args: readonly string[], env?: Record<string, string>): string;
  /** Commits all of the work tree and gives the revision. */
  commit(options: CommitOptions): string;
  remove(): void;
}

export function createGitRepository(): GitRepository {
  const dir = mkdtempSync(join(tmpdir(), "telltale-git-"));
  const git = (args: readonly string[], env: Record<string, string> = {}) =>
    execFileSync("git", args, {
      cwd: dir,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        PATH: process.env["PATH"],
        HOME: dir,
        GIT_CONFIG_NOSYSTEM: "1",
        GIT_AUTHOR_NAME: "Ada",
        GIT_AUTHOR_EMAIL: "ada@shop.example",
        GIT_COMMITTER_NAME: "Ada",
        GIT_COMMITTER_EMAIL: "ada@shop.example",
        GIT_AUTHOR_DATE: "2026-11-01T00:00:00Z",
        GIT_COMMITTER_DATE: "2026-11-01T00:00:00Z",
        ...env,
      },
    }).trim();
  git(["init", "--quiet", "--initial-branch=main"]);
  return {
    dir,
    git,
    commit({ message, time, author = "Ada", email = "ada@shop.example", files = {} }) {
      for (const [path, content] of Object.entries(files)) {
        mkdirSync(dirname(join(dir, path)), { recursive: true });
        writeFileSync(join(dir, path), content);
      }
      git(["add", "--all"]);
      git(["commit", "--quiet", "--allow-empty", "--allow-empty-message", "-m", message], {
        GIT_AUTHOR_NAME: author,
        GIT_AUTHOR_EMAIL: email,
        GIT_AUTHOR_DATE: time,
        GIT_COMMITTER_DATE: time,
      });
      return git(["rev-parse", "HEAD"]);
    },
    remove: () => rmSync(dir, { recursive: true, force: true }),
  };
}
