import { cameWith } from "../../core/changes/came-with.ts";
import { carriedCommits, deploymentStart } from "../../core/changes/carried-commits.ts";
import type { Change, ChangeDetails, ChangeKind } from "../../core/model/change.ts";
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
 * What came with a deployment is part of it and no candidate beside it.
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
  const effective = fits
    .filter(({ kind }) => kind === "deployment" || ownKinds.has(kind))
    .filter((change) => deploymentStart(change) >= incident.onsetFromUnixMs - lookbackMs)
    .filter((change) => deploymentStart(change) <= incident.onsetToUnixMs + dayMs)
    .filter(({ details }) => !isCount(details));
  const newest = effective
    .filter(({ kind }) => kind === "deployment")
    .toSorted(
      (a, b) => deploymentStart(b) - deploymentStart(a) || (a.changeId < b.changeId ? -1 : 1),
    );
  const byCarrier = Map.groupBy(effective, (change) =>
    newest.find((deployment) => cameWith(deployment, change)),
  );
  return (byCarrier.get(undefined) ?? []).map((change) => {
    const carried = byCarrier.get(change) ?? [];
    return toCandidate(change, { deployments, commits, carried });
  });
}

/** The rest of a long list is a number, not a change that could be to blame. */
function isCount({ type }: ChangeDetails): boolean {
  return type === "other";
}

// Later changes are judged by the ranking; a day more spares the work on all the rest.
const dayMs = 86_400_000;

interface Carried {
  readonly deployments: readonly Change[];
  readonly commits: readonly Change[];
  /** Other changes that came with this one. */
  readonly carried: readonly Change[];
}

function toCandidate(change: Change, { deployments, commits, carried }: Carried): Candidate {
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
    commits: isDeployment
      ? [...carriedCommits(change, deployments, commits), ...carried].map(toContent)
      : [],
  };
}

function toContent(change: Change): ChangeContent {
  return {
    changeId: change.changeId,
    kind: change.kind,
    files: change.files,
    // The name of a package may be that of the tool it brings.
    message: change.kind === "dependency" ? change.name : change.message,
    byAgent: change.session !== null,
    remarks: change.kind === "dependency" ? remarksOf(change.details) : [],
  };
}

/** Closed phrases: what a document claims is never repeated in its own words. */
function remarksOf({ type, installScript, newMaintainer, licenseChange }: ChangeDetails): string[] {
  return [
    ...(typeof type === "string" && dependencyTypes.has(type) ? [`a package was ${type}`] : []),
    ...(installScript === true ? ["it now runs an install script (not weighed)"] : []),
    ...(newMaintainer === undefined ? [] : ["it has a new maintainer (not weighed)"]),
    ...(licenseChange === undefined ? [] : ["its license changed (not weighed)"]),
  ];
}

const dependencyTypes: ReadonlySet<string> = new Set([
  "added",
  "removed",
  "upgraded",
  "downgraded",
]);
