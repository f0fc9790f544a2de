import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { createLogger } from "../core/log.ts";
import { createPortMetrics } from "../core/telemetry/port-metrics.ts";
import type { AnalyzerWorkerData, WorkerMessage } from "./start-worker.ts";
import { assembleAnalyzer } from "./wiring/assemble-analyzer.ts";
import { openEmbeddedParts } from "./wiring/open-embedded-parts.ts";
import { openSharedParts } from "./wiring/open-shared-parts.ts";

/** The analyzer's thread: consumes the queue beside the thread that answers requests. */
async function main(port: MessagePort, data: AnalyzerWorkerData): Promise<void> {
  const { config, queueKey, metricsPort, files } = data;
  const logger = createLogger(config.logLevel);
  const metrics = createPortMetrics(metricsPort);
  const parts =
    files === null ? await openSharedParts(data, logger) : openEmbeddedParts(data, files);
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

if (parentPort === null) {
  throw new Error("analyzer/worker.ts runs as a worker thread; use startAnalyzerWorker");
}
await main(parentPort, workerData as AnalyzerWorkerData);
