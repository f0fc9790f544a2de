import type { Clock } from "../../clock.ts";
import type { AccountedSignal } from "../../model/telemetry.ts";
import type { Store } from "../../store/store.ts";
import type { DeadLetters } from "../dead-letters.ts";
import type { KafkaClient } from "./client.ts";
import { type KafkaConsumer, openKafkaConsumer } from "./consumer.ts";
import { createKafkaDeadLetters } from "./kafka-dead-letters.ts";
import { type PartitionLag, watchLag } from "./lag.ts";
import type { BatchLimits, LimitsOf, PartitionLog } from "./partition-log.ts";
import {
  createKafkaProducer,
  type KafkaProducer,
  type KafkaProducerDependencies,
  requireRoom,
} from "./producer.ts";
import { createSender } from "./sender.ts";
import { openSharedCluster } from "./shared-cluster.ts";
import { signalTopics, topicNames } from "./topic-names.ts";
import { checkTopics, createTopics } from "./topics.ts";
import { createWaitingCounts } from "./waiting-counts.ts";

export interface KafkaQueueOptions {
  readonly kafka: KafkaClient;
  /** Holds accounting and digests. */
  readonly store: Store;
  readonly limits: BatchLimits;
  /** Of a request after decompression. */
  readonly maxBodyBytes: number;
  /** What records that other programs write to the topics may be. */
  readonly limitsOf: LimitsOf;
  readonly claimNames: KafkaProducerDependencies["claimNames"];
  readonly clock: Clock;
}

/** The queue that several processes share. */
export interface KafkaQueue {
  readonly producer: KafkaProducer;
  readonly deadLetters: DeadLetters;
  /** Joins the group; one consumer per process. */
  openConsumer(): Promise<KafkaConsumer>;
  /** How far the group is behind, by partition, as of the last second. */
  lags(): readonly PartitionLag[];
  /** Writes what is counted and ends all connections. */
  close(): Promise<void>;
}

/**
 * Opens the queue on the brokers of `kafka`, whose topics have to exist; with `createTopics` in
 * the configuration the missing ones are made.
 *
 * @throws TopicError when a topic is missing or is not what it has to be.
 */
export async function openKafkaQueue(options: KafkaQueueOptions): Promise<KafkaQueue> {
  const { kafka, store, clock, limitsOf } = options;
  await (kafka.config.createTopics ? createTopics(kafka) : checkTopics(kafka));
  const names = topicNames(kafka.config);
  const topics = Object.entries(signalTopics(names)) as [AccountedSignal, string][];
  const signals = new Map<string, AccountedSignal>(
    topics.map(([signal, topic]) => [topic, signal]),
  );
  const counted = new Map<string, PartitionLog["signal"]>([
    ...signals,
    [names.refusals, "refusals"],
  ]);
  const shared = openSharedCluster(kafka);
  const cluster = shared.connected;
  const sender = createSender(kafka);
  const lag = watchLag({ kafka, cluster, topics: [...counted.keys()], clock });
  const waiting = createWaitingCounts({ cluster, signalOf: counted, limitsOf });
  const producer = createKafkaProducer({ ...options, sender, names, lag, waiting });
  const deadLetters = createKafkaDeadLetters({
    cluster,
    sender,
    store,
    topic: names.deadLetters,
    signalOf: (topic) => signals.get(topic) ?? null,
    requireRoom: () => requireRoom(lag),
  });
  await lag.refresh();
  return {
    producer,
    deadLetters,
    openConsumer: () => openKafkaConsumer({ ...options, sender }),
    lags: () => lag.lags(),
    async close() {
      await producer.flushRefused().catch((error: unknown) => {
        kafka.logger.warn({ err: error }, "Refused requests of the last second are not counted");
      });
      lag.close();
      await sender.close();
      await shared.close();
    },
  };
}
