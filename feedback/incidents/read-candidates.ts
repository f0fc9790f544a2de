import type { FindingType, Severity } from "../../core/model/finding.ts";
import type { Store } from "../../core/store/store.ts";
import { proposingTypes } from "../gate.ts";

/** A finding as far as incidents and the gate look at it. */
export interface Candidate {
  readonly tenant: string;
  readonly id: string;
  readonly fingerprint: string;
  readonly type: FindingType;
  readonly severity: Severity;
  readonly service: string;
  readonly environment: string;
  readonly sessions: number;
  readonly onsetUnixMs: number;
  readonly firstSeenUnixMs: number;
  /** Rises with every change of the finding. */
  readonly revision: string;
  /** Whether it began long before its data arrived. */
  readonly backfilled: boolean;
  readonly firstReceivedUnixMs: number;
}

/** Findings seen in the last 35 days (the life of raw data) may be proposed for. */
export const maxAgeDays = 35;

const candidates = `
  SELECT Tenant AS tenant, Id AS id, Fingerprint AS fingerprint, Type AS type,
    Severity AS severity, Service AS service, Environment AS environment,
    toString(Sessions) AS sessions, toString(toUnixTimestamp64Milli(Onset)) AS onsetUnixMs,
    toString(toUnixTimestamp64Milli(FirstSeen)) AS firstSeenUnixMs,
    toString(Revision) AS revision, toString(Backfilled) AS backfilled,
    toString(toUnixTimestamp64Milli(FirstReceivedAt)) AS firstReceivedUnixMs
  FROM findings FINAL
  WHERE Type IN {types:Array(String)} AND Occurrences > 0
    AND LastSeen >= fromUnixTimestamp64Milli({from:Int64})
    AND FirstReceivedAt <= fromUnixTimestamp64Milli({receivedBy:Int64})
  ORDER BY indexOf(['informational', 'low', 'medium', 'high', 'critical'], Severity) DESC,
    FirstSeen DESC, Id
  LIMIT 500`;

type CandidateRow = Record<keyof Candidate, string> & Pick<Candidate, "type" | "severity">;

/** A new finding waits this long, so that more of its calls and the change behind it are there. */
const restMs = 5000;

/** The gravest first, then the newest, so that a flood of small ones hides nothing. */
export async function readCandidates(store: Store, nowUnixMs: number): Promise<Candidate[]> {
  const rows = await store.query<CandidateRow>(candidates, {
    types: proposingTypes,
    from: nowUnixMs - maxAgeDays * 86_400_000,
    receivedBy: nowUnixMs - restMs,
  });
  return rows.map((row) => ({
    ...row,
    sessions: Number(row.sessions),
    onsetUnixMs: Number(row.onsetUnixMs),
    firstSeenUnixMs: Number(row.firstSeenUnixMs),
    firstReceivedUnixMs: Number(row.firstReceivedUnixMs),
    backfilled: row.backfilled === "1",
  }));
}
