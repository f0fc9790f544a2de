import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Repository } from "../../core/config/config.ts";
import { revisionSlot } from "../text/slots.ts";
import type { FileEdit } from "../text/unified-diff.ts";
import {
  type FiledProposal,
  type FileRequest,
  type Forge,
  ForgeError,
  type ProposalPage,
} from "./forge.ts";
import { carriesAddedLines, findMerge } from "./merge-evidence.ts";
import { createGit, type Git } from "./run-git.ts";
import { assertSafeTarget } from "./target-path.ts";

/** The branch that keeps the proposals' pages, one file each, apart from the code. */
const pagesBranch = "refs/heads/telltale/proposals";
const author = "Telltale";
const email = "telltale@localhost";
const noObject = "0".repeat(40);

/**
 * A local git repository as forge. Branches and commits are written with plumbing commands and
 * an index of their own, so the user's work tree, index and checked-out branch are never touched.
 * `update-ref` with the old value zero creates the branch or fails: it is the lock
 * between two writers.
 */
export function createLocalGit(): Forge {
  return {
    kind: "local-git",
    async readFile(repository, path) {
      const git = createGit(repository.path);
      const branch = await defaultBranch(git, repository);
      await assertSafeTarget(git, branch, path);
      return readBlob(git, branch, path);
    },
    async file(repository, request) {
      const git = createGit(repository.path);
      const branch = branchName(request);
      const commit =
        (await filedCommit(git, branch, request.proposalId)) ??
        (await createBranch(git, repository, request));
      await writePage(git, request);
      return filed(repository, branch, commit);
    },
    updatePage: (repository, page) => writePage(createGit(repository.path), page),
    stateToken: (repository) =>
      createGit(repository.path).run([
        "for-each-ref",
        "--format=%(objectname) %(refname)",
        "refs/heads",
      ]),
    async fate(repository, reference) {
      const git = createGit(repository.path);
      const main = await branchShortName(git, repository);
      const merge = await findMerge(git, main, reference);
      if (merge !== undefined) {
        return { status: "merged", ...merge };
      }
      const ref = `refs/heads/${reference.branch}`;
      const isThere = (await git.tryRun(["rev-parse", "--verify", "--quiet", ref])) !== undefined;
      return { status: isThere ? "open" : "closed" };
    },
    async contains(repository, { mergeRevision, revision, edits }) {
      // A revision comes from telemetry or a change event: only a full commit id reaches git.
      const [merge, deployed] = [revisionSlot(mergeRevision), revisionSlot(revision)];
      if (merge === undefined || deployed === undefined) {
        return false;
      }
      const git = createGit(repository.path);
      const isAncestor = await git.tryRun(["merge-base", "--is-ancestor", merge, deployed]);
      return isAncestor !== undefined && (await carriesAddedLines(git, deployed, { edits }));
    },
  };
}

/** Name of a proposal's branch: fixed words, twelve hex digits and the surface. */
export function branchName({
  fingerprint,
  surface,
}: Pick<FileRequest, "fingerprint" | "surface">): string {
  return `telltale/${fingerprint.slice(0, 12)}-${surface}`;
}

function filed(repository: Repository, branch: string, commit: string): FiledProposal {
  const url = `git:${repository.id}/${branch}`;
  return { forge: { kind: "local-git", url, number: branch }, branch, commit };
}

/** The commit of our own branch, when it is there already: a crash came before the ledger. */
async function filedCommit(
  git: Git,
  branch: string,
  proposalId: string,
): Promise<string | undefined> {
  const ref = `refs/heads/${branch}`;
  const tip = await git.tryRun(["rev-parse", "--verify", "--quiet", `${ref}^{commit}`]);
  if (tip === undefined) {
    return undefined;
  }
  const format = "--format=%H %(trailers:key=Telltale-Proposal,valueonly,separator=%x2C)";
  // A person may have added commits on top; ours is then a little further down.
  const log = await git.run(["log", "--max-count=50", format, ref]);
  const ours = log.split("\n").find((line) => line.endsWith(` ${proposalId}`));
  if (ours === undefined) {
    throw new ForgeError("BRANCH_TAKEN", `The branch ${branch} belongs to something else.`);
  }
  return ours.slice(0, ours.indexOf(" "));
}

