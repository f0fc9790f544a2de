import type { KafkaClient } from "./client.ts";
import {
  type Cluster,
  type FetchedBatch,
  type FetchedMessage,
  type FetchResponse,
  fetchedBatch,
} from "./kafkajs-internals.ts";
import { readHeaders } from "./message.ts";
import type { LogEntry, PartitionLog } from "./partition-log.ts";

type PartitionData = FetchResponse["responses"][number]["partitions"][number];

const partitionBytes = 1024 * 1024;
const requestBytes = 8 * 1024 * 1024;
const longPollMs = 250;
const readCommitted = 1;
const unknownLeader = "unknown";

/** A partition that could not be read together with others is fetched alone. */
export function leadersOf(
  cluster: Cluster,
  wanted: readonly PartitionLog[],
): Map<string, PartitionLog[]> {
  const byLeader = new Map<string, PartitionLog[]>();
  for (const log of wanted) {
    const leader = leaderOf(cluster, log);
    const others = byLeader.get(leader) ?? [];
    const isAlone = log.isAlone || others.some((other) => other.isAlone);
    if (others.length === 0 || !isAlone) {
      byLeader.set(leader, [...others, log]);
    }
  }
  return byLeader;
}

function leaderOf(cluster: Cluster, { topic, partition }: PartitionLog): string {
  try {
    const [leader] = Object.keys(cluster.findLeaderForPartitions(topic, [partition]));
    return leader ?? unknownLeader;
  } catch {
    return unknownLeader;
  }
}

/** One request to one leader, whose answer is appended to the buffers. */
export async function fetchInto(
  cluster: Cluster,
  nodeId: string,
  logs: readonly PartitionLog[],
): Promise<void> {
  if (nodeId === unknownLeader) {
    await cluster.addMultipleTargetTopics([...new Set(logs.map(({ topic }) => topic))]);
    await cluster.refreshMetadata();
    return;
  }
  await cluster.refreshMetadataIfNecessary();
  const asked = new Map(logs.map((log) => [log, log.nextFetch]));
  const broker = await cluster.findBroker({ nodeId });
  const { responses } = await broker.fetch({
    maxWaitTime: longPollMs,
    minBytes: 1,
    maxBytes: requestBytes,
    isolationLevel: readCommitted,
    topics: Array.from(
      Map.groupBy(logs, ({ topic }) => topic),
      ([topic, ofTopic]) => ({
        topic,
        partitions: ofTopic.map(({ partition, nextFetch }) => ({
          partition,
          fetchOffset: String(nextFetch),
          maxBytes: partitionBytes,
        })),
      }),
    ),
  });
  for (const { topicName, partitions } of responses) {
    for (const data of partitions) {
      const log = logs.find((one) => isNamed(one, { topic: topicName, partition: data.partition }));
      // What moved meanwhile, as after a rebalance, asks again from where it stands now.
      if (log !== undefined && log.nextFetch === asked.get(log)) {
        append(log, data);
      }
    }
  }
}

function append(log: PartitionLog, data: PartitionData): void {
  const batch = fetchedBatch(log.topic, String(log.nextFetch), data);
  log.highWatermark = Number(data.highWatermark);
  log.isAlone = false;
  for (const message of batch.messages) {
    const entry = toEntry(message);
    log.entries.push(entry);
    log.bufferedBytes += entry.bytes;
  }
  log.nextFetch = nextOffset(batch, data, log.nextFetch);
}

/**
 * Compaction may leave a batch without records, which kafkajs shows as nothing at all: it is
 * stepped over, one offset at a time.
 */
export function nextOffset(batch: FetchedBatch, data: PartitionData, from: number): number {
  const last = batch.messagesWithinOffset.at(-1);
  if (last !== undefined) {
    return Number(last.offset) + 1;
  }
  const isBehind = from < Number(data.lastStableOffset ?? data.highWatermark);
  return isBehind && data.messages.length === 0 ? from + 1 : from;
}

export function toEntry(message: FetchedMessage): LogEntry {
  const facts = readHeaders(message);
  return {
    offset: Number(message.offset),
    bytes: (message.value?.length ?? 0) + 256,
    message,
    facts,
    timeUnixMs: facts?.receivedAtUnixMs ?? Number(message.timestamp),
    count: facts?.acceptedCount ?? 1,
  };
}

/** What the broker's retention removed before it was stored is lost; the rest goes on. */
export async function skipExpired(
  cluster: Cluster,
  log: PartitionLog | undefined,
  { logger }: KafkaClient,
): Promise<void> {
  if (log === undefined) {
    return;
  }
  const { topic, partition } = log;
  const start = await firstOffset(cluster, topic, partition);
  logger.error(
    { topic, partition, from: log.nextFetch, to: start },
    "Records were removed by the topic's retention before they were stored",
  );
  log.nextFetch = start;
}

/** The oldest offset that a partition still holds. */
export async function firstOffset(
  cluster: Cluster,
  topic: string,
  partition: number,
): Promise<number> {
  const found = await cluster.fetchTopicsOffset([
    { topic, partitions: [{ partition }], fromBeginning: true },
  ]);
  return Number(found[0]?.partitions[0]?.offset ?? 0);
}

export function isNamed(log: PartitionLog, at: { topic?: string; partition?: number }): boolean {
  return log.topic === at.topic && log.partition === at.partition;
}
