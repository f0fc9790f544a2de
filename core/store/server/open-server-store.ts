import type { Config } from "../../config/config.ts";
import type { Logger } from "../../log.ts";
import { type AdHocStore, createAdHocStore } from "../ad-hoc/ad-hoc-store.ts";
import type { Store } from "../store.ts";
import { migrateServer } from "./migrate-server.ts";
import { createReaderDatabases } from "./reader-databases.ts";
import { createServerAdHocEngine } from "./server-ad-hoc-engine.ts";
import { createServerClient, type RequestSettings, type ServerClient } from "./server-client.ts";
import {
  serverAdHocSettings,
  serverCheckSettings,
  serverReadSettings,
  serverWriteSettings,
} from "./server-settings.ts";
import { createServerStore } from "./server-store.ts";

export interface ServerStoreConfig {
  readonly config: Config["store"];
  readonly logger: Logger;
}

export interface OpenedServerStore {
  readonly writes: Store;
  /** Refuses to write. */
  readonly reads: Store;
  readonly adHoc: AdHocStore;
  /**
   * Creates what is missing, and what readers need. Any number of processes may call it at once:
   * one works, the others wait.
   */
  migrate(): Promise<void>;
  /** Ends the waiting for repetitions; what runs on the server goes on there. */
  close(): Promise<void>;
}

/** Requests at once of one kind; more wait for a connection. */
const maxConnections = { writes: 8, reads: 16, adHoc: 4 };

/**
 * Opens the store on a ClickHouse server. The server need not be there yet: requests wait for it
 * as long as `clickhouse.requestSeconds`.
 */
export async function openServerStore({
  config,
  logger,
}: ServerStoreConfig): Promise<OpenedServerStore> {
  const { clickhouse } = config;
  const closing = new AbortController();
  const retries = { patienceMs: clickhouse.requestSeconds * 1000, signal: closing.signal };
  const clients: ServerClient[] = [];
  const writeClient = open(serverWriteSettings(config), maxConnections.writes);
  const insertSettings = once(() => settingsOfInserts(writes));
  const { cluster } = clickhouse;
  const storeOptions = { ...retries, cluster, insertSettings };
  const writes = createServerStore(writeClient, storeOptions);
  const reads = createServerStore(
    open(serverReadSettings(config), maxConnections.reads),
    storeOptions,
  );
  const adHoc = createAdHocStore(
    createServerAdHocEngine({
      checker: open(serverCheckSettings(), maxConnections.adHoc),
      // Without a database of its own: each query names its tenant's.
      runner: open(serverAdHocSettings(config), maxConnections.adHoc, ""),
      retries,
    }),
    createReaderDatabases(writes, clickhouse),
  );
  return {
    writes,
    reads,
    adHoc,
    async migrate() {
      const anywhere = open(serverWriteSettings(config), 1, "");
      const outside = createServerStore(anywhere, storeOptions);
      await migrateServer({ store: writes, outside, config, logger, signal: closing.signal });
    },
    async close() {
      closing.abort();
      await Promise.all(clients.map((client) => client.close()));
    },
  };

  function open(
    settings: RequestSettings,
    connections: number,
    database = clickhouse.database,
  ): ServerClient {
    const client = createServerClient({
      config: clickhouse,
      database,
      settings,
      maxConnections: connections,
    });
    clients.push(client);
    return client;
  }
}

/**
 * A block whose rows are partly left out is an `INSERT … SELECT`, which newer servers deduplicate
 * only if the order of its rows is certain; one thread keeps the order of the block.
 */
async function settingsOfInserts(store: Store): Promise<RequestSettings> {
  const [known] = await store.query(
    "SELECT 1 FROM system.settings WHERE name = 'deduplicate_insert_select'",
  );
  const ordered = { max_threads: 1, max_insert_threads: 1 };
  return known === undefined
    ? ordered
    : { ...ordered, deduplicate_insert_select: "enable_even_for_bad_queries" };
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | null = null;
  return () => {
    if (made === null) {
      made = make();
      made.catch(() => {
        made = null;
      });
    }
    return made;
  };
}
