import type { Store } from "../../core/store/store.ts";

/** What people said about the findings that one rule took part in. */
export interface RuleVerdicts {
  readonly tenant: string;
  readonly detector: string;
  readonly rule: string;
  /** Findings with a detection of the rule. */
  readonly findings: number;
  /** Of those, judged real: acknowledged, or resolved by a person. */
  readonly confirmed: number;
  /** Judged false. */
  readonly refuted: number;
}

// `telltale` resolves what no longer follows; that judges nothing.
const verdicts = `
  SELECT d.Tenant AS tenant, d.Detector AS detector, d.Rule AS rule,
    toUInt32(uniqExact(f.Id)) AS findings,
    toUInt32(uniqExactIf(f.Id, s.Actor != 'telltale'
      AND (s.Status = 'acknowledged' OR s.Status = 'resolved'))) AS confirmed,
    toUInt32(uniqExactIf(f.Id, s.Status = 'false_positive')) AS refuted
  FROM (
    SELECT Tenant, Fingerprint, Detector, Rule, Time FROM detections FINAL
    WHERE Retracted = 0 AND ({tenant:String} = '' OR Tenant = {tenant:String})
  ) AS d
  INNER JOIN (
    SELECT Tenant, Fingerprint, Id, FirstSeen, LastSeen FROM findings FINAL
    WHERE Occurrences > 0 AND ({tenant:String} = '' OR Tenant = {tenant:String})
  ) AS f ON d.Tenant = f.Tenant AND d.Fingerprint = f.Fingerprint
  LEFT JOIN (
    SELECT Tenant, FindingId, Status, Actor FROM finding_status FINAL
    WHERE {tenant:String} = '' OR Tenant = {tenant:String}
  ) AS s ON s.Tenant = f.Tenant AND s.FindingId = f.Id
  WHERE d.Time >= f.FirstSeen AND d.Time <= f.LastSeen
  GROUP BY tenant, detector, rule
  ORDER BY tenant, detector, rule
  LIMIT 10000`;

/** @param tenant empty: every one, for what is kept in memory of this process. */
export function readVerdicts(store: Store, tenant: string): Promise<RuleVerdicts[]> {
  return store.query<RuleVerdicts>(verdicts, { tenant });
}

/** A value that a person judged harmless where it was found. */
export interface RefutedValue {
  readonly tenant: string;
  readonly service: string;
  readonly tool: string;
  readonly detector: string;
  readonly rule: string;
  readonly value: string;
}

// Only what the person could have seen is judged.
const refuted = `
  SELECT DISTINCT d.Tenant AS tenant, d.Service AS service, d.Tool AS tool,
    d.Detector AS detector, d.Rule AS rule, d.MaskedValue AS value
  FROM (
    SELECT * FROM detections FINAL WHERE Retracted = 0 AND MaskedValue != ''
  ) AS d
  INNER JOIN (
    SELECT Tenant, Fingerprint, Id, FirstSeen, LastSeen FROM findings FINAL
  ) AS f ON d.Tenant = f.Tenant AND d.Fingerprint = f.Fingerprint
  INNER JOIN (
    SELECT Tenant, FindingId, ChangedAt FROM finding_status FINAL
    WHERE Status = 'false_positive'
  ) AS s ON s.Tenant = f.Tenant AND s.FindingId = f.Id
  WHERE d.Time >= f.FirstSeen AND d.Time <= f.LastSeen AND d.ReceivedAt <= s.ChangedAt
  LIMIT 50000`;

export function readRefutedValues(store: Store): Promise<RefutedValue[]> {
  return store.query<RefutedValue>(refuted);
}

/** Share of judged findings that were real; null while nobody judged any. */
export function precisionOf({
  confirmed,
  refuted: refutedCount,
}: Pick<RuleVerdicts, "confirmed" | "refuted">): number | null {
  const judged = confirmed + refutedCount;
  return judged === 0 ? null : confirmed / judged;
}
