import { carriedCommits, deploymentStart } from "../../core/changes/carried-commits.ts";
import type { Change, ChangeKind } from "../../core/model/change.ts";
import type { Candidate, ChangeContent, Incident } from "./candidate.ts";

/** How long before its onset a finding's cause is looked for. */
export const lookbackMs = 14 * 86_400_000;

/** Kinds that take effect by themselves; commits do so only through a deployment. */
const ownKinds: ReadonlySet<ChangeKind> = new Set([
  "model",
  "prompt_template",
  "config",
  "guardrail",
  "dependency",
  "dataset",
]);

/**
 * The changes that may have caused an incident: deployments of its service and environment with
 * the commits they carried, and other changes of the service that took effect by themselves.
 * Commits that were not deployed are left out. An environment that one side does not name fits.
 */
export function selectCandidates(
  incident: Incident & { readonly environment: string },
  changes: readonly Change[],
): Candidate[] {
  const fits = changes.filter(
    (change) =>
      (change.service === incident.service ||
        (change.service === "" && ownKinds.has(change.kind))) &&
      (change.environment === incident.environment ||
        change.environment === "" ||
        incident.environment === ""),
  );
  const deployments = fits.filter(({ kind }) => kind === "deployment");
  const commits = changes.filter(({ kind }) => kind === "commit");
  return fits
    .filter(({ kind }) => kind === "deployment" || ownKinds.has(kind))
    .filter((change) => deploymentStart(change) >= incident.onsetFromUnixMs - lookbackMs)
    .filter((change) => deploymentStart(change) <= incident.onsetToUnixMs + dayMs)
    .map((change) => toCandidate(change, deployments, commits));
}

// Later changes are judged by the ranking; a day more spares the work on all the rest.
const dayMs = 86_400_000;

function toCandidate(
  change: Change,
  deployments: readonly Change[],
  commits: readonly Change[],
): Candidate {
  const isDeployment = change.kind === "deployment";
  const completed =
    change.completedAtUnixMs ?? (change.status === "started" ? null : deploymentStart(change));
  return {
    ...toContent(change),
    service: change.service,
    version: change.version,
    startedAtUnixMs: deploymentStart(change),
    completedAtUnixMs: completed,
    status: change.status,
    commits: isDeployment ? carriedCommits(change, deployments, commits).map(toContent) : [],
  };
}

function toContent(change: Change): ChangeContent {
  return {
    changeId: change.changeId,
    kind: change.kind,
    files: change.files,
    message: change.message,
    byAgent: change.session !== null,
  };
}
