import type { Clock } from "../clock.ts";
import type { Retention } from "../config/retention-config.ts";
import type { Store } from "../store/store.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import { deleteExpired } from "./delete-expired.ts";
import { recordRemovals } from "./record-removals.ts";
import type { RetainedTable } from "./retained-tables.ts";

export interface TenantExpiryOptions {
  readonly tables: readonly RetainedTable[];
  readonly retention: Retention;
  readonly writes: Store;
  readonly reads: Store;
  readonly clock: Clock;
  readonly metrics: Metrics;
}

const dayMs = 86_400_000;
/** Partitions rewritten per round: a round must not keep the disk busy for long. */
const maxPartitionsPerRound = 8;

/** A round of deletions by tenant; each table is looked at once per UTC day. */
export function createTenantExpiry(
  options: TenantExpiryOptions,
): (signal: AbortSignal) => Promise<void> {
  const { tables, writes, clock, metrics } = options;
  const doneOnDay = new Map<string, number>();

  async function expire(
    table: RetainedTable,
    maxPartitions: number,
    signal: AbortSignal,
  ): Promise<number> {
    const now = clock.now();
    const sources = { ...options, nowUnixMs: now, maxPartitions, signal };
    const { removed, done } = await deleteExpired(table, sources);
    for (const { rows } of removed) {
      metrics.count("telltale.store.expired", rows, { table: table.table });
    }
    const removals = removed.map((rows) => ({ ...rows, reason: "tenant_retention" as const }));
    await recordRemovals(writes, removals, now);
    if (done) {
      doneOnDay.set(table.table, Math.floor(now / dayMs));
    }
    return new Set(removed.map(({ partition }) => partition)).size;
  }

  return async (signal) => {
    let left = maxPartitionsPerRound;
    const today = Math.floor(clock.now() / dayMs);
    for (const table of tables) {
      if (left > 0 && doneOnDay.get(table.table) !== today) {
        left -= await expire(table, left, signal);
      }
    }
  };
}
