import { systemClock } from "../../core/clock.ts";
import type { Commands } from "../../core/commands/commands.ts";
import type { Config } from "../../core/config/config.ts";
import { maskKey } from "../../core/keys/mask-key.ts";
import type { QueueKey } from "../../core/keys/open-key.ts";
import type { Logger } from "../../core/log.ts";
import type { SharedLogWriter } from "../../core/queue/shared-log.ts";
import { createSteadyClock } from "../../core/steady-clock.ts";
import type { StorePair } from "../../core/store/remote-store.ts";
import type { Metrics } from "../../core/telemetry/metrics.ts";
import { type Analyzer, type AnalyzerDependencies, createAnalyzer } from "../analyzer.ts";
import { createFindingStage } from "../findings/finding-stage.ts";
import { createHeartbeatWriter } from "../ingest/heartbeat.ts";
import type { StoredBatch } from "../ingest/ingest-stage.ts";
import { createStoredSpans } from "../ingest/stored-spans.ts";
import { createInspector } from "../inspect/inspector.ts";
import { createNoticeStage } from "../notice/notice-stage.ts";
import { createOutsideDetectors } from "../outside/outside-detectors.ts";
import { createWindowStage } from "../series/window-stage.ts";
import { batchSight } from "../stages/batch-sight.ts";
import { fencedCommands, fencedStore } from "../stages/fenced.ts";
import { createLeader } from "../stages/lead-stages.ts";
import { createStages, type Stages } from "../stages/stages.ts";
import { encodeSummary } from "../stages/stored-summary.ts";
import { createQueryStage } from "../streams/query-stage.ts";
import { watchDatasets } from "../supply/watch-datasets.ts";
import { createTraceDetectors } from "../trace/detectors/index.ts";
import { traceHeartbeats } from "../trace/detectors/trace-heartbeats.ts";
import { createTraceStage } from "../trace/trace-stage.ts";
import type { SharedParts, WorkerParts } from "./worker-parts.ts";

export interface AssembleOptions {
  readonly config: Config;
  readonly queueKey: QueueKey;
  readonly metrics: Metrics;
  readonly logger: Logger;
}

/** What storing and the stages have in common. */
interface Common extends AssembleOptions {
  readonly clock: AnalyzerDependencies["clock"];
  readonly detectors: ReturnType<typeof createTraceDetectors>;
}

/**
 * The analyzer of this process. The only one runs the stages between its batches; of several,
 * each stores batches, and one of them beside that runs the stages for all.
 */
export function assembleAnalyzer(parts: WorkerParts, options: AssembleOptions): Analyzer {
  const common: Common = {
    ...options,
    clock: createSteadyClock(systemClock),
    detectors: createTraceDetectors(options.config.analyzer),
  };
  const { store, commands, shared } = parts;
  if (shared !== null) {
    return assembleShared(parts, shared, common);
  }
  const stages = assembleStages(store, commands, common);
  return createAnalyzer({
    ...assembleIngest(parts, common),
    claims: null,
    stages,
    aftermath: (stored) => stages.record(stored),
  });
}

function assembleShared(parts: WorkerParts, shared: SharedParts, common: Common): Analyzer {
  const { store } = parts;
  const { writer, reader } = shared.summaries;
  const ingest = createAnalyzer({
    ...assembleIngest(parts, common),
    claims: shared.claims,
    stages: null,
    aftermath: (stored) => tell(writer, stored),
  });
  const leader = createLeader({
    ...common,
    log: reader,
    config: common.config.analyzer,
    async openStages(term) {
      const fence = await shared.commands.takeFence("stages");
      return assembleStages(
        { reads: store.reads, writes: fencedStore(store.writes, term) },
        fencedCommands(shared.commands, term, fence),
        common,
      );
    },
  });
  return {
    async run() {
      await Promise.all([ingest.run(), leader.run()]);
    },
    stop() {
      ingest.stop();
      leader.stop();
    },
  };
}

/** Tells the leader what was stored. */
async function tell(writer: SharedLogWriter, stored: StoredBatch): Promise<void> {
  for (const part of encodeSummary({ ...stored, ...batchSight(stored.spans) })) {
    await writer.append("", part);
  }
}

function assembleIngest({ consumer, store }: WorkerParts, common: Common) {
  const { config, queueKey, detectors, metrics, clock, logger } = common;
  const outside = createOutsideDetectors({
    config: config.analyzer.outsideDetectors,
    metrics,
    clock,
    env: process.env,
  });
  const inspector = createInspector(config.analyzer, maskKey(queueKey), outside);
  return {
    outside,
    consumer,
    stores: { ...store, storedSpans: createStoredSpans(store) },
    inspector,
    heartbeat: createHeartbeatWriter(store.writes, {
      heartbeat: () => [...inspector.heartbeat(), ...traceHeartbeats(detectors)],
    }),
    metrics,
    config,
    clock,
    logger,
  };
}

function assembleStages(store: StorePair, commands: Commands, common: Common): Stages {
  const { detectors, clock, logger } = common;
  const config = common.config.analyzer;
  const findings = createFindingStage({ store, commands, clock, logger });
  return createStages({
    findings: watchDatasets(findings, store.reads, clock),
    traces: createTraceStage({ store, detectors, config, clock, logger }),
    windows: createWindowStage({ store, config, clock, logger }),
    notices: createNoticeStage({ stores: store, config, clock }),
    ...(config.disabledTypes.includes("model_extraction")
      ? {}
      : { queries: createQueryStage(store, clock) }),
    clock,
  });
}
