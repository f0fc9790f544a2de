import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Config } from "../../core/config/config.ts";
import { describeKey } from "../../core/keys/open-key.ts";
import type { LmdbDeadLetters } from "../../core/queue/dead-letters.ts";
import { openLmdbQueue } from "../../core/queue/lmdb-queue.ts";
import type {
  Batch,
  OutcomeCount,
  QueueConsumer,
  QueueProducer,
  QueueRecord,
} from "../../core/queue/queue.ts";

/** The real embedded queue in a temporary folder. */
export interface TestQueue {
  readonly producer: QueueProducer;
  consumer(): QueueConsumer;
  readonly deadLetters: LmdbDeadLetters;
  /** Takes everything out of the queue, as an analyzer that stores all of it would. */
  drain(): Promise<QueueRecord[]>;
  /** Refuses everything until it is dead-lettered, as an analyzer that can store none of it. */
  bury(reason: string): Promise<void>;
  /** Closes the queue and removes its folder. */
  close(): Promise<void>;
}

export function openTestQueue(maxBytes?: number): TestQueue {
  const dir = mkdtempSync(join(tmpdir(), "telltale-queue-"));
  const config = Config.parse({ queue: maxBytes === undefined ? {} : { maxBytes } }).queue;
  const key = describeKey("test", randomBytes(32));
  const queue = openLmdbQueue({ dir, key, config, clock: { now: () => Date.now() } });
  return {
    producer: queue.producer,
    consumer: () => queue.consumer(),
    deadLetters: queue.deadLetters,
    async bury(reason) {
      const consumer = queue.consumer();
      for (let batch = await consumer.read(); batch !== null; batch = await consumer.read()) {
        await consumer.refuse(batch, reason);
      }
    },
    async drain() {
      const consumer = queue.consumer();
      const records: QueueRecord[] = [];
      for (let batch = await consumer.read(); batch !== null; batch = await consumer.read()) {
        records.push(...batch.records);
        await consumer.commit(batch, allStored(batch));
      }
      return records;
    },
    async close() {
      await queue.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function allStored({ records }: Batch): OutcomeCount[] {
  return records.map(({ tenant, signal, acceptedCount }) => ({
    tenant,
    signal,
    stored: acceptedCount,
    rejected: {},
  }));
}
