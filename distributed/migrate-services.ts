import type { Config } from "../core/config/config.ts";
import { createLogger } from "../core/log.ts";
import { openKafka } from "../core/queue/kafka/client.ts";
import { createTopics, missingTopics, TopicError } from "../core/queue/kafka/topics.ts";
import { StartError } from "../core/start-error.ts";
import { pendingMigrations, readMigrations } from "../core/store/migrate.ts";
import { type OpenedServerStore, openServerStore } from "../core/store/server/open-server-store.ts";
import { StoreError } from "../core/store/store-error.ts";

export interface MigratedServices {
  /** Topics that were missing. */
  readonly topics: readonly string[];
  /** Names of the migrations that were pending. */
  readonly migrations: readonly string[];
}

/**
 * Creates what is missing on the brokers and the server; may run beside what runs.
 *
 * @throws StartError naming the service that did not answer.
 */
export async function migrateServices(config: Config, apply: boolean): Promise<MigratedServices> {
  const logger = createLogger("silent");
  const kafka = openKafka(config.queue.kafka, logger);
  const store = await openServerStore({ config: config.store, logger });
  try {
    const topics = await (apply ? createTopics(kafka) : missingTopics(kafka)).catch(
      (error: unknown) => {
        throw ofBrokers(error, config.queue.kafka.brokers);
      },
    );
    const migrations = await pendingOn(store);
    if (apply) {
      await store.migrate();
    }
    return { topics, migrations };
  } finally {
    await store.close();
  }
}

function ofBrokers(error: unknown, brokers: readonly string[]): Error {
  if (error instanceof TopicError) {
    return error;
  }
  const why = error instanceof Error ? error.message : String(error);
  return new StartError(
    `the Kafka brokers (queue.kafka.brokers: ${brokers.join(", ")}) did not do what was asked: ${why}`,
  );
}

async function pendingOn({ reads }: OpenedServerStore): Promise<string[]> {
  try {
    return (await pendingMigrations(reads, undefined, true)).map(({ name }) => name);
  } catch (error) {
    if (error instanceof StoreError && error.type === "UNKNOWN_DATABASE") {
      return readMigrations().map(({ name }) => name);
    }
    throw error;
  }
}
