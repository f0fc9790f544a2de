import type {
  AttributionEntry,
  Finding,
  FindingStatus,
  FindingType,
  Severity,
} from "../model/finding.ts";
import { taxonomies } from "../model/taxonomy.ts";

/**
 * Select list and source of a finding with its status, for `{tenant:String}`. A `WHERE` may
 * follow; it names columns by `f.` and the status in force as `CurrentStatus`.
 */
export const findingColumns = `
    f.Tenant AS Tenant, f.Id AS Id, f.Fingerprint AS Fingerprint, f.Type AS Type,
    f.Title AS Title, f.Severity AS Severity, f.Service AS Service,
    f.Environment AS Environment, f.Agent AS Agent, f.Tool AS Tool,
    f.TargetClass AS TargetClass, toUnixTimestamp64Milli(f.FirstSeen) AS FirstSeenMs,
    toUnixTimestamp64Milli(f.LastSeen) AS LastSeenMs,
    toUnixTimestamp64Milli(f.Onset) AS OnsetMs, f.Occurrences AS Occurrences,
    f.Sessions AS Sessions, f.Detectors AS Detectors, f.Attribution AS Attribution,
    toUnixTimestamp64Milli(f.AttributedAt) AS AttributedMs, f.Backfilled AS Backfilled,
    multiIf(s.Status = '', 'open', s.Until <= now64(3), 'open', s.Status) AS CurrentStatus,
    s.Reason AS StatusReason
  FROM (SELECT * FROM findings FINAL WHERE Tenant = {tenant:String}) AS f
  LEFT JOIN (
    SELECT FindingId, Status, Reason, Until FROM finding_status FINAL
    WHERE Tenant = {tenant:String}
  ) AS s ON s.FindingId = f.Id`;

export interface FindingColumns {
  readonly Tenant: string;
  readonly Id: string;
  readonly Fingerprint: string;
  readonly Type: FindingType;
  readonly Title: string;
  readonly Severity: Severity;
  readonly Service: string;
  readonly Environment: string;
  readonly Agent: string;
  readonly Tool: string;
  readonly TargetClass: string;
  readonly FirstSeenMs: number;
  readonly LastSeenMs: number;
  readonly OnsetMs: number;
  readonly Occurrences: number;
  readonly Sessions: number;
  readonly Detectors: readonly string[];
  readonly Attribution: string;
  readonly AttributedMs: number | null;
  readonly Backfilled: number;
  readonly CurrentStatus: FindingStatus;
  readonly StatusReason: string;
}

/** A finding as the API shows it, without evidence and proposals. */
export function toFindingItem(row: FindingColumns): Omit<Finding, "evidence" | "proposals"> {
  return {
    id: row.Id,
    tenant: row.Tenant,
    fingerprint: row.Fingerprint,
    type: row.Type,
    title: row.Title,
    severity: row.Severity,
    status: row.CurrentStatus,
    statusReason: row.StatusReason,
    service: row.Service,
    environment: row.Environment,
    agent: row.Agent,
    tool: row.Tool,
    targetClass: row.TargetClass,
    firstSeen: rfc3339(row.FirstSeenMs),
    lastSeen: rfc3339(row.LastSeenMs),
    onset: rfc3339(row.OnsetMs),
    occurrences: row.Occurrences,
    sessions: row.Sessions,
    detectors: row.Detectors,
    taxonomy: taxonomies[row.Type],
    attribution: JSON.parse(row.Attribution) as AttributionEntry[],
    attributedAt: row.AttributedMs === null ? null : rfc3339(row.AttributedMs),
    backfilled: row.Backfilled === 1,
  };
}

function rfc3339(unixMs: number): string {
  return new Date(unixMs).toISOString();
}
