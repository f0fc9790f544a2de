/** A row of `findings`, read and written as it is; times as ClickHouse prints and parses them. */
export interface FindingRow {
  readonly Tenant: string;
  readonly Id: string;
  readonly Fingerprint: string;
  readonly Type: string;
  readonly Title: string;
  readonly Severity: string;
  readonly Service: string;
  readonly Environment: string;
  readonly Agent: string;
  readonly Tool: string;
  readonly TargetClass: string;
  readonly FirstSeen: string;
  readonly LastSeen: string;
  readonly Onset: string;
  readonly OnsetTo: string;
  readonly Occurrences: number;
  readonly Sessions: number;
  readonly Detectors: readonly string[];
  /** JSON of the attribution entries. */
  readonly Attribution: string;
  readonly AttributedAt: string | null;
  readonly Backfilled: number;
  readonly FirstReceivedAt: string;
  readonly Revision: number;
}

/** Time of a row as Unix milliseconds; ClickHouse prints UTC without a zone. */
export function rowTime(text: string): number {
  return Date.parse(text.includes("T") ? text : `${text.replace(" ", "T")}Z`);
}
