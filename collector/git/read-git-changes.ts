import { realpath } from "node:fs/promises";
import type { Change } from "../../core/model/change.ts";
import { createChange } from "../../core/model/create-change.ts";
import { cutFiles, cutText } from "./cut-visibly.ts";
import type { GitAiRecord } from "./parse-git-ai-note.ts";
import { type LoggedCommit, logFormat, parseLog } from "./parse-log.ts";
import { type Checkpoint, readCheckpoints } from "./read-checkpoints.ts";
import { readGitAiNotes } from "./read-git-ai-notes.ts";
import { readIntent, readPullRequest } from "./read-references.ts";
import { readCheckpointId, readSession } from "./read-session.ts";
import { readTrailers } from "./read-trailers.ts";
import { GitError, runGit } from "./run-git.ts";

export interface ReadGitOptions {
  /** Commits made before are left out. */
  readonly since?: Date;
  /** The newest so many; 10,000 unless given. */
  readonly maxCommits?: number;
  /** `service.name` of what is deployed from this repository. */
  readonly service?: string;
  /** How change events name the repository; else the URL of `origin`, else its path. */
  readonly repositoryUrl?: string;
}

/**
 * The commits reachable from HEAD as changes, oldest first, with files, trailers, authorship
 * notes, pull request and intent. `tenant` is empty: the service that takes them fills it in.
 * Files of a merge are those it brought in against its first parent.
 *
 * @throws GitError saying what was expected when the folder is not the top of a repository.
 */
export async function readGitChanges(
  repoDir: string,
  options: ReadGitOptions = {},
): Promise<Change[]> {
  await requireTopFolder(repoDir);
  const commits = await readLog(repoDir, options);
  const notes = await readGitAiNotes(repoDir, new Set(commits.map(({ revision }) => revision)));
  const checkpoints = await readCheckpoints(repoDir, [
    ...new Set(
      commits
        .map(({ message }) => readCheckpointId(readTrailers(message)))
        .filter((id) => id !== ""),
    ),
  ]);
  const repository = options.repositoryUrl ?? (await repositoryName(repoDir));
  const facts = { repository, service: options.service ?? "", notes, checkpoints };
  return commits.map((commit) => toChange(commit, facts)).toReversed();
}

interface RepositoryFacts {
  readonly repository: string;
  readonly service: string;
  readonly notes: ReadonlyMap<string, GitAiRecord>;
  readonly checkpoints: ReadonlyMap<string, Checkpoint>;
}

function toChange(commit: LoggedCommit, facts: RepositoryFacts): Change {
  const { revision, parents, author, timeUnixMs, message, files } = commit;
  const trailers = readTrailers(message);
  const note = facts.notes.get(revision);
  const checkpoint = facts.checkpoints.get(readCheckpointId(trailers));
  return createChange({
    changeId: revision,
    kind: "commit",
    timeUnixMs,
    service: facts.service,
    repository: facts.repository,
    revision,
    parents,
    author: author.slice(0, 1024),
    message: cutText(message),
    files: cutFiles(files),
    pullRequest: readPullRequest(message),
    session: readSession({
      trailers,
      author,
      noted: note?.session ?? null,
      checkpoint: checkpoint?.session ?? null,
    }),
    prompt: cutText(note?.prompt || (checkpoint?.prompt ?? "")),
    intent: readIntent(message, trailers).slice(0, 1024),
    source: "git",
    details: note === undefined ? {} : { authorship: { "git-ai": note.session } },
  });
}

/** A folder inside a repository is refused: importing the repository around it is a surprise. */
async function requireTopFolder(repoDir: string): Promise<void> {
  const prefix = (await runGit(repoDir, ["rev-parse", "--show-prefix"])).toString("utf8").trim();
  if (prefix !== "") {
    throw new GitError(
      `${repoDir}: expected the top folder of a git repository, found the folder ${prefix} inside one`,
    );
  }
}

async function readLog(repoDir: string, options: ReadGitOptions): Promise<LoggedCommit[]> {
  const head = await runGit(repoDir, ["rev-parse", "--revs-only", "HEAD"]);
  if (head.length === 0) {
    return [];
  }
  const output = await runGit(repoDir, [
    "log",
    "-z",
    "--name-only",
    "--no-renames",
    "--diff-merges=first-parent",
    "--no-ext-diff",
    "--no-textconv",
    "--no-show-signature",
    "--no-notes",
    "--no-color",
    "--encoding=UTF-8",
    `--format=${logFormat}`,
    `--max-count=${options.maxCommits ?? 10_000}`,
    ...(options.since === undefined ? [] : [`--since=${options.since.toISOString()}`]),
    "--end-of-options",
    "HEAD",
    "--",
  ]);
  return parseLog(output.toString("utf8"));
}

async function repositoryName(repoDir: string): Promise<string> {
  const url = await runGit(repoDir, ["config", "--get", "--default", "", "remote.origin.url"]);
  return withoutCredentials(url.toString("utf8").trim()) || (await realpath(repoDir));
}

/** Clone URLs often carry a token, which must not become the name of anything. */
function withoutCredentials(url: string): string {
  return url.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/@]*@/i, "$1");
}
