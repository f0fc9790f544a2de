import { systemClock } from "../../core/clock.ts";
import { openKafkaCommands } from "../../core/commands/kafka-commands.ts";
import type { Logger } from "../../core/log.ts";
import { createOpenParts, type OpenParts } from "../../core/open-parts.ts";
import { recordLimits } from "../../core/otlp/record-limits.ts";
import { openKafka } from "../../core/queue/kafka/client.ts";
import { openKafkaConsumer } from "../../core/queue/kafka/consumer.ts";
import {
  createJournalHost,
  type Journal,
  type JournalHost,
} from "../../core/queue/kafka/journal.ts";
import { createSender } from "../../core/queue/kafka/sender.ts";
import { openStoredTopic } from "../../core/queue/kafka/stored-topic.ts";
import { topicNames } from "../../core/queue/kafka/topic-names.ts";
import type { StorePair } from "../../core/store/remote-store.ts";
import { openServerStore } from "../../core/store/server/open-server-store.ts";
import { createSpanClaims, type SpanClaims } from "../claims/span-claims.ts";
import type { AnalyzerWorkerData } from "../start-worker.ts";
import type { WorkerParts } from "./worker-parts.ts";

/**
 * The brokers and the server, through connections of this thread's own. The topics and the schema
 * are there already: the process that started the thread has seen to it.
 */
export async function openSharedParts(
  data: AnalyzerWorkerData,
  logger: Logger,
): Promise<WorkerParts> {
  const opened = createOpenParts();
  try {
    return await openAll(data, logger, opened);
  } catch (error) {
    await opened.close();
    throw error;
  }
}

async function openAll(
  { config }: AnalyzerWorkerData,
  logger: Logger,
  opened: OpenParts,
): Promise<WorkerParts> {
  const kafka = openKafka(config.queue.kafka, logger);
  const topics = topicNames(kafka.config);
  const store = await openServerStore({ config: config.store, logger });
  opened.add(store, () => store.close());
  const journals = createJournalHost(kafka);
  opened.add(journals, () => journals.close());
  const commands = await openKafkaCommands({ journals, topic: topics.commands });
  const claims = await openClaims(journals, topics.claims, store);
  const summaries = openStoredTopic(kafka, topics.stored);
  opened.add(summaries, () => summaries.close());
  const sender = createSender(kafka);
  opened.add(sender, () => sender.close());
  const consumer = await openKafkaConsumer({
    kafka,
    sender,
    store: store.writes,
    limits: config.queue,
    limitsOf: (receivedAtUnixMs) => recordLimits(config.otlp, receivedAtUnixMs),
    clock: systemClock,
  });
  opened.add(consumer, () => consumer.close());
  return {
    consumer,
    commands,
    store: { reads: store.reads, writes: store.writes },
    shared: { commands, claims, summaries },
    close: () => opened.close(),
  };
}

/** Resolves once the claims of the last hours are known. */
async function openClaims(
  journals: JournalHost,
  topic: string,
  store: StorePair,
): Promise<SpanClaims> {
  const journal = Promise.withResolvers<Journal>();
  const claims = createSpanClaims({
    log: { append: async (key, value) => (await journal.promise).append(key, value) },
    store,
  });
  journal.resolve(
    await journals.open({ topic, from: "start", apply: ({ value }) => claims.apply(value) }),
  );
  return claims;
}
