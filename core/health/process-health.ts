import { resolve } from "node:path";
import type { Clock } from "../clock.ts";
import type { Config } from "../config/config.ts";
import type { Logger } from "../log.ts";
import type { QueueProducer } from "../queue/queue.ts";
import type { Store } from "../store/store.ts";
import type { MetricsRegistry } from "../telemetry/metrics.ts";
import { type Health, startHealth } from "./health.ts";
import {
  analyzerProbe,
  createFreeSpace,
  diskProbe,
  queueProbe,
  skippedEventsProbe,
  storeProbe,
} from "./probes.ts";
import type { WatchedStore } from "./watch-store.ts";

export interface ProcessHealthOptions {
  readonly config: Pick<Config, "dataDir" | "health">;
  readonly queue: QueueProducer;
  readonly store: { readonly reads: Store; readonly writes: WatchedStore };
  /** Resolves when the analyzer has ended on its own. */
  readonly analyzerFailed: Promise<Error>;
  /** Events of the command log that were left out so far. */
  readonly skippedEvents: () => number;
  readonly metrics: MetricsRegistry;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Watches what the embedded process needs: disk, queue, store, analyzer; and reports gauges. */
export function startProcessHealth(options: ProcessHealthOptions): Health {
  const { queue, store, metrics } = options;
  const { minFreeDiskBytes, storeSeconds, stuckSeconds } = options.config.health;
  const space = createFreeSpace(resolve(options.config.dataDir));
  const health = startHealth({
    ...options,
    probes: [
      diskProbe(space, minFreeDiskBytes),
      queueProbe(queue),
      storeProbe(store, storeSeconds),
      analyzerProbe(queue, options.analyzerFailed, stuckSeconds),
      skippedEventsProbe(options.skippedEvents),
    ],
  });
  metrics.gauge("telltale.health.ready", () => (health.reasons().length === 0 ? 1 : 0));
  metrics.gauge("telltale.health.reasons", () => health.reasons().length);
  metrics.gauge("telltale.health.skipped", options.skippedEvents);
  metrics.gauge("telltale.health.disk.free", () => space.lastBytes());
  metrics.gauge("telltale.health.queue.room", () => queue.stats().roomShare);
  metrics.gauge("telltale.health.store.wait", () => store.writes.waitingMs() / 1000);
  return health;
}
