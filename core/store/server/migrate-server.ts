import { randomBytes } from "node:crypto";
import type { Config } from "../../config/config.ts";
import type { Logger } from "../../log.ts";
import { type Migration, migrate, readMigrations } from "../migrate.ts";
import type { Store } from "../store.ts";
import { type MigrationLock, takeMigrationLock } from "./migration-lock.ts";
import { readerStatements, readerTenant } from "./reader-access.ts";
import { makeReaderViews, readerDatabase } from "./reader-databases.ts";
import { readSecret } from "./server-client.ts";

export interface ServerMigration {
  readonly store: Store;
  /** Of the same server, outside the database, which need not exist yet. */
  readonly outside: Store;
  readonly config: Config["store"];
  readonly logger: Logger;
  readonly signal: AbortSignal;
  readonly staleSeconds?: number;
}

/**
 * Brings a server to the schema of this program, one process at a time. A kill at any point
 * leaves what the next call goes on with. A schema that a newer version made is left as it is,
 * unless that version says that this one cannot work with it.
 *
 * @throws NewerSchemaError in that case.
 * @throws MigrationLockLostError when this process was silent for so long that another took over.
 */
export async function migrateServer(
  options: ServerMigration,
  migrations: readonly Migration[] = readMigrations(),
): Promise<void> {
  const { outside, config, logger, store, signal, staleSeconds } = options;
  const { database, cluster } = config.clickhouse;
  await outside.command(
    `CREATE DATABASE IF NOT EXISTS ${database}${cluster === "" ? "" : ` ON CLUSTER \`${cluster}\``}`,
  );
  const lock = await takeMigrationLock(store, {
    cluster,
    signal,
    ...(staleSeconds !== undefined && { staleSeconds }),
    onWait: (holder) => logger.info({ holder }, "Another process migrates the store; waiting"),
  });
  try {
    const fenced = underLock(store, lock);
    const { retention } = config;
    await migrate(fenced, { retention, cluster, database, toleratesNewer: true }, migrations);
    await prepareReaders(fenced, config);
  } finally {
    await lock.release();
  }
}

/** Nothing is written by who has lost the lock without knowing. */
function underLock(store: Store, lock: MigrationLock): Store {
  return {
    query: (sql, params) => store.query(sql, params),
    async command(sql, params) {
      await lock.requireHeld();
      await store.command(sql, params);
    },
    async insert(table, rows, options) {
      await lock.requireHeld();
      await store.insert(table, rows, options);
    },
  };
}

async function prepareReaders(store: Store, { clickhouse }: Config["store"]): Promise<void> {
  await makeReaderViews(store, clickhouse, { target: readerDatabase(clickhouse), where: "1" });
  const { readerUser, readerPasswordFile } = clickhouse;
  if (readerUser === "") {
    return;
  }
  const password = readSecret(readerPasswordFile);
  if (password === "") {
    throw new Error(
      "expected store.clickhouse.readerPasswordFile to name a file with the password of " +
        `${readerUser}, got nothing`,
    );
  }
  const known = await store.query<{ tenant: string }>(
    "SELECT DISTINCT Tenant AS tenant FROM windows_1h UNION DISTINCT SELECT Tenant FROM changes",
  );
  const tenants = [...new Set([readerTenant, ...known.map(({ tenant }) => tenant)])].toSorted();
  const salt = randomBytes(16).toString("hex");
  for (const statement of readerStatements({ ...clickhouse, password, salt, tenants })) {
    await store.command(statement);
  }
}
