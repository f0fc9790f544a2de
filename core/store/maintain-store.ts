import type { Logger } from "../log.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import { enforceMaxDisk } from "./enforce-max-disk.ts";
import type { Store } from "./store.ts";

export interface MaintenanceOptions {
  readonly store: Store;
  readonly maxDiskBytes: number;
  readonly metrics: Metrics;
  readonly logger: Logger;
}

const intervalMs = 60_000;

/** Keeps the store within its disk limit until stopped; what is dropped is counted and logged. */
export function startStoreMaintenance(options: MaintenanceOptions): { stop(): Promise<void> } {
  const { store, maxDiskBytes, metrics, logger } = options;
  let running: Promise<void> = Promise.resolve();

  async function maintain(): Promise<void> {
    for (const { table, day, rows, bytes } of await enforceMaxDisk(store, maxDiskBytes)) {
      metrics.count("telltale.store.dropped", rows, { table });
      logger.warn(
        { table, day, rows, bytes },
        "Dropped the oldest day to stay within maxDiskBytes",
      );
    }
  }

  const timer = setInterval(() => {
    running = maintain().catch((error: unknown) =>
      logger.error({ err: error }, "Store maintenance failed"),
    );
  }, intervalMs);
  timer.unref();
  return {
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}
