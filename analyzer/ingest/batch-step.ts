import type { Config } from "../../core/config/config.ts";
import type { Logger } from "../../core/log.ts";
import { OutcomeMismatchError } from "../../core/queue/accounting.ts";
import type { Batch, QueueConsumer } from "../../core/queue/queue.ts";
import { StoreError } from "../../core/store/store-error.ts";
import type { Metrics } from "../../core/telemetry/metrics.ts";
import type { FindingStage } from "../findings/finding-stage.ts";
import type { Inspector } from "../inspect/inspector.ts";
import type { HeartbeatWriter } from "./heartbeat.ts";
import { type IngestStores, type StoredBatch, storeBatch } from "./ingest-stage.ts";
import { type PreparedBatch, type PrepareOptions, prepareBatch } from "./prepare-batch.ts";
import { createSeriesLimit } from "./series-limit.ts";

export interface BatchStepDependencies {
  readonly consumer: QueueConsumer;
  readonly stores: IngestStores;
  readonly inspector: Inspector;
  readonly heartbeat: HeartbeatWriter;
  readonly findings: FindingStage;
  readonly metrics: Metrics;
  readonly config: Config;
  readonly logger: Logger;
}

/** A batch and what came of preparing it. */
interface Ready {
  readonly batch: Batch;
  readonly prepared: PreparedBatch | Error;
}

/**
 * Takes one batch from the queue to the store and to findings, and commits it. Meanwhile the next
 * batch is already being prepared; that gives way between requests, so that a finding never
 * waits for it.
 *
 * @returns the step: it resolves with what was stored, or `null` when nothing waited or the
 *   batch was refused; it throws when repeating may help.
 */
export function createBatchStep(
  dependencies: BatchStepDependencies,
): () => Promise<{ readonly worked: boolean; readonly stored: StoredBatch | null }> {
  const { consumer, stores, heartbeat, findings, metrics, config, logger } = dependencies;
  const options: PrepareOptions = {
    maxBodyBytes: config.otlp.maxBodyBytes,
    recordLimits: config.otlp.records,
    sampling: config.analyzer.sampling,
    series: createSeriesLimit({ maxValues: config.analyzer.maxSeriesValues, logger }),
  };
  let ahead: Promise<Ready | null> | null = null;

  async function ready(batch: Batch | null): Promise<Ready | null> {
    return batch && { batch, prepared: await tryPrepare(dependencies, options, batch) };
  }

  return async () => {
    const current = (await ahead) ?? (await ready(await consumer.read()));
    ahead = null;
    if (current === null) {
      return { worked: false, stored: null };
    }
    const { batch, prepared } = current;
    const stage = createStopwatch(metrics);
    try {
      if (prepared instanceof Error) {
        throw prepared;
      }
      const stored = await storeBatch(stores, heartbeat, prepared, async () => {
        ahead = ready(await consumer.readAfter(batch));
      });
      stage("store");
      await recordFindings(findings, stored);
      stage("findings");
      await consumer.commit(batch, stored.outcome);
      stage("commit");
      countBatch(metrics, prepared);
      countDetections(metrics, stored);
      return { worked: true, stored };
    } catch (error) {
      ahead = null;
      await refuseOrThrow(dependencies, batch, error);
      return { worked: true, stored: null };
    }
  };
}

async function tryPrepare(
  { inspector, metrics }: BatchStepDependencies,
  options: PrepareOptions,
  batch: Batch,
): Promise<PreparedBatch | Error> {
  const stage = createStopwatch(metrics);
  try {
    const prepared = await prepareBatch(batch, inspector, options);
    stage("prepare");
    return prepared;
  } catch (error) {
    return new BadBatchError(error);
  }
}

/** The bytes themselves cannot be processed; repeating will not help. */
class BadBatchError extends Error {
  override readonly name = "BadBatchError";
  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

/** Data at fault is refused (repeated once, then halved to the bad record); all else thrown. */
async function refuseOrThrow(
  { consumer, logger }: BatchStepDependencies,
  batch: Batch,
  error: unknown,
): Promise<void> {
  const dataAtFault =
    error instanceof BadBatchError ||
    error instanceof OutcomeMismatchError ||
    (error instanceof StoreError && !error.retryable);
  if (!dataAtFault) {
    throw error;
  }
  logger.warn({ err: error, batch: batch.id }, "Batch refused");
  await consumer.refuse(batch, error.message);
}

async function recordFindings(findings: FindingStage, stored: StoredBatch): Promise<void> {
  const { receivedAtUnixMs, detections, changes } = stored;
  if (detections.length > 0) {
    await findings.record(detections, { stage: "record", receivedAtUnixMs });
  }
  if (changes.length > 0) {
    await findings.changesArrived(changes);
  }
}

function countBatch(metrics: Metrics, { batch, failures, overflow }: PreparedBatch): void {
  for (const [detector, count] of failures) {
    metrics.count("telltale.detector.errors", count, { detector });
  }
  for (const [dimension, count] of overflow) {
    metrics.count("telltale.series.overflow", count, { dimension });
  }
  metrics.count("telltale.analyzer.batches", 1);
  metrics.count(
    "telltale.analyzer.records",
    batch.records.reduce((sum, record) => sum + record.acceptedCount, 0),
  );
}

function countDetections(metrics: Metrics, { detections }: StoredBatch): void {
  for (const [detector, found] of Map.groupBy(detections, (detection) => detection.detector)) {
    metrics.count("telltale.detector.detections", found.length, { detector });
  }
}

/** Reports the time since the stage before. */
function createStopwatch(metrics: Metrics): (stage: string) => void {
  let since = performance.now();
  return (stage) => {
    const now = performance.now();
    metrics.observe("telltale.analyzer.batch.duration", (now - since) / 1000, { stage });
    since = now;
  };
}
