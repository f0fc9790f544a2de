import { setTimeout as delay } from "node:timers/promises";
import type { Clock } from "../core/clock.ts";
import { type BatchStepDependencies, createBatchStep } from "./ingest/batch-step.ts";
import type { StoredBatch } from "./ingest/ingest-stage.ts";
import type { NoticeStage } from "./notice/notice-stage.ts";
import type { WindowStage } from "./series/window-stage.ts";
import { createSuspectTraces, type SuspectTraces } from "./trace/suspect-traces.ts";
import type { TraceStage } from "./trace/trace-stage.ts";

export interface AnalyzerDependencies extends BatchStepDependencies {
  readonly traces: TraceStage;
  readonly windows: WindowStage;
  readonly notices: NoticeStage;
  readonly clock: Clock;
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
  const { consumer, stores, windows, metrics, clock, logger } = dependencies;
  const step = createBatchStep(dependencies);
  const suspects = createSuspectTraces();
  const stopping = new AbortController();
  let nextTickAt = 0;

  async function once(): Promise<void> {
    const { worked, stored } = await step();
    if (stored !== null) {
      observe(dependencies, suspects, stored);
    }
    if (clock.now() >= nextTickAt) {
      nextTickAt = clock.now() + tickIntervalMs;
      await tick(dependencies);
    }
    if (!worked) {
      await consumer.wait(idleWaitMs);
    }
  }

  return {
    async run() {
      await windows.load();
      const loading = stores.storedSpans.load().catch((error: unknown) => {
        logger.warn({ err: error }, "Stored spans not loaded; each batch asks the store for all");
      });
      let backoffMs = 0;
      while (!stopping.signal.aborted) {
        try {
          await once();
          backoffMs = 0;
        } catch (error) {
          backoffMs = Math.min(Math.max(100, backoffMs * 2), maxBackoffMs);
          metrics.count("telltale.analyzer.errors", 1);
          logger.error({ err: error, backoffMs }, "Analyzer step failed; it is repeated");
          await delay(backoffMs);
        }
      }
      await loading;
      await windows.checkpoint();
    },
    stop() {
      stopping.abort();
    },
  };
}

function observe(
  { traces, windows, notices }: AnalyzerDependencies,
  suspects: SuspectTraces,
  { spans }: StoredBatch,
): void {
  traces.observe(suspects.among(spans));
  const streams = Map.groupBy(spans, (span) =>
    JSON.stringify([span.tenant, span.service, span.environment]),
  );
  const arrivals = [...streams.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) {
      return [];
    }
    const { tenant, service, environment } = first;
    const times = group.map((span) => span.timeUnixMs);
    return {
      tenant,
      service,
      environment,
      minTimeUnixMs: times.reduce((least, time) => Math.min(least, time)),
      maxTimeUnixMs: times.reduce((most, time) => Math.max(most, time)),
    };
  });
  windows.observe(arrivals);
  notices.observe(arrivals);
}

async function tick(dependencies: AnalyzerDependencies): Promise<void> {
  const { traces, windows, notices, findings, clock } = dependencies;
  const receivedAtUnixMs = clock.now();
  const noticed = await notices.tick();
  if (noticed.length > 0) {
    await findings.changesArrived(noticed);
  }
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
