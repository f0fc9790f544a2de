import type { Config } from "../../core/config/config.ts";
import type { Logger } from "../../core/log.ts";
import { OutcomeMismatchError } from "../../core/queue/accounting.ts";
import type { Batch, QueueConsumer } from "../../core/queue/queue.ts";
import { StoreError } from "../../core/store/store-error.ts";
import type { Metrics } from "../../core/telemetry/metrics.ts";
import type { SpanClaims } from "../claims/span-claims.ts";
import type { Inspector } from "../inspect/inspector.ts";
import type { HeartbeatWriter } from "./heartbeat.ts";
import { type IngestStores, type StoredBatch, storeBatch } from "./ingest-stage.ts";
import { type PreparedBatch, type PrepareOptions, prepareBatch } from "./prepare-batch.ts";
import { createSeriesLimit } from "./series-limit.ts";
import type { KnownSpans } from "./stored-spans.ts";

export interface BatchStepDependencies {
  readonly consumer: QueueConsumer;
  readonly stores: IngestStores;
  /** Where several processes store spans; `null` where this one alone does. */
  readonly claims: SpanClaims | null;
  readonly inspector: Inspector;
  readonly heartbeat: HeartbeatWriter;
  /** What follows from a stored batch, before its commit; repeated with it, so safe to repeat. */
  readonly aftermath: (stored: StoredBatch) => Promise<void>;
  readonly metrics: Metrics;
  readonly config: Config;
  readonly logger: Logger;
}

/** A batch and what came of preparing it. */
interface Ready {
  readonly batch: Batch;
  readonly prepared: PreparedBatch | Error;
  /** What tells its duplicates; an error when its spans could not be claimed. */
  readonly known: KnownSpans | Error;
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
  const { consumer, stores, claims, heartbeat, aftermath, metrics, config, logger } = dependencies;
  const options = prepareOptions(config, logger);
  let ahead: Promise<Ready | null> | null = null;

  /** @param inHand the batch that is being stored meanwhile */
  async function ready(batch: Batch | null, inHand: Batch | null): Promise<Ready | null> {
    if (batch === null) {
      return null;
    }
    const prepared = await tryPrepare(dependencies, options, batch);
    return { batch, prepared, known: await tryClaim(dependencies, batch, prepared, inHand) };
  }

  async function take(): Promise<Ready | null> {
    const prepared = await ahead;
    ahead = null;
    if (claims === null && prepared !== null) {
      return prepared;
    }
    // Another process may have got what was prepared, or have claimed it meanwhile.
    const batch = await consumer.read();
    return prepared !== null && prepared.batch.id === batch?.id
      ? claimedAgain(dependencies, prepared, batch)
      : ready(batch, null);
  }

  return async () => {
    const current = await take();
    if (current === null) {
      return { worked: false, stored: null };
    }
    const { batch, prepared, known } = current;
    const stage = createStopwatch(metrics);
    try {
      if (prepared instanceof Error) {
        throw prepared;
      }
      if (known instanceof Error) {
        throw known;
      }
      const stored = await storeBatch({ ...stores, known }, heartbeat, prepared, async () => {
        ahead = ready(await consumer.readAfter(batch), batch);
      });
      stage("store");
      await aftermath(stored);
      stage("findings");
      await consumer.commit(batch, stored.outcome);
      claims?.done(batch.id);
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

function prepareOptions({ otlp, analyzer }: Config, logger: Logger): PrepareOptions {
  return {
    maxBodyBytes: otlp.maxBodyBytes,
    recordLimits: otlp.records,
    sampling: analyzer.sampling,
    series: createSeriesLimit({ maxValues: analyzer.maxSeriesValues, logger }),
  };
}

/** What was claimed ahead counts if nobody else had the partition since. */
async function claimedAgain(
  dependencies: BatchStepDependencies,
  { prepared, known, ...before }: Ready,
  batch: Batch,
): Promise<Ready> {
  const isSame = before.batch.epoch === batch.epoch;
  return {
    batch,
    prepared,
    known: isSame ? known : await tryClaim(dependencies, batch, prepared, null),
  };
}

async function tryClaim(
  { claims, stores, metrics }: BatchStepDependencies,
  batch: Batch,
  prepared: PreparedBatch | Error,
  inHand: Batch | null,
): Promise<KnownSpans | Error> {
  if (claims === null || prepared instanceof Error) {
    return stores.storedSpans;
  }
  const stage = createStopwatch(metrics);
  try {
    const known = await claims.claim(batch, prepared.spans, inHand?.id ?? null);
    stage("claim");
    return known;
  } catch (error) {
    return toError(error);
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
  { consumer, claims, logger }: BatchStepDependencies,
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
  if (claims === null) {
    await consumer.refuse(batch, error.message);
    return;
  }
  const current = await consumer.read();
  if (current?.id !== batch.id) {
    return;
  }
  if (current.records.length === 1) {
    // It may be dead-lettered now: its spans are free for a copy, and for its own replay.
    await claims.release(current);
  }
  await consumer.refuse(current, error.message);
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error), { cause: error });
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
