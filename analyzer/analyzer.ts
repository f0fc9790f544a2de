import { setTimeout as delay } from "node:timers/promises";
import type { Clock } from "../core/clock.ts";
import { type BatchStepDependencies, createBatchStep } from "./ingest/batch-step.ts";
import type { OutsideDetectors } from "./outside/outside-detectors.ts";
import { batchSight } from "./stages/batch-sight.ts";
import type { Stages } from "./stages/stages.ts";

export interface AnalyzerDependencies extends BatchStepDependencies {
  /** Run between the batches; `null` where a leader runs them for all analyzers. */
  readonly stages: Stages | null;
  /** Answers in its own time: what it found is recorded between the batches. */
  readonly outside?: OutsideDetectors;
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

/** The consumer loop: queue → store → aftermath, with the stages between. */
export function createAnalyzer(dependencies: AnalyzerDependencies): Analyzer {
  const { consumer, stores, claims, stages, metrics, clock, logger } = dependencies;
  const step = createBatchStep(dependencies);
  const stopping = new AbortController();
  let nextTickAt = 0;

  async function once(): Promise<void> {
    const { worked, stored } = await step();
    if (stored !== null) {
      stages?.observe(batchSight(stored.spans));
    }
    await recordLate(dependencies);
    if (clock.now() >= nextTickAt) {
      nextTickAt = clock.now() + tickIntervalMs;
      await stages?.tick();
    }
    if (!worked) {
      await consumer.wait(idleWaitMs);
    }
  }

  return {
    async run() {
      await stages?.load();
      const loading = (claims ?? stores.storedSpans).load().catch((error: unknown) => {
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
      dependencies.outside?.stop();
      await loading;
      await stages?.checkpoint();
    },
    stop() {
      stopping.abort();
    },
  };
}

async function recordLate({ outside, aftermath, clock }: AnalyzerDependencies): Promise<void> {
  const detections = outside?.take() ?? [];
  if (detections.length === 0) {
    return;
  }
  try {
    const receivedAtUnixMs = clock.now();
    await aftermath({ receivedAtUnixMs, detections, spans: [], changes: [], outcome: [] });
  } catch (error) {
    outside?.putBack(detections);
    throw error;
  }
}
