import type { Store } from "./store.ts";

/** A partition that was dropped to make room. */
export interface DroppedPartition {
  readonly table: string;
  /** The day, such as `2026-11-20`; of a derived table the first day or the month. */
  readonly day: string;
  readonly rows: number;
  readonly bytes: number;
  /** How many of the rows were whose. */
  readonly tenants: readonly { readonly tenant: string; readonly rows: number }[];
}

/** Raw telemetry goes first, oldest day first. */
const rawTables = [
  "otel_traces",
  "otel_logs",
  "otel_metrics_gauge",
  "otel_metrics_sum",
  "otel_metrics_histogram",
  "otel_metrics_exponential_histogram",
  "otel_metrics_summary",
] as const;

/** What is derived from it goes when no raw telemetry is left; series by the hour go last. */
const derivedTables = [
  "otel_traces_trace_id_ts",
  "span_identity",
  "windows_1m",
  "series_measures",
  "series_values",
  "windows_1h",
] as const;

const activeBytes = `
  SELECT sum(bytes_on_disk) AS bytes
  FROM system.parts
  WHERE active AND database = currentDatabase()`;

const partitionsOf = `
  SELECT table, partition AS day, partition_id AS id, sum(rows) AS rows,
    sum(bytes_on_disk) AS bytes
  FROM system.parts
  WHERE active AND database = currentDatabase() AND has({tables:Array(String)}, table)
  GROUP BY table, partition, partition_id
  HAVING rows > 0
  ORDER BY day, table`;

interface Partition extends Omit<DroppedPartition, "tenants"> {
  readonly id: string;
}

/** Bytes of the active parts; those of merged ones go within minutes. */
export async function storeBytes(store: Store): Promise<number> {
  const [total] = await store.query<{ bytes: number }>(activeBytes);
  return total?.bytes ?? 0;
}

/**
 * Drops the oldest days of raw telemetry until the active parts of the store fit `maxBytes`, then,
 * where that is not enough, what is derived from it. Findings, detections, changes, proposals and
 * everything else stay whatever the size.
 *
 * @returns what was dropped in order; the caller counts it and shows it.
 */
export async function enforceMaxDisk(store: Store, maxBytes: number): Promise<DroppedPartition[]> {
  let excess = (await storeBytes(store)) - maxBytes;
  const dropped: DroppedPartition[] = [];
  for (const tables of [rawTables, derivedTables]) {
    const partitions =
      excess > 0 ? await store.query<Partition>(partitionsOf, { tables: [...tables] }) : [];
    for (const { id, ...partition } of partitions) {
      if (excess <= 0) {
        break;
      }
      const tenants = await store.query<{ tenant: string; rows: number }>(
        `SELECT Tenant AS tenant, count() AS rows FROM ${partition.table}
        WHERE _partition_id = {id:String} GROUP BY tenant ORDER BY tenant`,
        { id },
      );
      // Both names come from the server's own catalog, and identifiers cannot be parameters.
      await store.command(`ALTER TABLE ${partition.table} DROP PARTITION ID '${id}'`);
      excess -= partition.bytes;
      dropped.push({ ...partition, tenants });
    }
  }
  return dropped;
}
