import { type ChangeColumns, changeColumns, toChange } from "../../core/changes/change-columns.ts";
import type { Change } from "../../core/model/change.ts";
import { stableId } from "../../core/model/identity.ts";
import type { Store } from "../../core/store/store.ts";
import { changeRow } from "./change-row.ts";

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
 * Stores change events. A statement about a known id completes it: what it leaves empty is kept
 * from before. A statement that says nothing new is a duplicate.
 */
export async function storeChanges(
  stores: { readonly reads: Store; readonly writes: Store },
  batch: ChangeBatch,
  changes: readonly Change[],
): Promise<StoredChanges> {
  const known = await readKnown(stores.reads, batch.id, changes);
  const changed = new Map<string, Change>();
  const duplicates: string[] = [];
  for (const change of changes) {
    const key = keyOf(change.tenant, change.changeId);
    const before = changed.get(key) ?? known.get(key);
    const after = before === undefined ? change : completed(before, change);
    if (before !== undefined && contentOf(before) === contentOf(after)) {
      duplicates.push(change.tenant);
    } else {
      changed.set(key, after);
    }
  }
  const rows = [...changed.values()].map((change) => changeRow(change, batch));
  if (rows.length > 0) {
    await stores.writes.insert("changes", rows, { token: batch.id });
  }
  return { changed: [...changed.values()], duplicates };
}

/** The earlier statement with everything the later one says on top. */
function completed(before: Change, after: Change): Change {
  return {
    ...after,
    service: after.service || before.service,
    environment: after.environment || before.environment,
    name: after.name || before.name,
    version: after.version || before.version,
    repository: after.repository || before.repository,
    revision: after.revision || before.revision,
    parents: after.parents.length > 0 ? after.parents : before.parents,
    author: after.author || before.author,
    message: after.message || before.message,
    files: after.files.length > 0 ? after.files : before.files,
    pullRequest: after.pullRequest || before.pullRequest,
    session: after.session ?? before.session,
    prompt: after.prompt || before.prompt,
    intent: after.intent || before.intent,
    startedAtUnixMs: after.startedAtUnixMs ?? before.startedAtUnixMs,
    completedAtUnixMs: after.completedAtUnixMs ?? before.completedAtUnixMs,
    status: after.status || before.status,
  };
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
