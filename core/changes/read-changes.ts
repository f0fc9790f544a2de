import { type CursorKey, encodeCursor, type Page, type PageRule } from "../http/paging.ts";
import type { Change, ChangeKind } from "../model/change.ts";
import type { AttributionEntry } from "../model/finding.ts";
import type { Store } from "../store/store.ts";
import { type ChangeColumns, changeColumns, toChange } from "./change-columns.ts";

/** A change as the API shows it: times RFC 3339 UTC, with the findings attributed to it. */
export interface ChangeItem
  extends Omit<
    Change,
    "tenant" | "changeId" | "timeUnixMs" | "startedAtUnixMs" | "completedAtUnixMs"
  > {
  readonly id: string;
  readonly time: string;
  readonly startedAt: string | null;
  readonly completedAt: string | null;
  readonly findings: readonly DownstreamFinding[];
}

export interface DownstreamFinding {
  readonly findingId: string;
  readonly probability: number;
}

export interface ChangeFilter {
  readonly kind?: ChangeKind | undefined;
  readonly service?: string | undefined;
  /** Only changes at or after this time, Unix milliseconds. */
  readonly sinceUnixMs?: number | undefined;
}

/** Paging of change lists: time and id. */
export const changePageRule: PageRule = {
  defaultLimit: 50,
  maxLimit: 500,
  key: ["number", "string"],
};

const changeList = `
  SELECT ${changeColumns}
  FROM changes FINAL
  WHERE Tenant = {tenant:String}
    AND Time >= fromUnixTimestamp64Milli({since:Int64})
    AND ({kind:String} = '' OR Kind = {kind:String})
    AND ({anyService:UInt8} = 1 OR Service = {service:String})
    AND (toUnixTimestamp64Milli(Time), ChangeId) < ({time:Int64}, {id:String})
  ORDER BY Time DESC, ChangeId DESC
  LIMIT {limit:UInt32}`;

const firstPage: CursorKey = [Number.MAX_SAFE_INTEGER, ""];

/** Changes of a tenant, newest first. */
export async function listChanges(
  store: Store,
  tenant: string,
  filter: ChangeFilter,
  page: Page,
): Promise<{ items: ChangeItem[]; nextCursor: string | null }> {
  const [time, id] = page.after ?? firstPage;
  const rows = await store.query<ChangeColumns>(changeList, {
    tenant,
    kind: filter.kind ?? "",
    service: filter.service ?? "",
    anyService: filter.service === undefined ? 1 : 0,
    since: Math.trunc(filter.sinceUnixMs ?? 0),
    time,
    id,
    limit: page.limit + 1,
  });
  const shown = rows.slice(0, page.limit);
  const last = shown.at(-1);
  return {
    items: await withFindings(store, tenant, shown.map(toChange)),
    nextCursor:
      rows.length > shown.length && last !== undefined
        ? encodeCursor([last.TimeMs, last.ChangeId])
        : null,
  };
}

const changesById = `
  SELECT ${changeColumns}
  FROM changes FINAL
  WHERE Tenant = {tenant:String} AND ChangeId IN {ids:Array(String)}`;

/** One change with its downstream findings, or `null`. */
export async function readChange(
  store: Store,
  tenant: string,
  id: string,
): Promise<ChangeItem | null> {
  const [item] = await withFindings(store, tenant, await readChangesById(store, tenant, [id]));
  return item ?? null;
}

/** Changes by their ids, in no fixed order; unknown ids are left out. */
export async function readChangesById(
  store: Store,
  tenant: string,
  ids: readonly string[],
): Promise<Change[]> {
  if (ids.length === 0) {
    return [];
  }
  const rows = await store.query<ChangeColumns>(changesById, { tenant, ids });
  return rows.map(toChange);
}

const findingsOfChanges = `
  SELECT Id, Attribution FROM findings FINAL
  WHERE Tenant = {tenant:String} AND Occurrences > 0 AND hasAny(
    arrayMap(entry -> JSONExtractString(entry, 'changeId'), JSONExtractArrayRaw(Attribution)),
    {ids:Array(String)}
  )
  ORDER BY LastSeen DESC, Id`;

async function withFindings(
  store: Store,
  tenant: string,
  changes: readonly Change[],
): Promise<ChangeItem[]> {
  if (changes.length === 0) {
    return [];
  }
  const rows = await store.query<{ Id: string; Attribution: string }>(findingsOfChanges, {
    tenant,
    ids: changes.map(({ changeId }) => changeId),
  });
  const downstream = rows.flatMap(({ Id, Attribution }) =>
    (JSON.parse(Attribution) as AttributionEntry[]).map(({ changeId, probability }) => ({
      changeId,
      findingId: Id,
      probability,
    })),
  );
  const byChange = Map.groupBy(downstream, ({ changeId }) => changeId);
  return changes.map((change) => toItem(change, byChange.get(change.changeId) ?? []));
}

function toItem(change: Change, downstream: readonly DownstreamFinding[]): ChangeItem {
  const {
    tenant: _tenant,
    changeId,
    timeUnixMs,
    startedAtUnixMs,
    completedAtUnixMs,
    ...rest
  } = change;
  return {
    id: changeId,
    ...rest,
    time: new Date(timeUnixMs).toISOString(),
    startedAt: rfc3339(startedAtUnixMs),
    completedAt: rfc3339(completedAtUnixMs),
    findings: downstream.map(({ findingId, probability }) => ({ findingId, probability })),
  };
}

function rfc3339(unixMs: number | null): string | null {
  return unixMs === null ? null : new Date(unixMs).toISOString();
}
