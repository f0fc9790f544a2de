import { setTimeout as delay } from "node:timers/promises";
import type { Clock } from "../core/clock.ts";
import type { Config } from "../core/config/config.ts";
import type { Logger } from "../core/log.ts";
import type { Batch, QueueConsumer } from "../core/queue/queue.ts";
import { StoreError } from "../core/store/store-error.ts";
import type { Metrics } from "../core/telemetry/metrics.ts";
import type { FindingStage } from "./findings/finding-stage.ts";
import type { HeartbeatWriter } from "./ingest/heartbeat.ts";
import { type IngestStores, type StoredBatch, storeBatch } from "./ingest/ingest-stage.ts";
import { prepareBatch } from "./ingest/prepare-batch.ts";
import type { Inspector } from "./inspect/inspector.ts";
import type { WindowStage } from "./series/window-stage.ts";
import type { TraceStage } from "./trace/trace-stage.ts";

export interface AnalyzerDependencies {
  readonly consumer: QueueConsumer;
  readonly stores: IngestStores;
  readonly inspector: Inspector;
  readonly heartbeat: HeartbeatWriter;
  readonly findings: FindingStage;
  readonly traces: TraceStage;
  readonly windows: WindowStage;
  readonly metrics: Metrics;
  readonly config: Config;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface Analyzer {
  /** Works until `stop`; resolves once the batch in hand is committed and state is kept. */
  run(): Promise<void>;
  stop(): void;
}

const tickIntervalMs = 1000;
const idleWaitMs = 250;
const maxBackoffMs = 10_000;

/** The consumer loop: queue → store → findings, with the trace and window stages between. */
export function createAnalyzer(dependencies: AnalyzerDependencies): Analyzer {
  const { consumer, windows, clock, logger } = dependencies;
  let stopped = false;
  let nextTickAt = 0;

  async function tickIfDue(): Promise<void> {
    if (clock.now() < nextTickAt) {
      return;
    }
    nextTickAt = clock.now() + tickIntervalMs;
    await tick(dependencies);
  }

  return {
    async run() {
      await windows.load();
      let backoffMs = 0;
      while (!stopped) {
        try {
          const batch = await consumer.read();
          if (batch === null) {
            await consumer.wait(idleWaitMs);
          } else {
            await processBatch(dependencies, batch);
          }
          await tickIfDue();
          backoffMs = 0;
        } catch (error) {
          backoffMs = Math.min(Math.max(100, backoffMs * 2), maxBackoffMs);
          dependencies.metrics.count("telltale.analyzer.errors", 1);
          logger.error({ err: error, backoffMs }, "Analyzer step failed; it is repeated");
          await delay(backoffMs);
        }
      }
      await windows.checkpoint();
    },
    stop() {
      stopped = true;
    },
  };
}

async function processBatch(dependencies: AnalyzerDependencies, batch: Batch): Promise<void> {
  const { consumer, inspector, stores, heartbeat, config, metrics, logger } = dependencies;
  const stage = createStopwatch(metrics);
  let stored: StoredBatch;
  try {
    const prepared = prepareBatch(batch, inspector, config.otlp.maxBodyBytes);
    stage("prepare");
    stored = await storeBatch(stores, heartbeat, prepared);
    stage("store");
  } catch (error) {
    if (error instanceof StoreError && error.retryable) {
      throw error;
    }
    // The data itself is at fault: repeat once, then find the bad record by halves.
    logger.warn({ err: error, batch: batch.id }, "Batch refused");
    await consumer.refuse(batch, error instanceof Error ? error.message : String(error));
    return;
  }
  await recordFindings(dependencies, stored);
  stage("findings");
  await consumer.commit(batch, stored.outcome);
  stage("commit");
  observe(dependencies, stored);
  metrics.count("telltale.analyzer.batches", 1);
  metrics.count(
    "telltale.analyzer.records",
    batch.records.reduce((sum, record) => sum + record.acceptedCount, 0),
  );
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

async function recordFindings(
  { findings }: AnalyzerDependencies,
  stored: StoredBatch,
): Promise<void> {
  if (stored.detections.length > 0) {
    const { receivedAtUnixMs } = stored;
    await findings.record(stored.detections, { stage: "record", receivedAtUnixMs });
  }
  if (stored.changes.length > 0) {
    await findings.changesArrived(stored.changes);
  }
}

function observe({ traces, windows }: AnalyzerDependencies, { spans }: StoredBatch): void {
  const genAi = spans.filter((span) => span.isGenAi);
  traces.observe(
    [...Map.groupBy(genAi, (span) => span.tenant)].map(([tenant, group]) => ({
      tenant,
      traceIds: [...new Set(group.map((span) => span.traceId))],
    })),
  );
  const streams = Map.groupBy(spans, (span) =>
    JSON.stringify([span.tenant, span.service, span.environment]),
  );
  windows.observe(
    [...streams.values()].flatMap((group) => {
      const [first] = group;
      if (first === undefined) {
        return [];
      }
      const times = group.map((span) => span.timeUnixMs);
      return {
        tenant: first.tenant,
        service: first.service,
        environment: first.environment,
        minTimeUnixMs: times.reduce((least, time) => Math.min(least, time)),
        maxTimeUnixMs: times.reduce((most, time) => Math.max(most, time)),
      };
    }),
  );
}

async function tick({ traces, windows, findings, clock }: AnalyzerDependencies): Promise<void> {
  const receivedAtUnixMs = clock.now();
  const onTraces = await traces.tick();
  if (onTraces.length > 0) {
    await findings.record(onTraces, { stage: "trace", receivedAtUnixMs });
  }
  const { detections, retracted } = await windows.tick();
  if (detections.length > 0) {
    await findings.record(detections, { stage: "series", receivedAtUnixMs });
  }
  if (retracted.length > 0) {
    await findings.retract(retracted);
  }
  await findings.tick();
}
