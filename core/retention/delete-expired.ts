import type { Retention } from "../config/retention-config.ts";
import type { Store } from "../store/store.ts";
import { awaitMutations } from "./await-mutations.ts";
import type { RetainedTable } from "./retained-tables.ts";
import { defaultDays, physicalDays, tenantDays } from "./retention-days.ts";

/** Rows of one tenant that were removed from one partition. */
export interface RemovedRows {
  readonly tenant: string;
  readonly table: string;
  readonly partition: string;
  readonly rows: number;
}

export interface ExpiryOptions {
  /** Deletes without waiting, so that inserts on the same connection go on. */
  readonly writes: Store;
  readonly reads: Store;
  readonly retention: Retention;
  readonly nowUnixMs: number;
  /** Partitions rewritten at most; the rest waits for the next call. */
  readonly maxPartitions: number;
  /** Ends the wait; what was begun goes on in ClickHouse. */
  readonly signal?: AbortSignal;
}

export interface Expiry {
  readonly removed: readonly RemovedRows[];
  /** Whether nothing of this table is left to remove. */
  readonly done: boolean;
}

const dayMs = 86_400_000;

/**
 * Removes the rows of a table that are older than their tenant keeps them. ClickHouse's own TTL
 * removes what is older than anybody keeps, so a table on which all tenants agree is left to it.
 * The limit falls at the start of a UTC day: a partition of one day is rewritten once, not daily.
 */
export async function deleteExpired(table: RetainedTable, options: ExpiryOptions): Promise<Expiry> {
  const { writes, reads, retention, nowUnixMs, maxPartitions } = options;
  const own = tenantDays(retention, table.class);
  const longest = physicalDays(retention, table.class);
  const everyone = defaultDays(retention, table.class);
  if (everyone === longest && [...own.values()].every((days) => days === longest)) {
    return { removed: [], done: true };
  }
  const today = Math.floor(nowUnixMs / dayMs) * dayMs;
  const params = {
    // `transform` needs at least one pair; no tenant has an empty name.
    tenants: ["", ...own.keys()],
    limits: [0, ...own.values()].map((days) => unixSeconds(today, days)),
    otherwise: unixSeconds(today, everyone),
  };
  const expired =
    `toUnixTimestamp(${table.time}) < ` +
    "transform(toString(Tenant), {tenants:Array(String)}, {limits:Array(Int64)}, {otherwise:Int64})";
  const found = await reads.query<{ tenant: string; id: string; rows: number }>(
    `SELECT Tenant AS tenant, _partition_id AS id, count() AS rows
    FROM ${table.table} WHERE ${expired} GROUP BY tenant, id ORDER BY id, tenant`,
    params,
  );
  const partitions = [...new Set(found.map(({ id }) => id))];
  const ids = partitions.slice(0, maxPartitions);
  if (ids.length > 0) {
    // One mutation for all: each one makes a new version of every part of the table.
    await writes.command(
      `ALTER TABLE ${table.table} DELETE WHERE _partition_id IN {ids:Array(String)} AND ${expired}
      SETTINGS mutations_sync = 0`,
      { ...params, ids },
    );
    await awaitMutations(options, table.table, options.signal);
  }
  return {
    removed: found
      .filter(({ id }) => ids.includes(id))
      .map(({ tenant, id, rows }) => ({ tenant, table: table.table, partition: id, rows })),
    done: partitions.length <= maxPartitions,
  };
}

function unixSeconds(today: number, days: number): number {
  return (today - days * dayMs) / 1000;
}
