import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { createLogger, type Logger } from "../core/log.ts";
import { createPortMetrics } from "../core/telemetry/port-metrics.ts";
import type { AnalyzerWorkerData, WorkerMessage } from "./start-worker.ts";
import { assembleAnalyzer } from "./wiring/assemble-analyzer.ts";
import { openEmbeddedParts } from "./wiring/open-embedded-parts.ts";
import type { WorkerParts } from "./wiring/worker-parts.ts";

/** The analyzer's thread: consumes the queue beside the thread that answers requests. */
async function main(port: MessagePort, data: AnalyzerWorkerData): Promise<void> {
  const { config, queueKey, metricsPort, files } = data;
  const logger = createLogger(config.logLevel);
  const metrics = createPortMetrics(metricsPort);
  const parts = files === null ? await openShared(data, logger) : openEmbeddedParts(data, files);
  const analyzer = assembleAnalyzer(parts, { config, queueKey, metrics, logger });
  port.on("message", (message: WorkerMessage) => {
    if (message.kind === "stop") {
      analyzer.stop();
    }
  });
  port.postMessage({ kind: "ready" } satisfies WorkerMessage);
  await analyzer.run();
  await parts.close();
  port.postMessage({ kind: "stopped" } satisfies WorkerMessage);
  port.close();
  metricsPort.close();
}

/** Loaded when it is needed: one process without Kafka has no need of its client. */
async function openShared(data: AnalyzerWorkerData, logger: Logger): Promise<WorkerParts> {
  const { openSharedParts } = await import("./wiring/open-shared-parts.ts");
  return openSharedParts(data, logger);
}

if (parentPort === null) {
  throw new Error("analyzer/worker.ts runs as a worker thread; use startAnalyzerWorker");
}
await main(parentPort, workerData as AnalyzerWorkerData);
