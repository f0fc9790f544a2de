import { type AnalyzerWorker, startAnalyzerWorker } from "../analyzer/start-worker.ts";
import { type Access, createAccess } from "../core/auth/access.ts";
import type { Health } from "../core/health/health.ts";
import { startProcessHealth } from "../core/health/process-health.ts";
import type { OpenParts } from "../core/open-parts.ts";
import { startStoreMaintenance } from "../core/store/maintain-store.ts";
import type { MetricsRegistry } from "../core/telemetry/metrics.ts";
import { startTelemetry } from "../core/telemetry/start-telemetry.ts";
import { createFeedback } from "../feedback/feedback.ts";
import type { Files, OpenFilesOptions } from "./open-files.ts";

/** What works on the files, beside the servers. */
export interface RunningParts {
  readonly access: Access;
  readonly worker: AnalyzerWorker;
  readonly feedback: ReturnType<typeof createFeedback>;
  readonly health: Health;
  readonly metrics: MetricsRegistry;
  readonly scrape: () => Promise<string>;
}

/** Starts the analyzer's thread, the feedback loop, upkeep and health probes. */
export async function startParts(
  files: Files,
  options: OpenFilesOptions,
  opened: OpenParts,
): Promise<RunningParts> {
  const { config, clock, logger } = options;
  const { store, keyStore } = files;
  const { metrics, scrape } = await startTelemetry(options, opened);
  const access = createAccess({ config, clock, logger, metrics, keyStore });
  const maintenance = startStoreMaintenance({
    writes: store.writes,
    reads: store.reads,
    config: config.store,
    clock,
    metrics,
    logger,
  });
  opened.add(maintenance, () => maintenance.stop());
  const { queueDir, queueKey, commandsDir } = files;
  const worker = await startAnalyzerWorker({
    config,
    queueKey,
    metrics,
    files: { queueDir, commandsDir, store },
  });
  opened.add(worker, () => worker.stop());
  const feedback = createFeedback({ ...files, config: config.feedback, clock, logger });
  opened.add(feedback, () => feedback.stop());
  const health = startProcessHealth({
    config,
    dataDir: config.dataDir,
    queue: files.queue.producer,
    store,
    analyzerFailed: worker.failed,
    skippedEvents: () => feedback.skippedEvents(),
    metrics,
    clock,
    logger,
  });
  opened.add(health, () => health.stop());
  return { access, worker, feedback, health, metrics, scrape };
}
