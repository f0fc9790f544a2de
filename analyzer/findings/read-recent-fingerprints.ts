import type { Store } from "../../core/store/store.ts";
import type { Touched } from "./pending-fingerprints.ts";

// Revision is the clock at storing; queued batches of the last minutes come again anyway.
const recentFingerprints = `
  SELECT Tenant, Fingerprint, toUnixTimestamp64Milli(min(Time)) AS FromMs
  FROM detections
  WHERE Revision >= (SELECT max(Revision) FROM detections) - 3600000
  GROUP BY Tenant, Fingerprint`;

/** Fingerprints with detections of the last hour in which any were stored. */
export async function readRecentFingerprints(store: Store): Promise<Touched[]> {
  const rows = await store.query<{ Tenant: string; Fingerprint: string; FromMs: number }>(
    recentFingerprints,
  );
  return rows.map((row) => ({
    tenant: row.Tenant,
    fingerprint: row.Fingerprint,
    fromUnixMs: row.FromMs,
  }));
}
