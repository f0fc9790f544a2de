import type { FindingStores } from "./finding-stores.ts";
import type { Touched } from "./store-detections.ts";

const affectedFingerprints = `
  SELECT Tenant, Fingerprint, toUnixTimestamp64Milli(min(Time)) AS FromMs,
    toUnixTimestamp64Milli(max(Time)) AS ToMs
  FROM detections FINAL
  WHERE Id IN {ids:Array(String)} AND Retracted = 0
  GROUP BY Tenant, Fingerprint`;

// The subquery keeps the filter on the stored columns; an alias of the outer list would win.
const markRetracted = `
  INSERT INTO detections
  SELECT * REPLACE (1 AS Retracted, Revision + 1 AS Revision)
  FROM (
    SELECT * FROM detections FINAL
    WHERE Tenant IN {tenants:Array(String)} AND Fingerprint IN {fingerprints:Array(String)}
      AND Id IN {ids:Array(String)} AND Retracted = 0
      AND Time >= fromUnixTimestamp64Milli({from:Int64})
      AND Time <= fromUnixTimestamp64Milli({to:Int64})
  )`;

const idsPerStatement = 4000;

/** Marks detections as retracted and says which fingerprints lost some; safe to repeat. */
export async function retractDetections(
  stores: FindingStores,
  ids: readonly string[],
): Promise<Touched[]> {
  const touched: Touched[] = [];
  for (let start = 0; start < ids.length; start += idsPerStatement) {
    touched.push(...(await retractSome(stores, ids.slice(start, start + idsPerStatement))));
  }
  return touched;
}

async function retractSome(
  { reads, writes }: FindingStores,
  ids: readonly string[],
): Promise<Touched[]> {
  const rows = await reads.query<{
    Tenant: string;
    Fingerprint: string;
    FromMs: number;
    ToMs: number;
  }>(affectedFingerprints, { ids });
  if (rows.length === 0) {
    return [];
  }
  await writes.command(markRetracted, {
    tenants: [...new Set(rows.map((row) => row.Tenant))],
    fingerprints: [...new Set(rows.map((row) => row.Fingerprint))],
    ids,
    from: rows.reduce((least, row) => Math.min(least, row.FromMs), Infinity),
    to: rows.reduce((most, row) => Math.max(most, row.ToMs), 0),
  });
  // What is gone may have bridged episodes on both sides, so all of them are looked at.
  return rows.map((row) => ({ tenant: row.Tenant, fingerprint: row.Fingerprint, fromUnixMs: 0 }));
}
