import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { systemClock } from "../core/clock.ts";
import { openLmdbCommands } from "../core/commands/lmdb-commands.ts";
import { maskKey } from "../core/keys/mask-key.ts";
import { createLogger } from "../core/log.ts";
import { openLmdbQueue } from "../core/queue/lmdb-queue.ts";
import { createSteadyClock } from "../core/steady-clock.ts";
import { openSpool } from "../core/store/native/spool.ts";
import { connectStore } from "../core/store/remote-store.ts";
import { createPortMetrics } from "../core/telemetry/port-metrics.ts";
import { type Analyzer, createAnalyzer } from "./analyzer.ts";
import { createFindingStage } from "./findings/finding-stage.ts";
import { createHeartbeatWriter } from "./ingest/heartbeat.ts";
import { createStoredSpans } from "./ingest/stored-spans.ts";
import { createInspector } from "./inspect/inspector.ts";
import { createNoticeStage } from "./notice/notice-stage.ts";
import { createWindowStage } from "./series/window-stage.ts";
import type { AnalyzerWorkerData, WorkerMessage } from "./start-worker.ts";
import { createTraceDetectors } from "./trace/detectors/index.ts";
import { traceHeartbeats } from "./trace/detectors/trace-heartbeats.ts";
import { createTraceStage } from "./trace/trace-stage.ts";

/** The analyzer's thread: consumes the queue beside the thread that answers requests. */
async function main(port: MessagePort, data: AnalyzerWorkerData): Promise<void> {
  const { config } = data;
  const logger = createLogger(config.logLevel);
  const queue = openLmdbQueue({
    dir: data.queueDir,
    key: data.queueKey,
    config: config.queue,
    clock: systemClock,
  });
  const commands = openLmdbCommands({ dir: data.commandsDir });
  const analyzer = assemble(data, {
    queue,
    commands,
    logger,
  });
  port.on("message", (message: WorkerMessage) => {
    if (message.kind === "stop") {
      analyzer.stop();
    }
  });
  port.postMessage({ kind: "ready" } satisfies WorkerMessage);
  await analyzer.run();
  await commands.close();
  await queue.close();
  port.postMessage({ kind: "stopped" } satisfies WorkerMessage);
  port.close();
  data.storePort.close();
  data.metricsPort.close();
}

interface Opened {
  readonly queue: ReturnType<typeof openLmdbQueue>;
  readonly commands: ReturnType<typeof openLmdbCommands>;
  readonly logger: ReturnType<typeof createLogger>;
}

function assemble(data: AnalyzerWorkerData, { queue, commands, logger }: Opened): Analyzer {
  const { config } = data;
  const store = connectStore(data.storePort, openSpool(data.spoolDir));
  const inspector = createInspector(config.analyzer, maskKey(data.queueKey));
  const detectors = createTraceDetectors(config.analyzer);
  const clock = createSteadyClock(systemClock);
  return createAnalyzer({
    consumer: queue.consumer(),
    stores: { ...store, storedSpans: createStoredSpans(store) },
    inspector,
    heartbeat: createHeartbeatWriter(store.writes, {
      heartbeat: () => [...inspector.heartbeat(), ...traceHeartbeats(detectors)],
    }),
    findings: createFindingStage({ store, commands, clock, logger }),
    traces: createTraceStage({
      store,
      detectors,
      config: config.analyzer,
      clock,
      logger,
    }),
    windows: createWindowStage({ store, config: config.analyzer, clock, logger }),
    notices: createNoticeStage({ stores: store, config: config.analyzer, clock }),
    metrics: createPortMetrics(data.metricsPort),
    config,
    clock,
    logger,
  });
}

if (parentPort === null) {
  throw new Error("analyzer/worker.ts runs as a worker thread; use startAnalyzerWorker");
}
await main(parentPort, workerData as AnalyzerWorkerData);
