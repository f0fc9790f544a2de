import type { Clock } from "../../core/clock.ts";
import type { Candidate } from "./read-candidates.ts";

type SettlingFinding = Pick<
  Candidate,
  "tenant" | "id" | "revision" | "backfilled" | "firstReceivedUnixMs"
>;

const quietMs = 10_000;
const longestMs = 600_000;

/**
 * Tells whether the backlog of a finding is in. One that began long before its data arrived comes
 * with a backlog, and a part of it would give another back-test and so another edit: such a finding
 * is settled once it has not changed for ten seconds, or ten minutes after its first data at the
 * latest. Others are settled as they come.
 */
export function createSettledFindings(clock: Clock): (finding: SettlingFinding) => boolean {
  const seen = new Map<string, { readonly revision: string; readonly sinceUnixMs: number }>();
  return ({ tenant, id, revision, backfilled, firstReceivedUnixMs }) => {
    const now = clock.now();
    if (!backfilled || now - firstReceivedUnixMs >= longestMs) {
      seen.delete(`${tenant}/${id}`);
      return true;
    }
    const known = seen.get(`${tenant}/${id}`);
    if (known?.revision !== revision) {
      seen.set(`${tenant}/${id}`, { revision, sinceUnixMs: now });
      return false;
    }
    return now - known.sinceUnixMs >= quietMs;
  };
}
