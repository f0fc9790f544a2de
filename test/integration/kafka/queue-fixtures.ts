import { Kafka, type KafkaConfig } from "../../../core/config/kafka-config.ts";
import { createLogger, type Logger } from "../../../core/log.ts";
import { decodeLogs } from "../../../core/otlp/decode-logs.ts";
import { decodeTraces } from "../../../core/otlp/decode-traces.ts";
import { encodeLogRequest, encodeTraceRequest } from "../../../core/otlp/encode.ts";
import { openKafka } from "../../../core/queue/kafka/client.ts";
import type { KafkaConsumer } from "../../../core/queue/kafka/consumer.ts";
import { type KafkaQueue, openKafkaQueue } from "../../../core/queue/kafka/kafka-queue.ts";
import type { Batch, NewQueueRecord, OutcomeCount } from "../../../core/queue/queue.ts";
import type { Store } from "../../../core/store/store.ts";
import { logWith, spanWith } from "../../core/otlp/samples.ts";
import type { KafkaBroker } from "../../helpers/kafka/kafka-broker.ts";

let prefixes = 0;

export interface TestQueueOptions {
  readonly broker: KafkaBroker;
  readonly store: Store;
  /** Topics and group of a test of its own; those of another queue to share them. */
  readonly prefix: string;
  readonly kafka?: Partial<KafkaConfig>;
  readonly logger?: Logger;
  readonly batchMaxRecords?: number;
  readonly claimNames?: (claims: readonly { key: string; owner: string }[]) => Promise<string[]>;
}

/** Never the same twice, so that tests share a broker and not their topics. */
export function newPrefix(): string {
  prefixes += 1;
  return `q${process.pid}_${prefixes}_`;
}

export function queueConfig({ broker, prefix, kafka = {} }: TestQueueOptions): KafkaConfig {
  return Kafka.parse({
    brokers: broker.brokers,
    topicPrefix: prefix,
    spansTopic: `${prefix}otlp_spans`,
    logsTopic: `${prefix}otlp_logs`,
    metricsTopic: `${prefix}otlp_metrics`,
    groupId: `${prefix}analyzer`,
    createTopics: true,
    partitions: 2,
    ...kafka,
  });
}

export function openQueue(options: TestQueueOptions): Promise<KafkaQueue> {
  const { store, logger = createLogger("silent"), batchMaxRecords = 8192 } = options;
  return openKafkaQueue({
    kafka: openKafka(queueConfig(options), logger),
    store,
    limits: { batchMaxRecords, batchMaxBytes: 8 * 1024 * 1024 },
    maxBodyBytes: 64 * 1024 * 1024,
    limitsOf: () => ({ oldestUnixNano: 0n, newestUnixNano: 2n ** 63n - 1n, maxDepth: 64 }),
    claimNames: options.claimNames ?? (async () => []),
    clock: { now: () => Date.now() },
  });
}

/** A request with one span of this name. */
export function spanRecord(name: string, overrides: Partial<NewQueueRecord> = {}): NewQueueRecord {
  return {
    tenant: "shop",
    signal: "traces",
    contentType: "protobuf",
    contentEncoding: "identity",
    receivedAtUnixMs: Date.now(),
    acceptedCount: 1,
    rejectedOrdinals: [],
    rejected: {},
    body: encodeTraceRequest([spanWith({ name })]),
    ...overrides,
  };
}

/** A request with one log record of this text. */
export function logRecord(text: string, overrides: Partial<NewQueueRecord> = {}): NewQueueRecord {
  const body = encodeLogRequest([logWith({ body: text })]);
  return spanRecord("", { signal: "logs", body, ...overrides });
}

export function allStored({ records }: Batch): OutcomeCount[] {
  return records.map(({ tenant, signal, acceptedCount }) => ({
    tenant,
    signal,
    stored: acceptedCount,
    rejected: {},
  }));
}

/** The names of the spans and the texts of the log records of a batch. */
export function namesIn({ records }: Batch): string[] {
  return records.flatMap(({ signal, contentType, body, rejectedOrdinals }) => {
    const skip = new Set(rejectedOrdinals);
    return signal === "traces"
      ? decodeTraces(contentType, body, skip).map(({ name }) => name)
      : decodeLogs(contentType, body, skip).map((record) => record.body as string);
  });
}

/** The next batch, as soon as there is one. */
export async function nextBatch(consumer: KafkaConsumer): Promise<Batch> {
  for (;;) {
    const batch = await consumer.read();
    if (batch !== null) {
      return batch;
    }
    await consumer.wait(1000);
  }
}

/** Takes batches until so many names have come; each batch is committed. */
export async function takeNames(consumer: KafkaConsumer, count: number): Promise<string[]> {
  const names: string[] = [];
  while (names.length < count) {
    const batch = await nextBatch(consumer);
    names.push(...namesIn(batch));
    await consumer.commit(batch, allStored(batch));
  }
  return names;
}
