import type { Store } from "../../core/store/store.ts";
import type { Containment } from "./incident.ts";

/** Fingerprints of one tenant, and the time from which on their detections count. */
export interface OverlapQuery {
  readonly tenant: string;
  readonly fingerprints: readonly string[];
  readonly fromUnixMs: number;
}

const detectionsOf = `
  FROM detections FINAL
  WHERE Tenant = {tenant:String} AND Fingerprint IN {fingerprints:Array(String)}
    AND Retracted = 0 AND Time >= fromUnixTimestamp64Milli({from:Int64})`;

// One pass: the fingerprints seen together in a session or trace, as pairs, counted.
const sharedUnits = `
  SELECT kind, pair.1 AS a, pair.2 AS b, toString(count()) AS shared
  FROM (
    SELECT unit.1 AS kind, arraySort(groupUniqArray(Fingerprint)) AS together
    FROM (
      SELECT Fingerprint, arrayJoin([('session', Session), ('trace', TraceId)]) AS unit
      ${detectionsOf}
    )
    WHERE unit.2 != ''
    GROUP BY unit
  )
  ARRAY JOIN arrayFlatten(arrayMap(
    x -> arrayMap(y -> (x, y), arrayFilter(y -> y >= x, together)), together
  )) AS pair
  GROUP BY kind, a, b`;

interface SharedRow {
  readonly kind: string;
  readonly a: string;
  readonly b: string;
  readonly shared: string;
}

/**
 * How far findings happen together: shared sessions over those of the smaller one, or the same
 * of traces, whichever is more; some emitters name the session on a part of the spans only.
 */
export async function readContainment(store: Store, query: OverlapQuery): Promise<Containment> {
  const rows = await store.query<SharedRow>(sharedUnits, parameters(query));
  const counts = new Map(rows.map(({ kind, a, b, shared }) => [key(kind, a, b), Number(shared)]));

  function share(kind: string, a: string, b: string): number {
    const smaller = Math.min(counts.get(key(kind, a, a)) ?? 0, counts.get(key(kind, b, b)) ?? 0);
    const [first, second] = a < b ? [a, b] : [b, a];
    return smaller === 0 ? 0 : (counts.get(key(kind, first, second)) ?? 0) / smaller;
  }

  return (a, b) => Math.max(share("session", a, b), share("trace", a, b));
}

function key(kind: string, a: string, b: string): string {
  return `${kind} ${a} ${b}`;
}

const outcomes = `
  SELECT Fingerprint AS fingerprint, max(Outcome = 'success') AS succeeded,
    max(Outcome = 'success' AND Severity = 'critical') AS critical
  ${detectionsOf}
  GROUP BY fingerprint`;

/** Which of the fingerprints saw a harmful act succeed, at all and with critical severity. */
export async function readSuccesses(
  store: Store,
  query: OverlapQuery,
): Promise<{ readonly any: ReadonlySet<string>; readonly critical: ReadonlySet<string> }> {
  const rows = await store.query<{ fingerprint: string; succeeded: number; critical: number }>(
    outcomes,
    parameters(query),
  );
  return {
    any: new Set(rows.flatMap((row) => (row.succeeded === 1 ? row.fingerprint : []))),
    critical: new Set(rows.flatMap((row) => (row.critical === 1 ? row.fingerprint : []))),
  };
}

function parameters({ tenant, fingerprints, fromUnixMs }: OverlapQuery) {
  return { tenant, fingerprints, from: fromUnixMs };
}
