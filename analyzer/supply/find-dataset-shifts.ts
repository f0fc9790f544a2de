import { deploymentStart } from "../../core/changes/carried-commits.ts";
import {
  readDatasetProfiles,
  type StoredProfile,
} from "../../core/changes/read-dataset-profiles.ts";
import type { Change } from "../../core/model/change.ts";
import type { Detection } from "../../core/model/finding.ts";
import { detectionId } from "../../core/model/identity.ts";
import type { Store } from "../../core/store/store.ts";
import { compareProfiles, type ProfileShift } from "./compare-profiles.ts";

const profilesLookedAt = 8;

/**
 * What new versions of data sets differ in from their last good version, as detections whose
 * onset is the change itself. A version with strong shifts is not good, so the next one is
 * compared with what stood before it. Profiles must have been stored; safe to repeat.
 */
export async function findDatasetShifts(
  store: Store,
  changes: readonly Change[],
): Promise<Detection[]> {
  const detections: Detection[] = [];
  for (const change of changes.filter(({ kind }) => kind === "dataset")) {
    const profiles = await readDatasetProfiles(store, {
      tenant: change.tenant,
      dataset: change.name || change.changeId,
      untilUnixMs: Math.trunc(deploymentStart(change)),
      limit: profilesLookedAt,
    });
    const own = profiles.findIndex(({ changeId }) => changeId === change.changeId);
    const current = profiles[own];
    const reference = current && lastGood(profiles.slice(own + 1));
    if (current !== undefined && reference !== undefined) {
      const shifts = compareProfiles(reference, current);
      detections.push(...shifts.map((shift) => toDetection(change, shift)));
    }
  }
  return detections;
}

/** @param older newest first. */
function lastGood(older: readonly StoredProfile[]): StoredProfile | undefined {
  let good: StoredProfile | undefined;
  for (const profile of older.toReversed()) {
    const isBad =
      good !== undefined && compareProfiles(good, profile).some(({ kind }) => kind === "poisoning");
    good = isBad ? good : profile;
  }
  return good;
}

function toDetection(change: Change, shift: ProfileShift): Detection {
  const { tenant, service, environment, version, changeId } = change;
  const timeUnixMs = Math.trunc(deploymentStart(change));
  const detector = "dataset-profile";
  const key = { tenant, traceId: "", spanId: "", series: `dataset/${changeId}` };
  const what = shift.column === "" ? shift.rule : `${shift.rule}:${shift.column}`;
  return {
    id: detectionId({ ...key, rule: shift.rule, detector }, shift.column),
    tenant,
    type: shift.kind === "poisoning" ? "data_poisoning" : "drift.distribution",
    detector,
    rule: shift.rule,
    ruleVersion: 1,
    timeUnixMs,
    service,
    environment,
    version,
    agent: "",
    tool: "",
    targetClass: `dataset.${what}`,
    traceId: "",
    spanId: "",
    series: "",
    session: "",
    score: 0.5 + shift.size / 2,
    strength: shift.strength,
    severity: shift.kind === "poisoning" ? "high" : "low",
    outcome: "success",
    excerpt: shift.excerpt,
    maskedValue: "",
    location: "dataset",
    onset: { fromUnixMs: timeUnixMs, toUnixMs: timeUnixMs },
  };
}
