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
  readonly queueKey: QueueKey;
  readonly metricsPort: MessagePort;
  /** Of the one-process service; `null` where queue and store are shared with other processes. */
  readonly files: EmbeddedFiles | null;
}

export interface EmbeddedFiles {
  readonly queueDir: string;
  readonly commandsDir: string;
  readonly spoolDir: string;
  readonly storePort: MessagePort;
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
  /** Also keys the digests in masks: the same in every process of an installation. */
  readonly queueKey: QueueKey;
  readonly metrics: Metrics;
  /** Of the one-process service; `null` to consume Kafka and store on a server. */
  readonly files: {
    readonly queueDir: string;
    readonly commandsDir: string;
    readonly store: Pick<OpenedStore, "reads" | "writes" | "spoolDir">;
  } | null;
}

/**
 * Starts the analyzer in its own thread, and serves it the store where that lies in this process.
 * Resolves once it works.
 */
export async function startAnalyzerWorker(options: StartWorkerOptions): Promise<AnalyzerWorker> {
  const { files, metrics, config, queueKey } = options;
  const metricsChannel = new MessageChannel();
  forwardMetrics(metricsChannel.port1, metrics);
  const embedded = files === null ? null : serveFiles(files);
  const metricsPort = metricsChannel.port2;
  const worker = new Worker(new URL("worker.ts", import.meta.url), {
    workerData: { config, queueKey, metricsPort, files: embedded } satisfies AnalyzerWorkerData,
    transferList: [metricsPort, ...(embedded === null ? [] : [embedded.storePort])],
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

function serveFiles({ store, ...dirs }: NonNullable<StartWorkerOptions["files"]>): EmbeddedFiles {
  const { port1, port2 } = new MessageChannel();
  serveStore(port1, store);
  return { ...dirs, spoolDir: store.spoolDir, storePort: port2 };
}
