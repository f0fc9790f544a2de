import type { Store } from "../../core/store/store.ts";
import type { ActiveSpan, Boundary } from "./split-episodes.ts";

// A gap of a week cannot hide inside a day, so first and last per day split episodes exactly.
const activity = `
  SELECT Fingerprint, toUnixTimestamp64Milli(min(Time)) AS FromMs,
    toUnixTimestamp64Milli(max(Time)) AS ToMs
  FROM detections FINAL
  WHERE Tenant = {tenant:String} AND Fingerprint IN {fingerprints:Array(String)}
    AND Retracted = 0 AND Time >= fromUnixTimestamp64Milli({from:Int64})
  GROUP BY Fingerprint, toDate(Time), arrayCount(
    last -> toUnixTimestamp64Milli(Time) > last,
    {boundaries:Map(String, Array(Int64))}[Fingerprint]
  )`;

/** When each fingerprint was active, per day and side of every boundary. */
export async function readActivity(
  store: Store,
  query: {
    readonly tenant: string;
    readonly fingerprints: readonly string[];
    readonly fromUnixMs: number;
    readonly boundaries: ReadonlyMap<string, readonly Boundary[]>;
  },
): Promise<Map<string, ActiveSpan[]>> {
  const rows = await store.query<{
    Fingerprint: string;
    FromMs: number;
    ToMs: number;
  }>(activity, {
    tenant: query.tenant,
    fingerprints: query.fingerprints,
    from: query.fromUnixMs,
    boundaries: Object.fromEntries(
      [...query.boundaries].map(([fingerprint, list]) => [
        fingerprint,
        list.map((boundary) => boundary.lastUnixMs),
      ]),
    ),
  });
  return new Map(
    [...Map.groupBy(rows, (row) => row.Fingerprint)].map(([fingerprint, group]) => [
      fingerprint,
      group.map((row) => ({ fromUnixMs: row.FromMs, toUnixMs: row.ToMs })),
    ]),
  );
}
