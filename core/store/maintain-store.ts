import type { Clock } from "../clock.ts";
import type { Config } from "../config/config.ts";
import type { Logger } from "../log.ts";
import { createTenantExpiry } from "../retention/expire-tenants.ts";
import { recordRemovals } from "../retention/record-removals.ts";
import { retainedTables } from "../retention/retained-tables.ts";
import type { MetricsRegistry } from "../telemetry/metrics.ts";
import { dropEmptyParts } from "./drop-empty-parts.ts";
import { type DroppedPartition, enforceMaxDisk, storeBytes } from "./enforce-max-disk.ts";
import type { Store } from "./store.ts";

export interface MaintenanceOptions {
  readonly writes: Store;
  readonly reads: Store;
  readonly config: Pick<Config["store"], "maxDiskBytes" | "retention">;
  readonly clock: Clock;
  readonly metrics: MetricsRegistry;
  readonly logger: Logger;
  /** Whether this process looks after the store; always, unless several processes share it. */
  readonly leads?: () => boolean;
}

export interface Maintenance {
  /** One round at once; the timer calls the same. */
  run(): Promise<void>;
  /** Waits for the round that runs. */
  stop(): Promise<void>;
}

const intervalMs = 60_000;

/**
 * Every minute until stopped: keeps the store within its disk limit, and once a day per table
 * removes what tenants keep for a shorter time than others. What goes is counted and logged.
 */
export function startStoreMaintenance(options: MaintenanceOptions): Maintenance {
  const { writes, reads, config, metrics, logger } = options;
  const tables = retainedTables();
  const expireTenants = createTenantExpiry({ ...options, tables, retention: config.retention });
  const stopping = new AbortController();
  let running: Promise<void> = Promise.resolve();
  let bytes = 0;
  metrics.gauge("telltale.store.size", () => bytes);
  metrics.gauge("telltale.store.limit", () => config.maxDiskBytes);

  async function keepWithinDisk(): Promise<void> {
    for (const dropped of await enforceMaxDisk(writes, config.maxDiskBytes)) {
      await note(options, dropped);
    }
    // TTL leaves them too.
    const names = tables.map(({ table }) => table);
    await dropEmptyParts({ reads, writes }, names);
    bytes = await storeBytes(reads);
  }

  function run(): Promise<void> {
    running = running
      .then(keepWithinDisk)
      .then(() => expireTenants(stopping.signal))
      .catch((error: unknown) => {
        if (!stopping.signal.aborted) {
          logger.error({ err: error }, "Store maintenance failed");
        }
      });
    return running;
  }

  const leads = options.leads ?? (() => true);
  const timer = setInterval(() => leads() && void run(), intervalMs);
  timer.unref();
  return {
    run,
    async stop() {
      clearInterval(timer);
      // ClickHouse goes on with an open mutation at its next start.
      stopping.abort();
      await running;
    },
  };
}

async function note(
  { writes, clock, metrics, logger }: MaintenanceOptions,
  { tenants, ...about }: DroppedPartition,
): Promise<void> {
  const { table, day, rows } = about;
  metrics.count("telltale.store.dropped", rows, { table });
  logger.warn(about, "Dropped the oldest data to fit maxDiskBytes");
  const removals = tenants.map((own) => ({
    tenant: own.tenant,
    reason: "max_disk" as const,
    table,
    partition: day,
    rows: own.rows,
  }));
  await recordRemovals(writes, removals, clock.now());
}