async function createBranch(
  git: Git,
  repository: Repository,
  request: FileRequest,
): Promise<string> {
  const base = await git.run([
    "rev-parse",
    "--verify",
    `${await defaultBranch(git, repository)}^{commit}`,
  ]);
  for (const edit of request.edits) {
    await assertSafeTarget(git, base, edit.path);
    if ((await readBlob(git, base, edit.path)) !== edit.before) {
      throw new ForgeError("TARGET_CHANGED", `${edit.path} has changed since the draft was made.`);
    }
  }
  const message = `${request.title}\n\nTelltale-Proposal: ${request.proposalId}\n`;
  const tree = await writeTree(git, base, request.edits);
  const commit = await commitTree(git, { tree, parent: base, message }, request.timeUnixMs);
  const ref = `refs/heads/${branchName(request)}`;
  const created = await git.tryRun(["update-ref", "--no-deref", ref, commit, zeroFor(commit)]);
  if (created === undefined) {
    throw new ForgeError(
      "BRANCH_TAKEN",
      `The branch ${branchName(request)} was created meanwhile.`,
    );
  }
  return commit;
}

/** A page per proposal on its own branch: `git show telltale/proposals:<id>.md`. */
async function writePage(git: Git, { proposalId, page, timeUnixMs }: ProposalPage): Promise<void> {
  const parent = await git.tryRun(["rev-parse", "--verify", "--quiet", `${pagesBranch}^{commit}`]);
  const path = `${proposalId}.md`;
  if (parent !== undefined && (await readBlob(git, parent, path)) === page) {
    return;
  }
  const tree = await writeTree(git, parent, [{ path, before: null, after: page }]);
  const message = `Add page of proposal ${proposalId}\n`;
  const commit = await commitTree(git, { tree, parent, message }, timeUnixMs);
  await git.run(["update-ref", "--no-deref", pagesBranch, commit, parent ?? zeroFor(commit)]);
}

/** Writes edits on top of a commit's tree through a temporary index. */
async function writeTree(
  git: Git,
  base: string | undefined,
  edits: readonly FileEdit[],
): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "telltale-index-"));
  const env = { GIT_INDEX_FILE: join(directory, "index") };
  try {
    await git.run(base === undefined ? ["read-tree", "--empty"] : ["read-tree", base], { env });
    for (const { path, after } of edits) {
      const blob = await git.run(["hash-object", "-w", "--no-filters", "--stdin"], {
        input: after,
      });
      const mode = base === undefined ? "100644" : await fileMode(git, base, path);
      await git.run(["update-index", "--add", "--cacheinfo", `${mode},${blob},${path}`], { env });
    }
    return await git.run(["write-tree"], { env });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function fileMode(git: Git, commit: string, path: string): Promise<string> {
  const entry = await git.run(["ls-tree", commit, "--", path]);
  return entry.startsWith("100755") ? "100755" : "100644";
}

interface NewCommit {
  readonly tree: string;
  readonly parent: string | undefined;
  readonly message: string;
}

function commitTree(
  git: Git,
  { tree, parent, message }: NewCommit,
  timeUnixMs: number,
): Promise<string> {
  const date = `${Math.floor(timeUnixMs / 1000)} +0000`;
  const env = {
    GIT_AUTHOR_NAME: author,
    GIT_AUTHOR_EMAIL: email,
    GIT_AUTHOR_DATE: date,
    GIT_COMMITTER_NAME: author,
    GIT_COMMITTER_EMAIL: email,
    GIT_COMMITTER_DATE: date,
  };
  const parents = parent === undefined ? [] : ["-p", parent];
  return git.run(["commit-tree", tree, ...parents, "-F", "-"], { input: message, env });
}

/** Bytes as text, exactly; a file that is not UTF-8 cannot be edited and is refused. */
async function readBlob(git: Git, commit: string, path: string): Promise<string | null> {
  const entry = await git.run(["ls-tree", commit, "--", path]);
  const object = /^100(?:644|755) blob ([0-9a-f]+)\t/.exec(entry)?.[1];
  if (object === undefined) {
    return null;
  }
  const text = await git.run(["cat-file", "blob", object], { raw: true });
  if (text.includes("\uFFFD")) {
    throw new ForgeError("TARGET_UNSAFE", `Expected UTF-8 text in ${path}.`);
  }
  return text;
}

async function defaultBranch(git: Git, repository: Repository): Promise<string> {
  return `refs/heads/${await branchShortName(git, repository)}`;
}

/** The configured default branch, else the branch that HEAD names. */
async function branchShortName(git: Git, repository: Repository): Promise<string> {
  const name =
    repository.defaultBranch || (await git.tryRun(["symbolic-ref", "--short", "HEAD"])) || "";
  const isValid = name !== "" && !name.startsWith("-") && !name.startsWith("telltale/");
  const tip =
    isValid &&
    (await git.tryRun(["rev-parse", "--verify", "--quiet", `refs/heads/${name}^{commit}`]));
  if (!tip) {
    throw new ForgeError(
      "REPOSITORY_UNUSABLE",
      `The repository ${repository.id} has no default branch with a commit.`,
    );
  }
  return name;
}

/** Zero of the same length as the repository's ids (SHA-1 or SHA-256). */
function zeroFor(commit: string): string {
  return commit.length === noObject.length ? noObject : "0".repeat(commit.length);
}
