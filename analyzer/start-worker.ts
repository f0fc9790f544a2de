import { once } from "node:events";
import { MessageChannel, type MessagePort, Worker } from "node:worker_threads";
import type { Config } from "../core/config/config.ts";
import type { QueueKey } from "../core/keys/open-key.ts";
import type { OpenedStore } from "../core/store/open-store.ts";
import { serveStore } from "../core/store/remote-store.ts";
import type { Metrics } from "../core/telemetry/metrics.ts";
import { forwardMetrics } from "../core/telemetry/port-metrics.ts";

/** What the analyzer's thread is given; ports are transferred. */
export interface AnalyzerWorkerData {
  readonly config: Config;
  readonly queueDir: string;
  readonly queueKey: QueueKey;
  readonly commandsDir: string;
  readonly spoolDir: string;
  readonly storePort: MessagePort;
  readonly metricsPort: MessagePort;
}

export type WorkerMessage = { readonly kind: "ready" | "stop" | "stopped" };

export interface AnalyzerWorker {
  /** Resolves once the batch in hand is committed and the series state is kept. */
  stop(): Promise<void>;
  /** Resolves only if the thread ends on its own, which is a failure. */
  readonly failed: Promise<Error>;
}

export interface StartWorkerOptions {
  readonly config: Config;
  readonly queueDir: string;
  readonly queueKey: QueueKey;
  readonly commandsDir: string;
  readonly store: Pick<OpenedStore, "reads" | "writes" | "spoolDir">;
  readonly metrics: Metrics;
}

/** Starts the analyzer in its own thread and serves it the store. */
export async function startAnalyzerWorker(options: StartWorkerOptions): Promise<AnalyzerWorker> {
  const { store, metrics, ...data } = options;
  const storeChannel = new MessageChannel();
  const metricsChannel = new MessageChannel();
  serveStore(storeChannel.port1, store);
  forwardMetrics(metricsChannel.port1, metrics);
  const worker = new Worker(new URL("worker.ts", import.meta.url), {
    workerData: {
      ...data,
      spoolDir: store.spoolDir,
      storePort: storeChannel.port2,
      metricsPort: metricsChannel.port2,
    } satisfies AnalyzerWorkerData,
    transferList: [storeChannel.port2, metricsChannel.port2],
  });
  let stopping = false;
  const failed = new Promise<Error>((resolve) => {
    worker.once("error", (error: Error) => resolve(error));
    worker.once("exit", (code) => {
      if (!stopping) {
        resolve(new Error(`the analyzer thread ended with code ${code}`));
      }
    });
  });
  await Promise.race([once(worker, "message"), failed.then((error) => Promise.reject(error))]);
  return {
    failed,
    async stop() {
      stopping = true;
      const ended = once(worker, "exit");
      worker.postMessage({ kind: "stop" } satisfies WorkerMessage);
      await ended;
    },
  };
}
