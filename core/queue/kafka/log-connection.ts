import { setTimeout as delay } from "node:timers/promises";
import type { KafkaClient } from "./client.ts";
import type { Cluster, FetchedMessage } from "./kafkajs-internals.ts";
import { patienceMs, within } from "./within.ts";

export interface FetchedPart {
  readonly messages: readonly FetchedMessage[];
  /** Everything before it is durable and can be read. */
  readonly highWatermark: number;
}

/** Reads of single-partition topics without a consumer group. */
export interface LogConnection {
  /** Records at or after `offset`; waits up to half a second for the first. */
  fetch(topic: string, offset: number): Promise<FetchedPart>;
  /** Offset that the next record will get. */
  end(topic: string): Promise<number>;
  /** Offset of the oldest record. */
  start(topic: string): Promise<number>;
  /** Offset of the first record of that time or later; the end when there is none. */
  at(topic: string, unixMs: number): Promise<number>;
  close(): Promise<void>;
}

const retryPauseMs = 200;
const maxFetchBytes = 8 * 1024 * 1024;
const partitions = [{ partition: 0 }];

/**
 * After any failure the connection is dropped and the next call opens another: what kafkajs knows
 * of leaders and sockets may be out of date by then, and it would keep it for minutes.
 */
export function openLogConnection(kafka: KafkaClient): LogConnection {
  let opened: Promise<Cluster> | null = null;

  async function using<T>(topic: string, use: (cluster: Cluster) => Promise<T>): Promise<T> {
    const cluster = (opened ??= connect(kafka));
    try {
      return await within(`the leader of topic ${topic}`, ready(cluster, topic, use));
    } catch (error) {
      if (opened === cluster) {
        opened = null;
      }
      void drop(cluster);
      throw error;
    }
  }

  /** Tries for a while: a topic that was just made has no leader yet. */
  async function offset(
    topic: string,
    query: { fromBeginning?: boolean; fromTimestamp?: number },
  ): Promise<number> {
    const giveUpAt = performance.now() + patienceMs;
    for (;;) {
      try {
        return await using(topic, async (cluster) => {
          const [found] = await cluster.fetchTopicsOffset([{ topic, partitions, ...query }]);
          return Number(found?.partitions[0]?.offset ?? -1);
        });
      } catch (error) {
        if (performance.now() > giveUpAt) {
          throw error;
        }
        await delay(retryPauseMs);
      }
    }
  }

  return {
    fetch: (topic, from) => using(topic, (cluster) => fetchPart(cluster, topic, from)),
    end: (topic) => offset(topic, { fromBeginning: false }),
    start: (topic) => offset(topic, { fromBeginning: true }),
    async at(topic, unixMs) {
      const found = await offset(topic, { fromTimestamp: unixMs });
      return found === -1 ? offset(topic, { fromBeginning: false }) : found;
    },
    async close() {
      if (opened !== null) {
        await drop(opened);
      }
    },
  };
}

async function connect(kafka: KafkaClient): Promise<Cluster> {
  const cluster = kafka.cluster();
  try {
    await cluster.connect();
    return cluster;
  } catch (error) {
    await cluster.disconnect();
    throw error;
  }
}

async function ready<T>(
  connected: Promise<Cluster>,
  topic: string,
  use: (cluster: Cluster) => Promise<T>,
): Promise<T> {
  const cluster = await connected;
  await cluster.addMultipleTargetTopics([topic]);
  await cluster.refreshMetadataIfNecessary();
  return use(cluster);
}

async function fetchPart(cluster: Cluster, topic: string, from: number): Promise<FetchedPart> {
  const [nodeId] = Object.keys(cluster.findLeaderForPartitions(topic, [0]));
  if (nodeId === undefined) {
    throw new Error(`topic ${topic} has no leader`);
  }
  const broker = await cluster.findBroker({ nodeId });
  const { responses } = await broker.fetch({
    maxWaitTime: 500,
    minBytes: 1,
    maxBytes: maxFetchBytes,
    isolationLevel: 0,
    topics: [
      {
        topic,
        partitions: [{ partition: 0, fetchOffset: String(from), maxBytes: maxFetchBytes }],
      },
    ],
  });
  const part = responses[0]?.partitions[0];
  // The first record batch begins at or before the offset that was asked for.
  const messages = (part?.messages ?? []).filter(({ offset }) => Number(offset) >= from);
  return { messages, highWatermark: Number(part?.highWatermark ?? 0) };
}

async function drop(connected: Promise<Cluster>): Promise<void> {
  try {
    await (await connected).disconnect();
  } catch {
    // It never was connected, or it is broken, which is why it is dropped.
  }
}
