import type { Change } from "../model/change.ts";

const lookbackMs = 14 * 86_400_000;

/** When a deployment began to take effect, Unix milliseconds. */
export function deploymentStart(deployment: Change): number {
  return deployment.startedAtUnixMs ?? deployment.completedAtUnixMs ?? deployment.timeUnixMs;
}

/**
 * The commits a deployment brought into its service and environment: what its revision descends
 * from and the previous successful deployment's revision does not. Where revisions or parents
 * are unknown, the commits of the same repository (else service) between the two deployments.
 *
 * @param deployments deployments of any service; those of the same service and environment count
 * @param commits commits of any repository
 */
export function carriedCommits(
  deployment: Change,
  deployments: readonly Change[],
  commits: readonly Change[],
): Change[] {
  const previous = previousDeployment(deployment, deployments);
  const repository = repositoryOf(deployment, commits);
  const related = commits.filter((commit) =>
    repository === "" || commit.repository === ""
      ? commit.service === deployment.service
      : canonicalUrl(commit.repository) === repository,
  );
  const byRevision = new Map(related.map((commit) => [commit.revision, commit]));
  const head = byRevision.get(deployment.revision);
  if (head !== undefined && (head.parents.length > 0 || byRevision.size === 1)) {
    const before =
      previous === undefined ? new Set<string>() : ancestry(previous.revision, byRevision);
    const since = previous === undefined || previous.revision === "" ? start(previous) : -Infinity;
    return [...ancestry(deployment.revision, byRevision, before)]
      .flatMap((revision) => byRevision.get(revision) ?? [])
      .filter((commit) => commit.timeUnixMs > since);
  }
  const from = previous === undefined ? deploymentStart(deployment) - lookbackMs : start(previous);
  const to = deploymentStart(deployment);
  return related.filter(({ timeUnixMs }) => timeUnixMs > from && timeUnixMs <= to);
}

function start(deployment: Change | undefined): number {
  return deployment === undefined ? -Infinity : deploymentStart(deployment);
}

/** The newest deployment before this one that succeeded, in the same service and environment. */
function previousDeployment(
  deployment: Change,
  deployments: readonly Change[],
): Change | undefined {
  const begin = deploymentStart(deployment);
  let previous: Change | undefined;
  for (const other of deployments) {
    const counts =
      other.changeId !== deployment.changeId &&
      other.service === deployment.service &&
      other.environment === deployment.environment &&
      (other.status === "succeeded" || other.status === "") &&
      deploymentStart(other) < begin;
    if (counts && (previous === undefined || isLater(other, previous))) {
      previous = other;
    }
  }
  return previous;
}

function isLater(a: Change, b: Change): boolean {
  const difference = deploymentStart(a) - deploymentStart(b);
  return difference > 0 || (difference === 0 && a.changeId > b.changeId);
}

/** The deployment's own word, else the repository that knows its revision. */
function repositoryOf(deployment: Change, commits: readonly Change[]): string {
  const known =
    deployment.repository === "" && deployment.revision !== ""
      ? commits.find(({ revision }) => revision === deployment.revision)?.repository
      : deployment.repository;
  return canonicalUrl(known ?? "");
}

/** Forges name one repository with and without `.git` and a final slash. */
function canonicalUrl(url: string): string {
  return url
    .toLowerCase()
    .replace(/\/$/, "")
    .replace(/\.git$/, "");
}

/** A revision and everything it descends from, without what `stop` holds. */
function ancestry(
  revision: string,
  commits: ReadonlyMap<string, Change>,
  stop: ReadonlySet<string> = new Set(),
): Set<string> {
  const seen = new Set<string>();
  const pending = revision === "" ? [] : [revision];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (!seen.has(next) && !stop.has(next)) {
      seen.add(next);
      pending.push(...(commits.get(next)?.parents ?? []));
    }
  }
  return seen;
}
