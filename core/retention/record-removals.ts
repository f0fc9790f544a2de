import type { Store } from "../store/store.ts";

export const removalReasons = ["max_disk", "tenant_retention"] as const;

/** Why rows were removed. Those that ClickHouse's own TTL removes are not counted. */
export type RemovalReason = (typeof removalReasons)[number];

export interface Removal {
  readonly tenant: string;
  readonly reason: RemovalReason;
  readonly table: string;
  readonly partition: string;
  readonly rows: number;
}

/** Writes down what was removed, so that it can be shown after a restart too. */
export async function recordRemovals(
  writes: Store,
  removals: readonly Removal[],
  nowUnixMs: number,
): Promise<void> {
  const rows = removals.map(({ tenant, reason, table, partition, rows: count }) => ({
    Tenant: tenant,
    Reason: reason,
    RemovedAt: Math.floor(nowUnixMs / 1000),
    Table: table,
    Partition: partition,
    Rows: count,
  }));
  if (rows.length > 0) {
    await writes.insert("store_removals", rows);
  }
}

const totals = `
  SELECT Reason AS reason, sum(Rows) AS rows FROM store_removals
  WHERE Tenant = {tenant:String} GROUP BY reason`;

/** Rows of a tenant that were removed, by reason. */
export async function readRemovals(
  reads: Store,
  tenant: string,
): Promise<Record<RemovalReason, number>> {
  const rows = await reads.query<{ reason: RemovalReason; rows: number | string }>(totals, {
    tenant,
  });
  const byReason = new Map(rows.map(({ reason, rows: count }) => [reason, Number(count)]));
  return {
    max_disk: byReason.get("max_disk") ?? 0,
    tenant_retention: byReason.get("tenant_retention") ?? 0,
  };
}
