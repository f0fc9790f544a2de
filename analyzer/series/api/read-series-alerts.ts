import type { FindingType, Severity } from "../../../core/model/finding.ts";
import type { Store } from "../../../core/store/store.ts";

/** A detection on a series, with when the shift began. */
export interface SeriesAlert {
  readonly time: string;
  readonly type: FindingType;
  readonly detector: string;
  readonly rule: string;
  readonly targetClass: string;
  readonly severity: Severity;
  readonly strength: "weak" | "strong";
  readonly score: number;
  readonly excerpt: string;
  readonly onset: { readonly from: string; readonly to: string };
  /** What the finding it belongs to is known by. */
  readonly fingerprint: string;
}

const alertsOfSeries = `
  SELECT toUnixTimestamp64Milli(d.Time) AS TimeMs, Type, Detector, Rule, TargetClass, Severity,
    Strength, Score, Excerpt, toUnixTimestamp64Milli(coalesce(OnsetFrom, d.Time)) AS FromMs,
    toUnixTimestamp64Milli(coalesce(OnsetTo, d.Time)) AS ToMs, Fingerprint
  FROM detections AS d FINAL
  WHERE Tenant = {tenant:String} AND Series = {id:String} AND Retracted = 0
    AND Time >= fromUnixTimestamp64Milli({from:Int64})
    AND Time <= fromUnixTimestamp64Milli({to:Int64})
  ORDER BY d.Time DESC, Id
  LIMIT 200`;

interface AlertRow {
  readonly TimeMs: number | string;
  readonly Type: FindingType;
  readonly Detector: string;
  readonly Rule: string;
  readonly TargetClass: string;
  readonly Severity: Severity;
  readonly Strength: "weak" | "strong";
  readonly Score: number;
  readonly Excerpt: string;
  readonly FromMs: number | string;
  readonly ToMs: number | string;
  readonly Fingerprint: string;
}

/** What a series raised in a stretch of time, in order of time; the newest 200. */
export async function readSeriesAlerts(
  store: Store,
  tenant: string,
  id: string,
  { fromUnixMs, toUnixMs }: { readonly fromUnixMs: number; readonly toUnixMs: number },
): Promise<SeriesAlert[]> {
  const rows = await store.query<AlertRow>(alertsOfSeries, {
    tenant,
    id,
    from: Math.trunc(fromUnixMs),
    to: Math.trunc(toUnixMs),
  });
  return rows.toReversed().map((row) => ({
    time: rfc3339(row.TimeMs),
    type: row.Type,
    detector: row.Detector,
    rule: row.Rule,
    targetClass: row.TargetClass,
    severity: row.Severity,
    strength: row.Strength,
    score: row.Score,
    excerpt: row.Excerpt,
    onset: { from: rfc3339(row.FromMs), to: rfc3339(row.ToMs) },
    fingerprint: row.Fingerprint,
  }));
}

function rfc3339(unixMs: number | string): string {
  return new Date(Number(unixMs)).toISOString();
}
