import type { Evidence, Finding } from "../model/finding.ts";
import type { Store } from "../store/store.ts";

// Only the first 50 masked values are shown: an attacker can make any number of them.
const evidenceIds = `
  WITH matching AS (
    SELECT Id, Time, MaskedValue FROM detections FINAL
    WHERE Tenant = {tenant:String} AND Fingerprint = {fingerprint:String} AND Retracted = 0
      AND Time >= fromUnixTimestamp64Milli({from:Int64})
      AND Time <= fromUnixTimestamp64Milli({to:Int64})
  ), shown AS (
    SELECT MaskedValue FROM matching
    GROUP BY MaskedValue ORDER BY min((Time, Id)) LIMIT 50
  )
  SELECT Id FROM (
    SELECT Id, Time, MaskedValue FROM matching WHERE MaskedValue IN (shown)
    ORDER BY Time, Id LIMIT 1 BY MaskedValue
  )
  UNION DISTINCT
  SELECT Id FROM (
    SELECT Id, Time, MaskedValue FROM matching WHERE MaskedValue IN (shown)
    ORDER BY Time DESC, Id DESC LIMIT 10 BY MaskedValue
  )`;

const evidenceRows = `
  SELECT TraceId, SpanId, toUnixTimestamp64Milli(Time) AS TimeMs, Excerpt, Detector, Score
  FROM detections FINAL
  WHERE Tenant = {tenant:String} AND Fingerprint = {fingerprint:String} AND Retracted = 0
    AND Time >= fromUnixTimestamp64Milli({from:Int64})
    AND Time <= fromUnixTimestamp64Milli({to:Int64})
    AND Id IN {ids:Array(String)}
  ORDER BY Time, Id`;

/** Evidence of a finding, oldest first: the first and the newest ten per masked value. */
export async function readEvidence(
  store: Store,
  finding: Pick<Finding, "tenant" | "fingerprint" | "firstSeen" | "lastSeen">,
): Promise<Evidence[]> {
  const range = {
    tenant: finding.tenant,
    fingerprint: finding.fingerprint,
    from: Date.parse(finding.firstSeen),
    to: Date.parse(finding.lastSeen),
  };
  const ids = await store.query<{ Id: string }>(evidenceIds, range);
  if (ids.length === 0) {
    return [];
  }
  const rows = await store.query<{
    TraceId: string;
    SpanId: string;
    TimeMs: number;
    Excerpt: string;
    Detector: string;
    Score: number;
  }>(evidenceRows, { ...range, ids: ids.map(({ Id }) => Id) });
  return rows.map((row) => ({
    traceId: row.TraceId,
    spanId: row.SpanId,
    time: new Date(row.TimeMs).toISOString(),
    excerpt: row.Excerpt,
    detector: row.Detector,
    score: row.Score,
  }));
}
