import type { Config } from "../core/config/config.ts";
import { createLogger } from "../core/log.ts";
import { openKafka } from "../core/queue/kafka/client.ts";
import { createTopics, missingTopics } from "../core/queue/kafka/topics.ts";
import { pendingMigrations, readMigrations } from "../core/store/migrate.ts";
import { type OpenedServerStore, openServerStore } from "../core/store/server/open-server-store.ts";
import { StoreError } from "../core/store/store-error.ts";

export interface MigratedServices {
  /** Topics that were missing. */
  readonly topics: readonly string[];
  /** Names of the migrations that were pending. */
  readonly migrations: readonly string[];
}

/** Creates what is missing on the brokers and the server; may run beside what runs. */
export async function migrateServices(config: Config, apply: boolean): Promise<MigratedServices> {
  const logger = createLogger("silent");
  const kafka = openKafka(config.queue.kafka, logger);
  const store = await openServerStore({ config: config.store, logger });
  try {
    const topics = apply ? await createTopics(kafka) : await missingTopics(kafka);
    const migrations = await pendingOn(store);
    if (apply) {
      await store.migrate();
    }
    return { topics, migrations };
  } finally {
    await store.close();
  }
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
