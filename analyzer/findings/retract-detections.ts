import type { Detection } from "../../core/model/finding.ts";
import { findingFingerprint } from "../../core/model/identity.ts";
import type { Store } from "../../core/store/store.ts";
import type { Touched } from "./pending-fingerprints.ts";

// The subquery keeps the filter on the stored columns; an alias of the outer list would win.
const markRetracted = `
  INSERT INTO detections
  SELECT * REPLACE (1 AS Retracted, Revision + 1 AS Revision)
  FROM (
    SELECT * FROM detections FINAL
    WHERE Tenant = {tenant:String} AND Fingerprint IN {fingerprints:Array(String)}
      AND Id IN {ids:Array(String)} AND Retracted = 0
      AND Time >= fromUnixTimestamp64Milli({from:Int64})
      AND Time <= fromUnixTimestamp64Milli({to:Int64})
  )`;

const idsPerStatement = 4000;

/** The fingerprints that lose detections. */
export function touchedByRetraction(detections: readonly Detection[]): Touched[] {
  const touched = detections.map((detection) => ({
    tenant: detection.tenant,
    fingerprint: findingFingerprint(detection),
    // What is gone may have bridged episodes on both sides, so all of them are looked at.
    fromUnixMs: 0,
  }));
  return [...new Map(touched.map((each) => [each.fingerprint, each])).values()];
}

/** Marks stored detections as retracted; safe to repeat, unknown ones are left out. */
export async function retractDetections(
  store: Store,
  detections: readonly Detection[],
): Promise<void> {
  for (const [tenant, group] of Map.groupBy(detections, (detection) => detection.tenant)) {
    for (let start = 0; start < group.length; start += idsPerStatement) {
      const part = group.slice(start, start + idsPerStatement);
      const times = part.map(({ timeUnixMs }) => timeUnixMs);
      await store.command(markRetracted, {
        tenant,
        fingerprints: [...new Set(part.map(findingFingerprint))],
        ids: part.map(({ id }) => id),
        from: Math.min(...times),
        to: Math.max(...times),
      });
    }
  }
}
