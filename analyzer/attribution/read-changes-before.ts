import { type ChangeColumns, changeColumns, toChange } from "../../core/changes/change-columns.ts";
import { mergeNoticed } from "../../core/changes/merge-noticed.ts";
import type { Change } from "../../core/model/change.ts";
import type { Store } from "../../core/store/store.ts";

// Commits are written long before they run, and the deployment before the first candidate
// bounds what that candidate carried: both need a longer look back than candidates do.
const commitLookbackMs = 60 * 86_400_000;

// Prompts weigh nothing here, and long messages little.
const changesBefore = `
  SELECT ${changeColumns}
  FROM (
    SELECT * REPLACE (
      '' AS Prompt, substringUTF8(Message, 1, 4000) AS Message, arraySlice(Files, 1, 1000) AS Files
    )
    FROM changes FINAL
    WHERE Tenant = {tenant:String}
      AND Time >= fromUnixTimestamp64Milli({from:Int64})
      AND Time <= fromUnixTimestamp64Milli({to:Int64})
      AND Kind NOT IN ('pull_request', 'agent_session', 'artifact')
      AND (Kind = 'commit' OR Service IN {services:Array(String)})
    ORDER BY Time DESC, ChangeId
    LIMIT 10000
  )`;

/**
 * Changes of some services or of none in a range of time, and the commits before them. What was
 * both noticed in telemetry and reported is one change.
 */
export async function readChangesBefore(
  store: Store,
  query: {
    readonly tenant: string;
    readonly services: readonly string[];
    readonly fromUnixMs: number;
    readonly toUnixMs: number;
  },
): Promise<Change[]> {
  const rows = await store.query<ChangeColumns>(changesBefore, {
    tenant: query.tenant,
    services: [...query.services, ""],
    from: query.fromUnixMs - commitLookbackMs,
    to: query.toUnixMs,
  });
  return mergeNoticed(rows.map(toChange));
}
