import type { Audit } from "../core/audit/audit.ts";
import { openKafkaAudit } from "../core/audit/kafka-audit.ts";
import { assertSafeBind } from "../core/auth/assert-safe-bind.ts";
import { openKafkaKeyStore } from "../core/auth/keys/kafka-key-store.ts";
import type { KeyStore } from "../core/auth/keys/key-store.ts";
import { type KafkaCommands, openKafkaCommands } from "../core/commands/kafka-commands.ts";
import { watchStore } from "../core/health/watch-store.ts";
import { openSharedKey, type QueueKey } from "../core/keys/open-key.ts";
import type { OpenParts } from "../core/open-parts.ts";
import { recordLimits } from "../core/otlp/record-limits.ts";
import { openChangeNames } from "../core/queue/kafka/change-names.ts";
import { type KafkaClient, openKafka } from "../core/queue/kafka/client.ts";
import { createJournalHost, type JournalHost } from "../core/queue/kafka/journal.ts";
import { type KafkaQueue, openKafkaQueue } from "../core/queue/kafka/kafka-queue.ts";
import { type TopicNames, topicNames } from "../core/queue/kafka/topic-names.ts";
import { inWords } from "../core/start-error.ts";
import { type OpenedServerStore, openServerStore } from "../core/store/server/open-server-store.ts";
import type { StartContext } from "../start-servers.ts";
import { requireSameKey } from "./require-same-key.ts";

/** What every process of the fleet works with; none of it is kept in the process. */
export interface Services {
  readonly kafka: KafkaClient;
  readonly topics: TopicNames;
  readonly journals: JournalHost;
  readonly queueKey: QueueKey;
  readonly queue: KafkaQueue;
  readonly keyStore: KeyStore;
  readonly commands: KafkaCommands;
  readonly store: Omit<OpenedServerStore, "writes"> & {
    readonly writes: ReturnType<typeof watchStore>;
  };
}

/** Connects to the brokers and the server, and brings the schema up to date. */
export async function openServices(context: StartContext, opened: OpenParts): Promise<Services> {
  const { config, env, logger } = context;
  const queueKey = await inWords(() => openSharedKey({ keyFile: config.keyFile, env }));
  const kafka = await inWords(() => openKafka(config.queue.kafka, logger));
  const topics = topicNames(kafka.config);
  const server = await inWords(() => openServerStore({ config: config.store, logger }));
  opened.add(server, () => server.close());
  await inWords(() => server.migrate());
  const store = { ...server, writes: watchStore(server.writes) };
  const journals = createJournalHost(kafka);
  opened.add(journals, () => journals.close());
  const queue = await inWords(() => openQueue(context, { kafka, store, journals }));
  opened.add(queue, () => queue.close());
  const [keyStore, commands] = await inWords(() =>
    Promise.all([
      openKafkaKeyStore({ journals, topic: topics.keys }),
      openKafkaCommands({ journals, topic: topics.commands }),
    ]),
  );
  assertSafeBind(config, keyStore.list().length > 0);
  await inWords(() => requireSameKey(commands, queueKey, context.clock));
  return { kafka, topics, journals, queueKey, queue, keyStore, commands, store };
}

/** Opened once the topics exist, which the first step of the queue sees to. */
async function openQueue(
  { config, clock }: StartContext,
  { kafka, store, journals }: Pick<Services, "kafka" | "store" | "journals">,
): Promise<KafkaQueue> {
  const names = openLater(() =>
    openChangeNames({ journals, topic: topicNames(kafka.config).changeIds }),
  );
  return openKafkaQueue({
    kafka,
    store: store.writes,
    limits: config.queue,
    maxBodyBytes: config.otlp.maxBodyBytes,
    limitsOf: (receivedAtUnixMs) => recordLimits(config.otlp, receivedAtUnixMs),
    claimNames: async (claims) => (await names()).claimNames(claims),
    clock,
  });
}

/** Opens at the first use; a failure is tried again at the next. */
function openLater<T>(open: () => Promise<T>): () => Promise<T> {
  let opening: Promise<T> | null = null;
  return () => {
    if (opening === null) {
      opening = open();
      opening.catch(() => {
        opening = null;
      });
    }
    return opening;
  };
}

/** The audit log, for processes that answer people. */
export function openAuditLog(
  { journals, topics }: Services,
  { clock }: StartContext,
): Promise<Audit> {
  return openKafkaAudit({ journals, topic: topics.audit, clock });
}
