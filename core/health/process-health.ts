import { resolve } from "node:path";
import type { Clock } from "../clock.ts";
import type { Config } from "../config/config.ts";
import type { Logger } from "../log.ts";
import type { QueueProducer } from "../queue/queue.ts";
import type { Store } from "../store/store.ts";
import type { MetricsRegistry } from "../telemetry/metrics.ts";
import { type Health, type Probe, startHealth } from "./health.ts";
import {
  analyzerProbe,
  createFreeSpace,
  diskProbe,
  type FreeSpace,
  queueProbe,
  skippedEventsProbe,
  storeProbe,
} from "./probes.ts";
import type { WatchedStore } from "./watch-store.ts";

export interface ProcessHealthOptions {
  readonly config: Pick<Config, "health">;
  /** Null: this process keeps nothing on a disk. */
  readonly dataDir: string | null;
  readonly queue: QueueProducer;
  /** Null: this process does without. */
  readonly store: { readonly reads: Store; readonly writes: WatchedStore } | null;
  /** Resolves when the analyzer has ended on its own; null: it runs elsewhere. */
  readonly analyzerFailed: Promise<Error> | null;
  /** Events of the command log that were left out so far; null: nobody reads it here. */
  readonly skippedEvents: (() => number) | null;
  readonly metrics: MetricsRegistry;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Watches what the process needs (disk, queue, store, analyzer, logs) and reports gauges. */
export function startProcessHealth(options: ProcessHealthOptions): Health {
  const { queue, store, metrics, skippedEvents, dataDir } = options;
  const space = dataDir === null ? null : createFreeSpace(resolve(dataDir));
  const health = startHealth({ ...options, probes: probesOf(options, space) });
  metrics.gauge("telltale.health.ready", () => (health.reasons().length === 0 ? 1 : 0));
  metrics.gauge("telltale.health.reasons", () => health.reasons().length);
  metrics.gauge("telltale.health.queue.room", () => queue.stats().roomShare);
  if (skippedEvents !== null) {
    metrics.gauge("telltale.health.skipped", skippedEvents);
  }
  if (space !== null) {
    metrics.gauge("telltale.health.disk.free", () => space.lastBytes());
  }
  if (store !== null) {
    metrics.gauge("telltale.health.store.wait", () => store.writes.waitingMs() / 1000);
  }
  return health;
}

function probesOf(options: ProcessHealthOptions, space: FreeSpace | null): Probe[] {
  const { queue, store, analyzerFailed, skippedEvents } = options;
  const { minFreeDiskBytes, storeSeconds, stuckSeconds } = options.config.health;
  return [
    ...(space === null ? [] : [diskProbe(space, minFreeDiskBytes)]),
    queueProbe(queue),
    ...(store === null ? [] : [storeProbe(store, storeSeconds)]),
    ...(analyzerFailed === null ? [] : [analyzerProbe(queue, analyzerFailed, stuckSeconds)]),
    ...(skippedEvents === null ? [] : [skippedEventsProbe(skippedEvents)]),
  ];
}
