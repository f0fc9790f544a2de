import { setTimeout as delay } from "node:timers/promises";
import type { Clock } from "../../core/clock.ts";
import type { Config } from "../../core/config/config.ts";
import type { Logger } from "../../core/log.ts";
import type { LogTerm, SharedLogReader, SharedLogRecord } from "../../core/queue/shared-log.ts";
import { StoreError } from "../../core/store/store-error.ts";
import type { Metrics } from "../../core/telemetry/metrics.ts";
import { createCommitFront } from "./commit-front.ts";
import { TermOverError } from "./fenced.ts";
import type { Stages } from "./stages.ts";
import { decodeSummary, type StoredSummary } from "./stored-summary.ts";

export interface LeaderDependencies {
  /** Summaries of stored batches. */
  readonly log: SharedLogReader;
  /** Stages whose writes end with the term; they begin with nothing in memory. */
  readonly openStages: (term: LogTerm) => Promise<Stages>;
  readonly config: Pick<Config["analyzer"], "traceQuietSeconds" | "traceMaxOpenSeconds">;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface Leader {
  /** Works until `stop`; resolves once the state is kept and reading is given up. */
  run(): Promise<void>;
  stop(): void;
}

const waitMs = 250;
const tickIntervalMs = 1000;
const maxBackoffMs = 10_000;
/** Tries of a summary whose data the store does not take. */
const maxTries = 3;

/**
 * Runs the stages on what all analyzers store, for as long as this process is the one that reads
 * their summaries. Each term begins like a restart: from the store, and from the first summary
 * whose traces the term before may have held in memory alone.
 */
export function createLeader(dependencies: LeaderDependencies): Leader {
  const { log, logger, metrics } = dependencies;
  const stopping = new AbortController();
  return {
    async run() {
      while (!stopping.signal.aborted) {
        try {
          const term = await log.lead(waitMs);
          if (term !== null) {
            logger.info("This process leads the stages");
            await leadTerm(dependencies, term, stopping.signal);
          }
        } catch (error) {
          metrics.count("telltale.analyzer.errors", 1);
          logger.error({ err: error }, "The stages could not be led; trying again");
          await delay(tickIntervalMs);
        }
      }
      await log.close();
    },
    stop() {
      stopping.abort();
    },
  };
}

async function leadTerm(
  dependencies: LeaderDependencies,
  term: LogTerm,
  stopping: AbortSignal,
): Promise<void> {
  const { openStages, logger, metrics } = dependencies;
  const stages = await openStages(term);
  const step = createTermStep(dependencies, term, stages);
  let isLoaded = false;
  let backoffMs = 0;
  while (term.isHeld() && !stopping.aborted) {
    try {
      if (!isLoaded) {
        await stages.load();
        isLoaded = true;
      }
      await step();
      backoffMs = 0;
    } catch (error) {
      if (error instanceof TermOverError) {
        return;
      }
      backoffMs = Math.min(Math.max(100, backoffMs * 2), maxBackoffMs);
      metrics.count("telltale.analyzer.errors", 1);
      logger.error({ err: error, backoffMs }, "A step of the stages failed; it is repeated");
      await delay(backoffMs);
    }
  }
  if (isLoaded && term.isHeld()) {
    await stages.checkpoint();
  }
}

/** One round of a term: what has been told, then what has become due. */
function createTermStep(
  { config, clock, logger, metrics }: LeaderDependencies,
  term: LogTerm,
  stages: Stages,
): () => Promise<void> {
  const waiting: SharedLogRecord[] = [];
  const openMs = (config.traceMaxOpenSeconds + config.traceQuietSeconds) * 1000;
  const front = createCommitFront(openMs);
  let nextTickAt = 0;
  let committed = -1;
  let tries = 0;

  async function take(record: SharedLogRecord): Promise<void> {
    const summary = parse(record);
    try {
      if (summary !== null) {
        await stages.record(summary);
      }
    } catch (error) {
      tries += 1;
      const isRefused = error instanceof StoreError && !error.retryable && tries >= maxTries;
      if (!isRefused) {
        throw error;
      }
      metrics.count("telltale.analyzer.errors", 1);
      logger.error({ err: error, offset: record.offset }, "What was told cannot be stored");
    }
    tries = 0;
    waiting.shift();
    const isOpen = summary !== null && stages.observe(summary);
    front.taken(record.offset, isOpen, clock.now());
  }

  function parse(record: SharedLogRecord): StoredSummary | null {
    try {
      return decodeSummary(record.value);
    } catch (error) {
      metrics.count("telltale.analyzer.errors", 1);
      logger.error({ err: error, offset: record.offset }, "Not a summary of a stored batch");
      return null;
    }
  }

  return async () => {
    if (waiting.length === 0) {
      waiting.push(...(await term.read(waitMs)));
    }
    for (let next = waiting[0]; next !== undefined && clock.now() < nextTickAt; [next] = waiting) {
      await take(next);
    }
    const now = clock.now();
    if (now < nextTickAt) {
      return;
    }
    await stages.tick();
    nextTickAt = clock.now() + tickIntervalMs;
    const offset = front.committable(now);
    if (offset !== null && offset !== committed) {
      await term.commit(offset);
      committed = offset;
    }
  };
}
