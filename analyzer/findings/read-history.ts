import type { FindingStatus } from "../../core/model/finding.ts";
import type { Store } from "../../core/store/store.ts";
import type { FindingRow } from "./finding-row.ts";
import { rowTime } from "./finding-row.ts";
import type { Boundary, EpisodeHistory, KnownStatus } from "./split-episodes.ts";

/** Reason of findings that no longer follow from the data; such a resolution is no boundary. */
export const recomputedReason = "recomputed";

/** What is stored about the findings of one fingerprint. */
export interface FindingHistory extends EpisodeHistory {
  readonly findings: readonly KnownFinding[];
}

export interface KnownFinding {
  readonly row: FindingRow;
  readonly status: FindingStatus;
  readonly reason: string;
  readonly untilUnixMs: number | null;
}

const knownFindings = `
  SELECT f.*, s.Status AS Status, s.Reason AS Reason, s.UntilMs AS UntilMs, s.ChangedMs AS ChangedMs
  FROM (
    SELECT * EXCEPT (Evidence) FROM findings FINAL
    WHERE Tenant = {tenant:String} AND Fingerprint IN {fingerprints:Array(String)}
  ) AS f
  LEFT JOIN (
    SELECT FindingId, Status, Reason, toUnixTimestamp64Milli(Until) AS UntilMs,
      toUnixTimestamp64Milli(ChangedAt) AS ChangedMs
    FROM finding_status FINAL
    WHERE Tenant = {tenant:String} AND FindingId IN (
      SELECT Id FROM findings
      WHERE Tenant = {tenant:String} AND Fingerprint IN {fingerprints:Array(String)}
    )
  ) AS s ON s.FindingId = f.Id`;

interface KnownColumns extends FindingRow {
  readonly Status: FindingStatus | "";
  readonly Reason: string;
  readonly UntilMs: number | null;
  readonly ChangedMs: number;
}

/** Findings, statuses and boundaries by fingerprint; one without findings is absent. */
export async function readHistory(
  store: Store,
  tenant: string,
  fingerprints: readonly string[],
): Promise<Map<string, FindingHistory>> {
  const rows = await store.query<KnownColumns>(knownFindings, { tenant, fingerprints });
  const boundaries = await readBoundaries(store, tenant, rows.filter(isResolved));
  return new Map(
    [...Map.groupBy(rows, (row) => row.Fingerprint)].map(([fingerprint, group]) => [
      fingerprint,
      {
        findings: group.map(toKnownFinding),
        statuses: new Map(group.map((row) => [row.Id, toKnownStatus(row)])),
        boundaries: group.flatMap((row) => boundaries.get(row.Id) ?? []),
      },
    ]),
  );
}

function isResolved(row: KnownColumns): boolean {
  return row.Status === "resolved" && row.Reason !== recomputedReason;
}

function toKnownFinding(columns: KnownColumns): KnownFinding {
  const { Status, Reason, UntilMs: _until, ChangedMs: _changed, ...row } = columns;
  return {
    row,
    reason: Reason,
    ...toKnownStatus(columns),
    status: Status === "" ? "open" : Status,
  };
}

function toKnownStatus({ Status, UntilMs }: KnownColumns): KnownStatus {
  return {
    status: Status === "" ? "open" : Status,
    untilUnixMs: UntilMs,
  };
}

// Detections that arrived after a person resolved the finding do not count as known to them.
const lastKnownTimes = `
  SELECT id AS FindingId, max(toUnixTimestamp64Milli(Time)) AS LastMs
  FROM (
    SELECT Time, ReceivedAt,
      arrayJoin(arrayFilter(
        id -> {fingerprints:Map(String, String)}[id] = Fingerprint,
        {ids:Array(String)}
      )) AS id
    FROM detections FINAL
    WHERE Tenant = {tenant:String} AND Fingerprint IN mapValues({fingerprints:Map(String, String)})
      AND Retracted = 0
      AND Time >= fromUnixTimestamp64Milli({from:Int64})
      AND Time <= fromUnixTimestamp64Milli({to:Int64})
  )
  WHERE toUnixTimestamp64Milli(Time) >= {firsts:Map(String, Int64)}[id]
    AND toUnixTimestamp64Milli(Time) <= {lasts:Map(String, Int64)}[id]
    AND toUnixTimestamp64Milli(ReceivedAt) <= {changes:Map(String, Int64)}[id]
  GROUP BY id`;

async function readBoundaries(
  store: Store,
  tenant: string,
  resolved: readonly KnownColumns[],
): Promise<Map<string, Boundary>> {
  if (resolved.length === 0) {
    return new Map();
  }
  const firsts = resolved.map((row) => rowTime(row.FirstSeen));
  const lasts = resolved.map((row) => rowTime(row.LastSeen));
  const rows = await store.query<{ FindingId: string; LastMs: number }>(lastKnownTimes, {
    tenant,
    ids: resolved.map((row) => row.Id),
    fingerprints: Object.fromEntries(resolved.map((row) => [row.Id, row.Fingerprint])),
    firsts: Object.fromEntries(resolved.map((row, i) => [row.Id, firsts[i]])),
    lasts: Object.fromEntries(resolved.map((row, i) => [row.Id, lasts[i]])),
    changes: Object.fromEntries(resolved.map((row) => [row.Id, row.ChangedMs])),
    from: Math.min(...firsts),
    to: Math.max(...lasts),
  });
  return new Map(
    rows.map((row) => [row.FindingId, { findingId: row.FindingId, lastUnixMs: row.LastMs }]),
  );
}
