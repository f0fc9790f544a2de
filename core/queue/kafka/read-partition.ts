import { setTimeout as sleep } from "node:timers/promises";
import { nextOffset } from "./fetch-partitions.ts";
import { type Cluster, type FetchedMessage, fetchedBatch } from "./kafkajs-internals.ts";
import type { PartitionName } from "./partition-log.ts";

const fetchBytes = 4 * 1024 * 1024;

/** Where a reader goes from and to. */
export interface ReadRange extends PartitionName {
  /** First offset. */
  readonly from: number;
  /** The offset behind the last. */
  readonly end: number;
}

/**
 * Reads the records of a range in order, outside any group.
 *
 * @returns the offset behind the last that was looked at: `end`, or less when the partition holds
 *   no more yet, or `visit` returned false.
 */
export async function readPartition(
  cluster: Cluster,
  { topic, partition, from, end }: ReadRange,
  visit: (message: FetchedMessage) => boolean,
): Promise<number> {
  await cluster.addMultipleTargetTopics([topic]);
  let next = from;
  while (next < end) {
    const [nodeId] = Object.keys(cluster.findLeaderForPartitions(topic, [partition]));
    const broker = await cluster.findBroker({ nodeId: nodeId ?? "" });
    const { responses } = await broker.fetch({
      maxWaitTime: 100,
      minBytes: 1,
      maxBytes: fetchBytes,
      isolationLevel: 1,
      topics: [
        { topic, partitions: [{ partition, fetchOffset: String(next), maxBytes: fetchBytes }] },
      ],
    });
    const data = responses[0]?.partitions[0];
    if (data === undefined) {
      return next;
    }
    const batch = fetchedBatch(topic, String(next), data);
    for (const message of batch.messages) {
      if (Number(message.offset) >= end) {
        return end;
      }
      if (!visit(message)) {
        return Number(message.offset) + 1;
      }
    }
    const after = nextOffset(batch, data, next);
    if (after === next) {
      return next;
    }
    next = after;
  }
  return end;
}

interface PartitionEnd {
  readonly partition: number;
  readonly start: number;
  readonly end: number;
}

const attempts = 10;
const retryMs = 200;

/**
 * First offset and the offset behind the last, of every partition of a topic; asked again for two
 * seconds while leaders change.
 */
export async function partitionEnds(cluster: Cluster, topic: string): Promise<PartitionEnd[]> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await readEnds(cluster, topic);
    } catch (error) {
      if (attempt === attempts || (error as { retriable?: boolean }).retriable !== true) {
        throw error;
      }
      await sleep(retryMs);
      await cluster.refreshMetadata();
    }
  }
}

async function readEnds(cluster: Cluster, topic: string): Promise<PartitionEnd[]> {
  await cluster.addMultipleTargetTopics([topic]);
  await cluster.refreshMetadataIfNecessary();
  const partitions = cluster
    .findTopicPartitionMetadata(topic)
    .map(({ partitionId }) => ({ partition: partitionId }));
  const [starts, ends] = await Promise.all(
    [true, false].map((fromBeginning) =>
      cluster.fetchTopicsOffset([{ topic, partitions, fromBeginning }]),
    ),
  );
  const startOf = new Map(
    (starts?.[0]?.partitions ?? []).map(({ partition, offset }) => [partition, Number(offset)]),
  );
  return (ends?.[0]?.partitions ?? []).map(({ partition, offset }) => ({
    partition,
    start: startOf.get(partition) ?? 0,
    end: Number(offset),
  }));
}
