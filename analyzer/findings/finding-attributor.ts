import type { Clock } from "../../core/clock.ts";
import type { Change } from "../../core/model/change.ts";
import type { FindingType } from "../../core/model/finding.ts";
import { attributeFindings } from "../attribution/attribute-findings.ts";
import type { AttributedFinding } from "../attribution/read-evidence.ts";
import { lookbackMs } from "../attribution/select-candidates.ts";
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
const findingsPerQuery = 200;
// A service that keeps its clock badly must not lose its findings' causes.
const slackMs = 60_000;

export function createFindingAttributor(dependencies: {
  readonly stores: FindingStores;
  readonly clock: Clock;
}): FindingAttributor {
  const { stores, clock } = dependencies;
  const dueAt = new Map<string, { tenant: string; id: string; atUnixMs: number }>();

  async function attribute(rows: readonly FindingRow[]): Promise<FindingRow[]> {
    const attributions = await attributeFindings(stores.reads, rows.map(toIncident));
    const attributedAt = new Date(clock.now()).toISOString();
    return rows.map((row) => {
      dueAt.delete(`${row.Tenant}/${row.Id}`);
      const attribution = attributions.get(row.Id) ?? [];
      return { ...row, Attribution: JSON.stringify(attribution), AttributedAt: attributedAt };
    });
  }

  async function attributeStored(tenant: string, rows: readonly FindingRow[]): Promise<void> {
    for (let start = 0; start < rows.length; start += findingsPerQuery) {
      const part = rows.slice(start, start + findingsPerQuery);
      const attributed = await attribute(part);
      await stores.writes.insert(
        "findings",
        attributed.map((row) => ({ ...row, Tenant: tenant, Revision: row.Revision + 1 })),
      );
    }
  }

  return {
    async attributeRefreshed(refreshed) {
      const fresh = refreshed.filter(needsAttribution).map(({ row }) => row);
      const rest = refreshed.filter((each) => !needsAttribution(each)).map(({ row }) => row);
      for (const { Tenant: tenant, Id: id } of rest.filter((row) => row.Occurrences > 0)) {
        const key = `${tenant}/${id}`;
        dueAt.set(key, dueAt.get(key) ?? { tenant, id, atUnixMs: clock.now() + dueAfterMs });
      }
      return [...(fresh.length > 0 ? await attribute(fresh) : []), ...rest];
    },

    async attributeAgain(changes) {
      for (const [tenant, group] of Map.groupBy(changes, (change) => change.tenant)) {
        const times = group.map(effectTime);
        const rows = await stores.reads.query<FindingRow>(findingsAfter, {
          tenant,
          from: Math.min(...times) - slackMs,
          to: Math.max(...times) + lookbackMs,
          services: servicesOf(group),
        });
        await attributeStored(tenant, rows);
      }
    },

    async attributeDue() {
      const now = clock.now();
      const due = [...dueAt.values()].filter(({ atUnixMs }) => atUnixMs <= now);
      for (const [tenant, group] of Map.groupBy(due, (each) => each.tenant)) {
        const ids = group.map(({ id }) => id);
        const rows = await stores.reads.query<FindingRow>(findingsById, { tenant, ids });
        await attributeStored(tenant, rows);
      }
    },
  };
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
    AND (empty({services:Array(String)}) OR Service IN {services:Array(String)})`;

const findingsById = `
  SELECT * FROM findings FINAL
  WHERE Tenant = {tenant:String} AND Id IN {ids:Array(String)} AND Occurrences > 0`;

/**
 * Services whose findings may be concerned; empty means any, for a commit reaches every service
 * that is deployed from its repository.
 */
function servicesOf(changes: readonly Change[]): string[] {
  return changes.some(({ kind, service }) => kind === "commit" || service === "")
    ? []
    : [...new Set(changes.map(({ service }) => service))];
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
