import { randomBytes } from "node:crypto";
import { awaitMutations } from "../retention/await-mutations.ts";
import type { Store } from "../store/store.ts";
import type { DeletedTable } from "./erasable-tables.ts";
import { noteValues } from "./erasure-scope.ts";
import type { OwnedRuns } from "./owned-runs.ts";
import { rowConditions, subjectParams } from "./row-conditions.ts";
import type { Subject } from "./subject.ts";

export interface ErasureStores {
  readonly reads: Store;
  readonly writes: Store;
  /** Ends the waiting; what was begun goes on in ClickHouse. */
  readonly signal?: AbortSignal;
}

/** A table that rows with a hash in the scope are deleted from. */
export interface HashedTable {
  readonly table: string;
  readonly key: readonly string[];
}

/** Rows removed by one mutation at most. */
const rowsPerMutation = 200_000;
/** Rows that arrive while a mutation runs are not in it: it is repeated for them. */
const maxMutations = 1000;

/** How many rows of a table are about the subject. */
export async function countRows(
  reads: Store,
  table: DeletedTable,
  subject: Subject,
  runs: OwnedRuns,
): Promise<number> {
  const [row] = await reads.query<{ rows: number | string }>(
    `SELECT count() AS rows FROM ${table.table} WHERE ${aboutSubject(table, subject)}
    SETTINGS max_execution_time = 0`,
    { ...subjectParams(subject), ...runs },
  );
  return Number(row?.rows ?? 0);
}

/** Deletes every row of a table that is about the subject. */
export async function deleteRows(
  stores: ErasureStores,
  table: DeletedTable,
  subject: Subject,
  runs: OwnedRuns,
): Promise<void> {
  const query = `SELECT DISTINCT ${hashOf(table)} AS hash, _partition_id AS partition
    FROM ${table.table} WHERE ${aboutSubject(table, subject)} LIMIT ${rowsPerMutation}
    SETTINGS max_execution_time = 0`;
  const params = { ...subjectParams(subject), ...runs };
  for (let mutation = 0; mutation < maxMutations; mutation += 1) {
    const rows = await stores.reads.query<HashedRow>(query, params);
    if (rows.length === 0) {
      return;
    }
    await deleteHashed(stores, table, subject, rows);
  }
}

export interface HashedRow {
  readonly hash: string;
  readonly partition: string;
}

/**
 * Deletes rows by their hashes. ClickHouse keeps the text of a mutation in a file of its own, so
 * the text must not hold the id: it names the rows through a table instead.
 */
export async function deleteHashed(
  stores: ErasureStores,
  table: HashedTable,
  subject: Subject,
  rows: readonly HashedRow[],
): Promise<void> {
  const target = randomBytes(8).toString("hex");
  const hashes = rows.map(({ hash }) => hash);
  await noteValues(stores.writes, subject, target, hashes);
  await stores.writes.command(
    `ALTER TABLE ${table.table} DELETE
    WHERE _partition_id IN {partitions:Array(String)} AND ${hashOf(table)} IN (
      SELECT Value FROM erasure_scope
      WHERE Tenant = {tenant:String} AND Person = {person:String} AND Target = {target:String}
    ) SETTINGS mutations_sync = 0`,
    {
      tenant: subject.tenant,
      person: subject.pseudonym,
      target,
      partitions: [...new Set(rows.map(({ partition }) => partition))],
    },
  );
  await awaitMutations(stores, table.table, stores.signal);
}

/** Hash of what tells a row apart; with the tenant, so that equal rows of others stay. */
export function hashOf({ key }: HashedTable): string {
  return `hex(sipHash128(${["toString(Tenant)", ...key].join(", ")}))`;
}

function aboutSubject(table: DeletedTable, subject: Subject): string {
  const owned = table.inSession
    ? " OR Session IN {sessions:Array(String)} OR TraceId IN {traces:Array(String)}"
    : "";
  return `Tenant = {tenant:String} AND (${rowConditions(table, subject).names}${owned})`;
}
