import { type ChangeColumns, changeColumns, toChange } from "../../core/changes/change-columns.ts";
import type { Change } from "../../core/model/change.ts";
import { stableId } from "../../core/model/identity.ts";
import type { Store } from "../../core/store/store.ts";
import { joinArtifacts } from "../supply/join-artifacts.ts";
import { type PartedChange, partDetails } from "../supply/part-details.ts";
import { type CarriedBill, storeBills } from "../supply/store-bills.ts";
import { type CarriedProfile, storeProfiles } from "../supply/store-profiles.ts";
import { changeRow } from "./change-row.ts";
import { mergeChange } from "./merge-change.ts";

export interface ChangeBatch {
  readonly id: string;
  readonly receivedAtUnixMs: number;
  /** Position of the batch's last record: later statements about an id win. */
  readonly revision: number;
}

export interface StoredChanges {
  /** What is now known of each change that was new or altered. */
  readonly changed: readonly Change[];
  /** Tenants of statements that said nothing new. */
  readonly duplicates: readonly string[];
}

/**
 * Stores change events. A statement about a known id completes it (`mergeChange`); one that says
 * nothing new is a duplicate. Bills of materials and column profiles go to tables of their own;
 * what differs from the bill before becomes `dependency` changes, and a deployment that names a
 * digest takes its commit from an attestation.
 */
export async function storeChanges(
  stores: { readonly reads: Store; readonly writes: Store },
  batch: ChangeBatch,
  changes: readonly Change[],
): Promise<StoredChanges> {
  const parted = changes.map(partDetails);
  const told = await fold(stores.reads, batch.id, parted);
  const followed = await storeLists(stores, batch, told.news, parted);
  const derived = await fold(stores.reads, batch.id, followed.map(partDetails));
  const changed = await joinArtifacts(stores.reads, [...told.news, ...derived.news]);
  if (changed.length > 0) {
    const rows = changed.map((change) => changeRow(change, batch));
    await stores.writes.insert("changes", rows, { token: batch.id });
  }
  return { changed, duplicates: told.duplicates };
}

/** What statements say beyond what is known, in their order. */
async function fold(
  store: Store,
  batchId: string,
  statements: readonly PartedChange[],
): Promise<{ readonly news: readonly Change[]; readonly duplicates: readonly string[] }> {
  const known = await readKnown(
    store,
    batchId,
    statements.map(({ change }) => change),
  );
  const news = new Map<string, Change>();
  const duplicates: string[] = [];
  for (const { change } of statements) {
    const key = keyOf(change.tenant, change.changeId);
    const before = news.get(key) ?? known.get(key);
    const after = before === undefined ? change : mergeChange(before, change);
    if (before !== undefined && contentOf(before) === contentOf(after)) {
      duplicates.push(change.tenant);
    } else {
      news.set(key, after);
    }
  }
  return { news: [...news.values()], duplicates };
}

/** Stores bills and profiles of what is new; gives the dependency changes that follow. */
async function storeLists(
  stores: { readonly reads: Store; readonly writes: Store },
  batch: ChangeBatch,
  news: readonly Change[],
  parted: readonly PartedChange[],
): Promise<Change[]> {
  const listed = new Map(
    parted
      .filter(({ bill, profile }) => bill !== null || profile !== null)
      .map((each) => [keyOf(each.change.tenant, each.change.changeId), each]),
  );
  const bills: CarriedBill[] = [];
  const profiles: CarriedProfile[] = [];
  for (const change of news) {
    const { bill, profile } = listed.get(keyOf(change.tenant, change.changeId)) ?? {};
    bills.push(...(bill ? [{ change, bill }] : []));
    profiles.push(...(profile ? [{ change, profile }] : []));
  }
  await storeProfiles(stores.writes, batch, profiles);
  return storeBills(stores, { ...batch, news }, bills);
}

function contentOf(change: Change): string {
  const { source: _source, ...content } = change;
  return stableId(JSON.stringify(Object.entries(content).toSorted(([a], [b]) => (a < b ? -1 : 1))));
}

function keyOf(tenant: string, changeId: string): string {
  return `${tenant}/${changeId}`;
}

const knownChanges = `
  SELECT ${changeColumns}
  FROM changes FINAL
  WHERE Tenant = {tenant:String} AND ChangeId IN {ids:Array(String)} AND BatchId != {batch:String}`;

async function readKnown(
  store: Store,
  batch: string,
  changes: readonly Change[],
): Promise<Map<string, Change>> {
  const known = new Map<string, Change>();
  for (const [tenant, group] of Map.groupBy(changes, (change) => change.tenant)) {
    const ids = [...new Set(group.map((change) => change.changeId))];
    const rows = await store.query<ChangeColumns>(knownChanges, { tenant, ids, batch });
    for (const row of rows) {
      known.set(keyOf(tenant, row.ChangeId), toChange(row));
    }
  }
  return known;
}
