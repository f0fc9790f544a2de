import { type CursorKey, encodeCursor, type Page, type PageRule } from "../http/paging.ts";
import type { Finding, FindingStatus, FindingType } from "../model/finding.ts";
import type { Store } from "../store/store.ts";
import { type FindingColumns, findingColumns, toFindingItem } from "./finding-columns.ts";
import { readEvidence } from "./read-evidence.ts";

/** What lists show: everything but the evidence. */
export type FindingItem = Omit<Finding, "evidence">;

export interface FindingFilter {
  readonly status?: FindingStatus | undefined;
  readonly type?: FindingType | undefined;
  readonly service?: string | undefined;
  /** Only findings last seen at or after this time, Unix milliseconds. */
  readonly sinceUnixMs?: number | undefined;
}

/** Paging of finding lists: last seen and id. */
export const findingPageRule: PageRule = {
  defaultLimit: 50,
  maxLimit: 500,
  key: ["number", "string"],
};

const findingList = `
  SELECT ${findingColumns}
  WHERE f.LastSeen >= fromUnixTimestamp64Milli({since:Int64})
    AND ({status:String} = '' OR CurrentStatus = {status:String})
    AND ({type:String} = '' OR f.Type = {type:String})
    AND ({anyService:UInt8} = 1 OR f.Service = {service:String})
    AND (toUnixTimestamp64Milli(f.LastSeen), f.Id) < ({lastSeen:Int64}, {id:String})
  ORDER BY f.LastSeen DESC, f.Id DESC
  LIMIT {limit:UInt32}`;

const firstPage: CursorKey = [Number.MAX_SAFE_INTEGER, ""];

/**
 * Findings of a tenant, those seen last first. A mute or label whose end has passed reads as
 * `open`; a finding that no longer follows from the data reads as `resolved`, `recomputed`.
 */
export async function listFindings(
  store: Store,
  tenant: string,
  filter: FindingFilter,
  page: Page,
): Promise<{ items: FindingItem[]; nextCursor: string | null }> {
  const [lastSeen, id] = page.after ?? firstPage;
  const rows = await store.query<FindingColumns>(findingList, {
    tenant,
    status: filter.status ?? "",
    type: filter.type ?? "",
    service: filter.service ?? "",
    anyService: filter.service === undefined ? 1 : 0,
    since: Math.trunc(filter.sinceUnixMs ?? 0),
    lastSeen,
    id,
    limit: page.limit + 1,
  });
  const shown = rows.slice(0, page.limit);
  const last = shown.at(-1);
  return {
    items: await withProposals(store, tenant, shown),
    nextCursor:
      rows.length > shown.length && last !== undefined
        ? encodeCursor([last.LastSeenMs, last.Id])
        : null,
  };
}

const findingById = `SELECT ${findingColumns} WHERE f.Id = {id:String}`;

/** One finding with its evidence, or `null`. */
export async function readFinding(
  store: Store,
  tenant: string,
  id: string,
): Promise<Finding | null> {
  const rows = await store.query<FindingColumns>(findingById, { tenant, id });
  const [item] = await withProposals(store, tenant, rows);
  return item === undefined ? null : { ...item, evidence: await readEvidence(store, item) };
}

const findingsById = `SELECT ${findingColumns} WHERE f.Id IN {ids:Array(String)}`;

/** Findings without their evidence, in the order of the ids; unknown ones are left out. */
export async function readFindingItems(
  store: Store,
  tenant: string,
  ids: readonly string[],
): Promise<FindingItem[]> {
  const rows = await store.query<FindingColumns>(findingsById, { tenant, ids });
  const items = await withProposals(store, tenant, rows);
  return items.toSorted((a, b) => ids.indexOf(a.id) - ids.indexOf(b.id));
}

const proposalsOf = `
  SELECT Id, FindingIds FROM proposals FINAL
  WHERE Tenant = {tenant:String} AND hasAny(FindingIds, {ids:Array(String)})
  ORDER BY CreatedAt, Id`;

async function withProposals(
  store: Store,
  tenant: string,
  rows: readonly FindingColumns[],
): Promise<FindingItem[]> {
  if (rows.length === 0) {
    return [];
  }
  const proposals = await store.query<{ Id: string; FindingIds: string[] }>(proposalsOf, {
    tenant,
    ids: rows.map(({ Id }) => Id),
  });
  return rows.map((row) => ({
    ...toFindingItem(row),
    proposals: proposals
      .filter(({ FindingIds }) => FindingIds.includes(row.Id))
      .map(({ Id }) => Id),
  }));
}
