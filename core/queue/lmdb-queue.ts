import type { Clock } from "../clock.ts";
import type { Config } from "../config/config.ts";
import type { QueueKey } from "../keys/open-key.ts";
import { createConsumer } from "./consumer.ts";
import { createDeadLetters, type LmdbDeadLetters } from "./dead-letters.ts";
import { beginSession, type ProcessSession } from "./process-session.ts";
import { createProducer } from "./producer.ts";
import type { QueueConsumer, QueueProducer } from "./queue.ts";
import { freshState, openQueueTables, type QueueTables } from "./queue-tables.ts";
import { createSealer } from "./seal.ts";
import { openWakeChannel, type WakeChannel } from "./wake-channel.ts";

export interface LmdbQueueOptions {
  /** Folder of the LMDB file; made when missing. */
  readonly dir: string;
  readonly key: QueueKey;
  readonly config: Config["queue"];
  readonly clock: Clock;
}

export interface LmdbQueue {
  readonly producer: QueueProducer;
  /** One consumer at a time, in any thread of the process. */
  consumer(): QueueConsumer;
  readonly deadLetters: LmdbDeadLetters;
  /** Writes what is counted and closes; the last thread to close marks a clean shutdown. */
  close(): Promise<void>;
}

/**
 * The embedded queue: encrypted records in one LMDB file, durable when `append` resolves.
 *
 * Each thread that uses the queue opens it for itself. Every change of records, batches and
 * accounting is one LMDB transaction, so they agree after a kill at any moment.
 */
export function openLmdbQueue(options: LmdbQueueOptions): LmdbQueue {
  const { dir, key, config, clock } = options;
  const tables = openQueueTables(dir);
  const replayMs = config.replayMinutes * 60_000;
  const session = beginOrClose(tables, key, replayMs);
  const wake = openWakeChannel(dir);
  const sealer = createSealer(key.bytes);
  const common = { tables, sealer, limitBytes: config.maxBytes, clock, notify: wake.notify };
  const producer = createProducer(common);
  const consumer = createConsumer({ ...common, ...config, replayMs });
  return {
    producer,
    consumer: () => ({ ...consumer, wait: (timeoutMs) => wait(tables, wake, timeoutMs) }),
    deadLetters: createDeadLetters(common),
    async close() {
      await producer.flushRefused();
      wake.close();
      await session.end();
      await tables.root.close();
    },
  };
}

function beginOrClose(tables: QueueTables, key: QueueKey, replayMs: number): ProcessSession {
  try {
    return beginSession(tables, { keyFingerprint: key.fingerprint, replayMs });
  } catch (error) {
    void tables.root.close();
    throw error;
  }
}

function wait(tables: QueueTables, wake: WakeChannel, timeoutMs: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, timeoutMs);
  // Subscribed before looking: an append in between is either seen or heard.
  const unsubscribe = wake.subscribe(resolve);
  const { head, nextPosition, replay } = freshState(tables);
  if (head < nextPosition || replay !== null) {
    resolve();
  }
  return promise.finally(() => {
    clearTimeout(timer);
    unsubscribe();
  });
}
