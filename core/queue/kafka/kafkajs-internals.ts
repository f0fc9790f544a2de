import { createRequire } from "node:module";
import type { Kafka } from "kafkajs";

/**
 * The parts of kafkajs 2.2.4 that it keeps to itself and that this folder needs. All casts to
 * shapes its types do not name are here.
 */
const requireKafkajs = createRequire(import.meta.url);

/** What a member of a group knows after it joined: the generation under which it may commit. */
export interface OffsetManager {
  readonly generationId: number;
  readonly memberId: string;
  readonly memberAssignment: Readonly<Record<string, readonly number[]>>;
  getCoordinator(): Promise<Broker>;
  commitOffsets(offsets: { topics: readonly TopicOffsets[] }): Promise<void>;
}

export interface TopicOffsets {
  readonly topic: string;
  readonly partitions: readonly {
    readonly partition: number;
    readonly offset: string;
    readonly metadata: string;
  }[];
}

export interface FetchedMessage {
  readonly offset: string;
  readonly timestamp: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers?: Readonly<Record<string, Buffer | string | (Buffer | string)[] | undefined>>;
  readonly isControlRecord?: boolean;
}

export interface FetchRequest {
  readonly maxWaitTime: number;
  readonly minBytes: number;
  readonly maxBytes: number;
  readonly isolationLevel: number;
  readonly topics: readonly {
    readonly topic: string;
    readonly partitions: readonly {
      readonly partition: number;
      readonly fetchOffset: string;
      readonly maxBytes: number;
    }[];
  }[];
}

export interface FetchResponse {
  readonly responses: readonly {
    readonly topicName: string;
    readonly partitions: readonly {
      readonly partition: number;
      readonly highWatermark: string;
      readonly lastStableOffset?: string;
      readonly messages: readonly FetchedMessage[];
    }[];
  }[];
}

export interface Broker {
  fetch(request: FetchRequest): Promise<FetchResponse>;
  /** Without a member (generation -1, id empty) only for a group that has none. */
  offsetCommit(request: {
    readonly groupId: string;
    readonly groupGenerationId: number;
    readonly memberId: string;
    readonly retentionTime: number;
    readonly topics: readonly TopicOffsets[];
  }): Promise<unknown>;
  offsetFetch(request: {
    readonly groupId: string;
    readonly topics: readonly {
      readonly topic: string;
      readonly partitions: readonly { readonly partition: number }[];
    }[];
  }): Promise<{
    readonly responses: readonly {
      readonly topic: string;
      readonly partitions: readonly {
        readonly partition: number;
        readonly offset: string;
        readonly metadata: string | null;
      }[];
    }[];
  }>;
}

/** kafkajs' view of what was fetched of one partition: without control and aborted records. */
export interface FetchedBatch {
  readonly messages: readonly FetchedMessage[];
  /** Also those that were left out; empty when nothing came. */
  readonly messagesWithinOffset: readonly FetchedMessage[];
}

export interface PartitionOffsets {
  readonly topic: string;
  readonly partitions: readonly { readonly partition: number; readonly offset: string }[];
}

export interface Cluster {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  addMultipleTargetTopics(topics: readonly string[]): Promise<void>;
  refreshMetadata(): Promise<void>;
  refreshMetadataIfNecessary(): Promise<void>;
  removeBroker(address: { host: string; port: number }): void;
  findBroker(node: { nodeId: string }): Promise<Broker>;
  findGroupCoordinator(group: { groupId: string }): Promise<Broker>;
  findTopicPartitionMetadata(topic: string): readonly { readonly partitionId: number }[];
  fetchTopicsOffset(
    topics: readonly {
      readonly topic: string;
      readonly partitions: readonly { readonly partition: number }[];
      readonly fromBeginning: boolean;
    }[],
  ): Promise<readonly PartitionOffsets[]>;
  /** Offset of the next record of each partition; `fromBeginning`: of the oldest one. */
  fetchTopicsOffset(
    topics: readonly {
      readonly topic: string;
      readonly partitions: readonly { readonly partition: number }[];
      readonly fromBeginning?: boolean;
      readonly fromTimestamp?: number;
    }[],
  ): Promise<
    readonly {
      readonly partitions: readonly { readonly partition: number; readonly offset: string }[];
    }[]
  >;
  /** Leader (node id) → partitions. */
  findLeaderForPartitions(
    topic: string,
    partitions: readonly number[],
  ): Readonly<Record<string, readonly number[]>>;
}

interface GroupMember {
  readonly assigners: readonly unknown[];
  readonly offsetManager: OffsetManager;
  joinAndSync: () => Promise<void>;
}

export interface RequestQueue {
  throttledUntil: number;
  throttleCheckTimeoutId: NodeJS.Timeout | null;
  readonly pending: readonly unknown[];
  checkPendingRequests(): void;
  scheduleCheckPendingRequests(): void;
}

interface GroupBroker {
  joinGroup: (request: {
    readonly groupProtocols: readonly unknown[];
  }) => Promise<{ readonly memberId: string }>;
  leaveGroup: (request: {
    readonly groupId: string;
    readonly memberId: string;
  }) => Promise<unknown>;
}

interface JoinGroupRequests {
  protocol(about: {
    version: number;
  }): (request: { groupProtocols: readonly unknown[] }) => unknown;
}

interface Class<T> {
  readonly prototype: T;
}

export const consumerGroupClass = requireKafkajs(
  "kafkajs/src/consumer/consumerGroup",
) as Class<GroupMember>;

export const requestQueueClass = requireKafkajs(
  "kafkajs/src/network/requestQueue",
) as Class<RequestQueue>;

export const brokerClass = requireKafkajs("kafkajs/src/broker") as Class<GroupBroker>;

export const joinGroupRequests = requireKafkajs(
  "kafkajs/src/protocol/requests/joinGroup",
) as JoinGroupRequests;

const batchClass = requireKafkajs("kafkajs/src/consumer/batch") as new (
  topic: string,
  fetchedOffset: string,
  data: object,
) => FetchedBatch;

export function fetchedBatch(topic: string, fetchedOffset: string, data: object): FetchedBatch {
  return new batchClass(topic, fetchedOffset, data);
}

/** The connection pool that kafkajs builds its clients on, for reads without a group. */
export function createCluster(kafka: Kafka): Cluster {
  const symbol = Object.getOwnPropertySymbols(kafka).find(
    ({ description }) => description === "private:Kafka:createCluster",
  );
  if (symbol === undefined) {
    throw new Error("expected kafkajs 2.2.4, whose clients can create a cluster; got another one");
  }
  const create = (kafka as unknown as Record<symbol, (options: object) => Cluster>)[symbol];
  if (create === undefined) {
    throw new Error("expected kafkajs 2.2.4");
  }
  return create({ metadataMaxAge: 300_000, allowAutoTopicCreation: false });
}
