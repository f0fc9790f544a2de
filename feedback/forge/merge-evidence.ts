import { addedLines } from "../text/unified-diff.ts";
import type { FiledReference, MergeEvidence } from "./forge.ts";
import type { Git } from "./run-git.ts";

export interface FoundMerge {
  readonly revision: string;
  readonly how: MergeEvidence;
}

/** Commits of the default branch that are looked through for a squash, newest first. */
const maxCommits = 500;

/**
 * Finds the commit of the default branch that brought a proposal in: the merge commit when the
 * proposal's commit is an ancestor; else a commit that touches the target and carries our
 * trailer, has the same patch id, or leaves the same content (a squash or a rebase).
 */
export async function findMerge(
  git: Git,
  defaultBranch: string,
  filed: FiledReference,
): Promise<FoundMerge | undefined> {
  const tip = `refs/heads/${defaultBranch}`;
  if (filed.commit === "" || !(await exists(git, filed.commit))) {
    return findByTrailer(git, [tip], filed);
  }
  if ((await git.tryRun(["merge-base", "--is-ancestor", filed.commit, tip])) !== undefined) {
    return { revision: await mergeCommit(git, filed.commit, tip), how: "ancestor" };
  }
  const range = [tip, `^${filed.commit}^`];
  return (
    (await findByTrailer(git, range, filed)) ??
    (await findByPatchId(git, range, filed)) ??
    (await findByContent(git, range, filed))
  );
}

/** The first commit on the default branch's own line that contains the given commit. */
async function mergeCommit(git: Git, commit: string, tip: string): Promise<string> {
  const path = await git.run([
    "rev-list",
    "--first-parent",
    "--ancestry-path",
    `${commit}..${tip}`,
  ]);
  const firstParents = path.split("\n").filter((line) => line !== "");
  const onOwnLine = await git.run(["rev-list", "--first-parent", `--max-count=${maxCommits}`, tip]);
  return onOwnLine.split("\n").includes(commit) ? commit : (firstParents.at(-1) ?? commit);
}

async function findByTrailer(
  git: Git,
  range: readonly string[],
  filed: FiledReference,
): Promise<FoundMerge | undefined> {
  const format = "--format=%H %(trailers:key=Telltale-Proposal,valueonly,separator=%x2C)";
  const lines = await commitLines(git, range, [format, ...pathsOf(filed)]);
  const found = lines.find((line) => line.slice(line.indexOf(" ") + 1) === filed.proposalId);
  return found === undefined
    ? undefined
    : { revision: found.slice(0, found.indexOf(" ")), how: "trailer" };
}

async function findByPatchId(
  git: Git,
  range: readonly string[],
  filed: FiledReference,
): Promise<FoundMerge | undefined> {
  const ours = await patchIds(
    git,
    await git.run(["show", "--no-ext-diff", "--no-textconv", filed.commit]),
  );
  const wanted = ours[0]?.patchId;
  const log = ["log", "-p", "--no-ext-diff", "--no-textconv", `--max-count=${maxCommits}`];
  const theirs = await patchIds(git, await git.run([...log, ...range, ...pathsOf(filed)]));
  const found = theirs.find(({ patchId }) => patchId === wanted);
  return wanted && found ? { revision: found.commit, how: "patch_id" } : undefined;
}

async function patchIds(git: Git, patch: string) {
  const output = await git.run(["patch-id", "--stable"], { input: `${patch}\n` });
  return output.split("\n").flatMap((line) => {
    const [patchId, commit] = line.split(" ");
    return patchId && commit ? [{ patchId, commit }] : [];
  });
}

/** The oldest commit that leaves every added line of the target in place. */
async function findByContent(
  git: Git,
  range: readonly string[],
  filed: FiledReference,
): Promise<FoundMerge | undefined> {
  const lines = await commitLines(git, range, ["--format=%H", ...pathsOf(filed)]);
  for (const revision of lines.toReversed()) {
    if (await carriesAddedLines(git, revision, filed)) {
      return { revision, how: "content" };
    }
  }
  return undefined;
}

/** Whether every line that the enforced file (the first edit) gained is in it at a revision. */
export async function carriesAddedLines(
  git: Git,
  revision: string,
  { edits }: Pick<FiledReference, "edits">,
): Promise<boolean> {
  const target = edits[0];
  if (target === undefined) {
    return false;
  }
  const text = await git.tryRun(["cat-file", "blob", `${revision}:${target.path}`], { raw: true });
  const present = new Set(text?.split("\n").map(essence));
  const added = addedLines(target)
    .map(essence)
    .filter((line) => line !== "");
  return text !== undefined && added.length > 0 && added.every((line) => present.has(line));
}

/** A line without what a later neighbour may change: indentation, carriage return, comma. */
function essence(line: string): string {
  return line.trim().replace(/,$/, "");
}

async function commitLines(
  git: Git,
  range: readonly string[],
  rest: readonly string[],
): Promise<string[]> {
  const output = await git.run(["log", `--max-count=${maxCommits}`, ...range, ...rest]);
  return output.split("\n").filter((line) => line !== "");
}

function pathsOf({ edits }: FiledReference): string[] {
  return ["--", ...edits.slice(0, 1).map(({ path }) => path)];
}

async function exists(git: Git, commit: string): Promise<boolean> {
  return (await git.tryRun(["cat-file", "-e", `${commit}^{commit}`])) !== undefined;
}
