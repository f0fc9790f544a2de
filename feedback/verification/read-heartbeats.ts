import type { Store } from "../../core/store/store.ts";
import type { FindingScope } from "./read-counts.ts";

interface DetectorRow {
  readonly detector: string;
  readonly versions: readonly number[];
}

interface HeartbeatRow extends DetectorRow {
  readonly passedHours: readonly string[];
  readonly failedHours: readonly string[];
}

const detectorsOfFinding = `
  SELECT Detector AS detector, groupUniqArray(RuleVersion) AS versions
  FROM detections FINAL
  WHERE Tenant = {tenant:String} AND Fingerprint = {fingerprint:String} AND Retracted = 0
    AND Time >= fromUnixTimestamp64Milli({from:Int64})
    AND Time < fromUnixTimestamp64Milli({to:Int64})
  GROUP BY detector
  ORDER BY detector
  LIMIT 50`;

const heartbeats = `
  SELECT Detector AS detector, groupUniqArray(RuleVersion) AS versions,
    groupUniqArrayIf(toString(toUnixTimestamp(Hour)), Passed = 1) AS passedHours,
    groupUniqArrayIf(toString(toUnixTimestamp(Hour)), Passed = 0) AS failedHours
  FROM detector_heartbeats FINAL
  WHERE Tenant = {tenant:String} AND Type = {type:String}
    AND Detector IN {detectors:Array(String)}
    AND Hour >= toDateTime({fromSeconds:Int64}) AND Hour < toDateTime({toSeconds:Int64})
  GROUP BY detector`;

/**
 * Why the detectors of a finding cannot vouch for the hours given, one sentence each: an hour with
 * traffic without a passed canary, or a rule that changed between before and after.
 *
 * @param hours hours after the deployment that had traffic, Unix milliseconds
 */
export async function readDetectorProblems(
  store: Store,
  scope: FindingScope,
  { type, hours }: { readonly type: string; readonly hours: readonly number[] },
): Promise<string[]> {
  const { tenant, fingerprint, fromUnixMs: from, toUnixMs: to } = scope;
  const detectors = await store.query<DetectorRow>(detectorsOfFinding, {
    tenant,
    fingerprint,
    from,
    to,
  });
  const rows = await store.query<HeartbeatRow>(heartbeats, {
    tenant,
    type,
    detectors: detectors.map(({ detector }) => detector),
    fromSeconds: Math.floor(from / 1000),
    toSeconds: Math.ceil(to / 1000),
  });
  return detectors.flatMap((detector) => {
    const row = rows.find((candidate) => candidate.detector === detector.detector);
    return problemsOf(detector, row, hours);
  });
}

function problemsOf(
  { detector, versions }: DetectorRow,
  row: HeartbeatRow | undefined,
  hours: readonly number[],
): string[] {
  const passed = new Set(row?.passedHours.map(milliseconds));
  const failed = new Set(row?.failedHours.map(milliseconds));
  const failures = hours.filter((hour) => failed.has(hour)).length;
  const missing = hours.filter((hour) => !passed.has(hour) && !failed.has(hour)).length;
  const allVersions = new Set([...versions, ...(row?.versions ?? [])]);
  return [
    ...(failures > 0 ? [`Detector ${detector} missed its canary in ${failures} hours.`] : []),
    ...(missing > 0 ? [`Detector ${detector} has no heartbeat in ${missing} hours.`] : []),
    ...(allVersions.size > 1 ? [`The rules of detector ${detector} changed meanwhile.`] : []),
  ];
}

function milliseconds(seconds: string): number {
  return Number(seconds) * 1000;
}
