import { resolve } from "node:path";
import { createTextMask } from "../analyzer/redact/text-mask.ts";
import { assertSafeBind } from "../core/auth/assert-safe-bind.ts";
import { holdsKeys } from "../core/auth/keys/key-store.ts";
import type { Clock } from "../core/clock.ts";
import { maskKey } from "../core/keys/mask-key.ts";
import type { OpenParts } from "../core/open-parts.ts";
import type { QueueProducer } from "../core/queue/queue.ts";
import type { MetricsRegistry } from "../core/telemetry/metrics.ts";
import { createApi } from "../create-api.ts";
import { openGuard } from "../open-guard.ts";
import { createAbout, type StartContext, startServers, type Telltale } from "../start-servers.ts";
import { keysDir, openFiles } from "./open-files.ts";
import { startParts } from "./start-parts.ts";

/** The whole service in this process: queue, store and logs are files of the data folder. */
export async function startEmbedded(context: StartContext, opened: OpenParts): Promise<Telltale> {
  const { config, logger, clock } = context;
  assertSafeBind(config, await holdsKeys(keysDir(config)));
  const files = await openFiles(context, opened);
  const parts = await startParts(files, context, opened);
  const queue = files.queue.producer;
  observeQueue(queue, parts.metrics, clock);
  const about = createAbout(clock);
  const { metrics } = parts;
  const { reads } = files.store;
  const guard = openGuard({ ...files, reads, metrics }, context, opened);
  const apiServer = await createApi({
    ...parts,
    config,
    logger,
    queue,
    about: () => about,
    guard,
    people: {
      ...files,
      clock,
      feedback: parts.feedback,
      deadLetters: files.queue.deadLetters,
      textStores: [{ ...files.notes, place: "notes" }],
      mask: createTextMask(maskKey(files.queueKey)),
    },
  });
  const receiving = { ...files, ...parts, ...context, queue };
  const ready = await startServers({ receiving, apiServer, about }, config, opened);
  parts.feedback.start();
  logger.info({ ...ready, dataDir: resolve(config.dataDir) }, "Telltale is ready");
  return { ready, failed: parts.worker.failed, stop: () => opened.close() };
}

function observeQueue(queue: QueueProducer, metrics: MetricsRegistry, clock: Clock): void {
  metrics.gauge("telltale.queue.waiting", () => queue.stats().recordsWaiting);
  metrics.gauge("telltale.queue.size", () => queue.stats().fileBytes);
  metrics.gauge("telltale.queue.limit", () => queue.stats().limitBytes);
  metrics.gauge("telltale.queue.age", () => {
    const { oldestWaitingUnixMs } = queue.stats();
    return oldestWaitingUnixMs === null ? 0 : (clock.now() - oldestWaitingUnixMs) / 1000;
  });
  metrics.gauge("telltale.process.memory", () => process.memoryUsage.rss());
}
