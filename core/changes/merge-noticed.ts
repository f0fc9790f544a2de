import type { Change } from "../model/change.ts";
import { deploymentStart } from "./carried-commits.ts";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** Where changes that nobody reported come from. */
export function isNoticed({ source }: Change): boolean {
  return source === "telemetry";
}

/**
 * Changes without those that were noticed in telemetry and reported as well. A reported deployment
 * takes commit, repository and digests over from its noticed twin where it says nothing itself.
 */
export function mergeNoticed(changes: readonly Change[]): Change[] {
  const noticed = changes.filter(isNoticed);
  const reported = changes.filter((change) => !isNoticed(change));
  const twins = new Map<string, Change>();
  const told = new Set<Change>();
  for (const each of noticed) {
    const twin = reported.find((other) => isSameChange(each, other));
    if (twin !== undefined) {
      told.add(each);
      twins.set(twin.changeId, each);
    }
  }
  return changes
    .filter((change) => !told.has(change))
    .map((change) => {
      const twin = twins.get(change.changeId);
      return twin === undefined ? change : completedBy(change, twin);
    });
}

function completedBy(reported: Change, noticed: Change): Change {
  return {
    ...reported,
    repository: reported.repository || noticed.repository,
    revision: reported.revision || noticed.revision,
    artifacts: reported.artifacts.length > 0 ? reported.artifacts : noticed.artifacts,
  };
}

/** Whether a reported change is the one that telemetry showed. */
export function isSameChange(noticed: Change, reported: Change): boolean {
  return (
    noticed.kind === reported.kind && isSamePlace(noticed, reported) && fits(noticed, reported)
  );
}

function isSamePlace(noticed: Change, reported: Change): boolean {
  return (
    noticed.tenant === reported.tenant &&
    (reported.service === noticed.service || reported.service === "") &&
    (reported.environment === noticed.environment ||
      reported.environment === "" ||
      noticed.environment === "")
  );
}

function fits(noticed: Change, reported: Change): boolean {
  const delayMs = noticed.timeUnixMs - deploymentStart(reported);
  if (noticed.kind === "deployment") {
    // Traffic may come long after; a report may come a day late, as releases are closed.
    return delayMs <= 14 * dayMs && delayMs >= -dayMs && isSameRelease(noticed, reported);
  }
  if (noticed.kind === "model") {
    const names = [noticed.version, noticed.details["requestModel"]];
    return (
      Math.abs(delayMs) <= dayMs &&
      [reported.version, reported.name].some((name) => name !== "" && names.includes(name))
    );
  }
  // Nobody reports a fingerprint: the prompt that was changed just before is the one.
  return noticed.kind === "prompt_template" && delayMs <= 6 * hourMs && delayMs >= -hourMs;
}

function isSameRelease(noticed: Change, reported: Change): boolean {
  return (
    (reported.version !== "" && reported.version === noticed.version) ||
    (reported.revision !== "" && reported.revision === noticed.revision) ||
    reported.changeId === noticed.details["deployment.id"] ||
    reported.artifacts.some((digest) => noticed.artifacts.includes(digest))
  );
}
