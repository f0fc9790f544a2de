import type { Clock } from "../../core/clock.ts";
import type { Change } from "../../core/model/change.ts";
import type { AttributionEntry, FindingType } from "../../core/model/finding.ts";
import type { Store } from "../../core/store/store.ts";
import { attributeFindings } from "../attribution/attribute-findings.ts";
import type { AttributedFinding } from "../attribution/read-evidence.ts";
import { lookbackMs } from "../attribution/select-candidates.ts";
import { createDueFindings, type DueFinding } from "./due-findings.ts";
import { type FindingRow, rowTime } from "./finding-row.ts";
import type { FindingStores } from "./finding-stores.ts";
import type { RefreshedFinding } from "./refresh-findings.ts";

/** Keeps attributions current without ranking anew at every detection. */
export interface FindingAttributor {
  /** Attributes what is new or has another onset; the rest becomes due a little later. */
  attributeRefreshed(refreshed: readonly RefreshedFinding[]): Promise<FindingRow[]>;
  /** Attributes the findings that changes may explain. */
  attributeAgain(changes: readonly Change[]): Promise<void>;
  /** Attributes findings with new detections whose turn has come. */
  attributeDue(): Promise<void>;
}

const dueAfterMs = 60_000;

// Evidence costs about 20 ms per finding. A flood of findings must not hold up the rest, so
// what exceeds this waits for a later tick, one such portion at a time.
const findingsAtOnce = 30;

/** What a finding shows until its turn comes. */
const unranked: AttributionEntry = {
  changeId: null,
  kind: "none",
  probability: 1,
  reasons: ["not ranked yet"],
};

// A service that keeps its clock badly must not lose its findings' causes.
const slackMs = 60_000;

export function createFindingAttributor(dependencies: {
  readonly stores: FindingStores;
  readonly clock: Clock;
}): FindingAttributor {
  const { stores, clock } = dependencies;
  const waiting = createDueFindings();

  async function attribute(rows: readonly FindingRow[]): Promise<FindingRow[]> {
    const attributed = await attributeRows(stores.reads, rows, clock.now());
    for (const row of rows) {
      waiting.remove(keyOf(row));
    }
    return attributed;
  }

  function postpone(rows: readonly FindingRow[], atUnixMs: number): void {
    for (const row of rows) {
      waiting.add(keyOf(row), atUnixMs);
    }
  }

  async function attributeStored(rows: readonly FindingRow[]): Promise<void> {
    postpone(rows.slice(findingsAtOnce), clock.now());
    const attributed = await attribute(rows.slice(0, findingsAtOnce));
    const newer = attributed.map((row) => ({ ...row, Revision: row.Revision + 1 }));
    if (newer.length > 0) {
      await stores.writes.insert("findings", newer);
    }
  }

  return {
    async attributeRefreshed(refreshed) {
      const fresh = refreshed.filter(needsAttribution).map(({ row }) => row);
      const known = refreshed.filter((each) => !needsAttribution(each)).map(({ row }) => row);
      const crowd = fresh.slice(findingsAtOnce);
      postpone(crowd, clock.now());
      postpone(
        known.filter(({ Occurrences }) => Occurrences > 0),
        clock.now() + dueAfterMs,
      );
      return [
        ...(await attribute(fresh.slice(0, findingsAtOnce))),
        ...crowd.map((row) => ({ ...row, Attribution: JSON.stringify([unranked]) })),
        ...known,
      ];
    },

    async attributeAgain(changes) {
      for (const [tenant, group] of Map.groupBy(effective(changes), (change) => change.tenant)) {
        const query = { tenant, ...concerned(group) };
        await attributeStored(await stores.reads.query<FindingRow>(findingsAfter, query));
      }
    },

    async attributeDue() {
      const due = waiting.due(clock.now(), findingsAtOnce);
      for (const [tenant, group] of Map.groupBy(due, (finding) => finding.tenant)) {
        const ids = group.map(({ id }) => id);
        await attributeStored(await stores.reads.query<FindingRow>(findingsById, { tenant, ids }));
      }
      for (const finding of due) {
        waiting.remove(finding);
      }
    },
  };
}

async function attributeRows(
  store: Store,
  rows: readonly FindingRow[],
  nowUnixMs: number,
): Promise<FindingRow[]> {
  const attributions = await attributeFindings(store, rows.map(toIncident));
  const attributedAt = new Date(nowUnixMs).toISOString();
  return rows.map((row) => {
    const attribution = attributions.get(row.Id) ?? [unranked];
    return { ...row, Attribution: JSON.stringify(attribution), AttributedAt: attributedAt };
  });
}

function keyOf({ Tenant, Id }: FindingRow): DueFinding {
  return { tenant: Tenant, id: Id };
}

function needsAttribution({ row, before }: RefreshedFinding): boolean {
  return (
    row.Occurrences > 0 &&
    (before === undefined ||
      before.AttributedAt === null ||
      rowTime(before.Onset) !== rowTime(row.Onset) ||
      rowTime(before.OnsetTo) !== rowTime(row.OnsetTo))
  );
}

const findingsAfter = `
  SELECT * FROM findings FINAL
  WHERE Tenant = {tenant:String} AND Occurrences > 0
    AND OnsetTo >= fromUnixTimestamp64Milli({from:Int64})
    AND Onset <= fromUnixTimestamp64Milli({to:Int64})
    AND (empty({services:Array(String)}) OR Service IN {services:Array(String)})
  ORDER BY LastSeen DESC, Id`;

const findingsById = `
  SELECT * FROM findings FINAL
  WHERE Tenant = {tenant:String} AND Id IN {ids:Array(String)} AND Occurrences > 0`;

/**
 * Range of onsets and services that changes may explain; no services means any, for a commit
 * reaches every service that is deployed from its repository.
 */
function concerned(changes: readonly Change[]): { from: number; to: number; services: string[] } {
  const times = changes.map(effectTime);
  const reachesAny = changes.some(({ kind, service }) => kind === "commit" || service === "");
  return {
    from: Math.min(...times) - slackMs,
    to: Math.max(...times) + lookbackMs,
    services: reachesAny ? [] : [...new Set(changes.map(({ service }) => service))],
  };
}

/** An artifact changes nothing by itself; the deployments that it explains come beside it. */
function effective(changes: readonly Change[]): Change[] {
  return changes.filter(({ kind }) => kind !== "artifact");
}

function effectTime(change: Change): number {
  return change.startedAtUnixMs ?? change.completedAtUnixMs ?? change.timeUnixMs;
}

function toIncident(row: FindingRow): AttributedFinding {
  return {
    findingId: row.Id,
    tenant: row.Tenant,
    fingerprint: row.Fingerprint,
    type: row.Type as FindingType,
    service: row.Service,
    environment: row.Environment,
    tool: row.Tool,
    onsetFromUnixMs: rowTime(row.Onset),
    onsetToUnixMs: rowTime(row.OnsetTo),
    firstSeenUnixMs: rowTime(row.FirstSeen),
    lastSeenUnixMs: rowTime(row.LastSeen),
  };
}
