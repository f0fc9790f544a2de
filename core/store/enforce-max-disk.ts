import type { Store } from "./store.ts";

/** A day of raw telemetry that was dropped to make room. */
export interface DroppedPartition {
  readonly table: string;
  /** The day, such as `2026-11-20`. */
  readonly day: string;
  readonly rows: number;
  readonly bytes: number;
}

/** Raw telemetry: everything else (windows, findings, changes, proposals) is never dropped. */
const rawTables = [
  "otel_traces",
  "otel_logs",
  "otel_metrics_gauge",
  "otel_metrics_sum",
  "otel_metrics_histogram",
  "otel_metrics_exponential_histogram",
  "otel_metrics_summary",
] as const;

const activeBytes = `
  SELECT sum(bytes_on_disk) AS bytes
  FROM system.parts
  WHERE active AND database = currentDatabase()`;

const rawPartitions = `
  SELECT table, partition AS day, partition_id AS id, sum(rows) AS rows,
    sum(bytes_on_disk) AS bytes
  FROM system.parts
  WHERE active AND database = currentDatabase() AND table IN {tables: Array(String)}
  GROUP BY table, partition, partition_id
  ORDER BY day, table`;

interface RawPartition extends DroppedPartition {
  readonly id: string;
}

/**
 * Drops the oldest days of raw telemetry until the active parts of the store fit `maxBytes`.
 * Bytes of merged parts that wait for their removal are not counted; they go within minutes.
 *
 * @returns what was dropped, oldest first; the caller counts it and shows it.
 */
export async function enforceMaxDisk(store: Store, maxBytes: number): Promise<DroppedPartition[]> {
  const [total] = await store.query<{ bytes: number }>(activeBytes);
  let excess = (total?.bytes ?? 0) - maxBytes;
  if (excess <= 0) {
    return [];
  }
  const partitions = await store.query<RawPartition>(rawPartitions, { tables: rawTables });
  const dropped: DroppedPartition[] = [];
  for (const { id, ...partition } of partitions) {
    if (excess <= 0) {
      break;
    }
    // Both names come from the server's own catalog, and identifiers cannot be parameters.
    await store.command(`ALTER TABLE ${partition.table} DROP PARTITION ID '${id}'`);
    excess -= partition.bytes;
    dropped.push(partition);
  }
  return dropped;
}
