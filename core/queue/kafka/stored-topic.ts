import type { LogTerm, SharedLogReader, SharedLogRecord, SharedLogWriter } from "../shared-log.ts";
import type { KafkaClient } from "./client.ts";
import type { Broker } from "./kafkajs-internals.ts";
import { type Lease, openLease } from "./lease.ts";
import { type LogConnection, openLogConnection } from "./log-connection.ts";
import { createSender } from "./sender.ts";
import { openSharedCluster, type SharedCluster } from "./shared-cluster.ts";
import { within } from "./within.ts";

export interface StoredTopic {
  readonly writer: SharedLogWriter;
  readonly reader: SharedLogReader;
  /** Ends the writer; the reader is closed by whoever reads. */
  close(): Promise<void>;
}

/**
 * A topic of one partition as a log that one process at a time reads: the one that holds the lease
 * on it. How far it was read is committed for a group without members, which every holder of the
 * lease may write: the fence is the lease, and reading something again is harmless.
 */
export function openStoredTopic(kafka: KafkaClient, topic: string): StoredTopic {
  const sender = createSender(kafka);
  return {
    writer: {
      async append(key, value) {
        await sender.send(topic, [{ key, value, headers: {} }]);
      },
    },
    reader: openReader(kafka, topic),
    close: () => sender.close(),
  };
}

function openReader(kafka: KafkaClient, topic: string): SharedLogReader {
  const { groupId, sessionSeconds } = kafka.config;
  const lease = openLease(kafka, { topic, groupId: `${groupId}-stored`, sessionSeconds });
  const connection = openLogConnection(kafka);
  const cluster = openSharedCluster(kafka);
  const offsets = createOffsets(cluster, `${groupId}-stored-offsets`, topic);
  return {
    async lead(timeoutMs) {
      if (!(await becomesHeld(lease, timeoutMs))) {
        return null;
      }
      return openTerm({ lease, connection, topic, offsets });
    },
    async close() {
      await lease.close();
      await connection.close();
      await cluster.close();
    },
  };
}

function becomesHeld(lease: Lease, timeoutMs: number): Promise<boolean> {
  if (lease.isHeld()) {
    return Promise.resolve(true);
  }
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), timeoutMs);
  const unsubscribe = lease.subscribe((isHeld) => isHeld && resolve(true));
  return promise.finally(() => {
    clearTimeout(timer);
    unsubscribe();
  });
}

interface TermDependencies {
  readonly lease: Lease;
  readonly connection: LogConnection;
  readonly topic: string;
  readonly offsets: Offsets;
}

/** Once the lease was lost the term is over, also if the lease comes back. */
function openTerm({ lease, connection, topic, offsets }: TermDependencies): LogTerm {
  let isOver = false;
  const unsubscribe = lease.subscribe((isStillHeld) => {
    if (!isStillHeld) {
      isOver = true;
      unsubscribe();
    }
  });
  let next: number | null = null;

  function isHeld(): boolean {
    isOver ||= !lease.isHeld();
    return !isOver;
  }

  async function begin(): Promise<number> {
    // Retention may have removed what was committed.
    return Math.max(await offsets.read(), await connection.start(topic));
  }

  return {
    isHeld,
    async read() {
      next ??= await begin();
      const { messages } = await connection.fetch(topic, next);
      const last = messages.at(-1);
      next = last === undefined ? next : Number(last.offset) + 1;
      return messages.flatMap(({ offset, value }): SharedLogRecord[] =>
        value === null ? [] : [{ offset: Number(offset), value }],
      );
    },
    async commit(offset) {
      if (isHeld()) {
        await offsets.write(offset);
      }
    },
  };
}

interface Offsets {
  /** -1 when nothing was written. */
  read(): Promise<number>;
  write(offset: number): Promise<void>;
}

function createOffsets(shared: SharedCluster, groupId: string, topic: string): Offsets {
  async function ask<T>(question: (broker: Broker) => Promise<T>): Promise<T> {
    const cluster = await shared.connected();
    return question(await cluster.findGroupCoordinator({ groupId }));
  }
  return {
    async read() {
      const { responses } = await within(
        `the offset of topic ${topic}`,
        ask((broker) =>
          broker.offsetFetch({ groupId, topics: [{ topic, partitions: [{ partition: 0 }] }] }),
        ),
      );
      return Number(responses[0]?.partitions[0]?.offset ?? -1);
    },
    async write(offset) {
      const partitions = [{ partition: 0, offset: String(offset), metadata: "" }];
      const request = {
        groupId,
        groupGenerationId: -1,
        memberId: "",
        // As long as the broker keeps offsets by itself.
        retentionTime: -1,
        topics: [{ topic, partitions }],
      };
      await within(
        `the offset of topic ${topic} to be written`,
        ask((broker) => broker.offsetCommit(request)),
      );
    },
  };
}
