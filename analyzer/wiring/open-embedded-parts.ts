import { systemClock } from "../../core/clock.ts";
import { openLmdbCommands } from "../../core/commands/lmdb-commands.ts";
import { openLmdbQueue } from "../../core/queue/lmdb-queue.ts";
import { openSpool } from "../../core/store/native/spool.ts";
import { connectStore } from "../../core/store/remote-store.ts";
import type { AnalyzerWorkerData, EmbeddedFiles } from "../start-worker.ts";
import type { WorkerParts } from "./worker-parts.ts";

/** The files of the data folder, and the store through the thread that owns it. */
export function openEmbeddedParts(
  { config, queueKey }: AnalyzerWorkerData,
  { queueDir, commandsDir, spoolDir, storePort }: EmbeddedFiles,
): WorkerParts {
  const queue = openLmdbQueue({
    dir: queueDir,
    key: queueKey,
    config: config.queue,
    clock: systemClock,
  });
  const commands = openLmdbCommands({ dir: commandsDir });
  return {
    consumer: queue.consumer(),
    commands,
    store: connectStore(storePort, openSpool(spoolDir)),
    shared: null,
    async close() {
      await commands.close();
      await queue.close();
      storePort.close();
    },
  };
}
