import type { FindingType } from "../../core/model/finding.ts";
import type { Store } from "../../core/store/store.ts";
import { proposingTypes } from "../gate.ts";

/** A finding as far as the gate looks at it. */
export interface Candidate {
  readonly tenant: string;
  readonly id: string;
  readonly fingerprint: string;
  readonly type: FindingType;
  readonly sessions: number;
  /** Rises with every change of the finding. */
  readonly revision: string;
}

/** Findings seen in the last 35 days (the life of raw data) may be proposed for. */
const maxAgeDays = 35;

const candidates = `
  SELECT Tenant AS tenant, Id AS id, Fingerprint AS fingerprint, Type AS type,
    toString(Sessions) AS sessions, toString(Revision) AS revision
  FROM findings FINAL
  WHERE Type IN {types:Array(String)} AND LastSeen >= fromUnixTimestamp64Milli({from:Int64})
    AND FirstReceivedAt <= fromUnixTimestamp64Milli({receivedBy:Int64})
  ORDER BY indexOf(['informational', 'low', 'medium', 'high', 'critical'], Severity) DESC,
    FirstSeen DESC, Id
  LIMIT 500`;

/** A new finding waits this long, so that more of its calls and the change behind it are there. */
const restMs = 5000;

/** The gravest first, then the newest, so that a flood of small ones hides nothing. */
export async function readCandidates(store: Store, nowUnixMs: number): Promise<Candidate[]> {
  const from = nowUnixMs - maxAgeDays * 86_400_000;
  const rows = await store.query<Candidate & { sessions: string }>(candidates, {
    types: proposingTypes,
    from,
    receivedBy: nowUnixMs - restMs,
  });
  return rows.map((row) => ({ ...row, sessions: Number(row.sessions) }));
}

const criticalSuccesses = `
  SELECT toString(count()) AS total
  FROM detections FINAL
  WHERE Tenant = {tenant:String} AND Fingerprint = {fingerprint:String} AND Retracted = 0
    AND Severity = 'critical' AND Outcome = 'success'`;

/** Whether a harmful act of critical severity has succeeded at least once. */
export async function readCriticalSuccess(
  store: Store,
  { tenant, fingerprint }: Candidate,
): Promise<boolean> {
  const rows = await store.query<{ total: string }>(criticalSuccesses, { tenant, fingerprint });
  return Number(rows[0]?.total ?? 0) > 0;
}
