import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { drainPending, Session } from "chdb";
import type { Config } from "../config/config.ts";
import type { Logger } from "../log.ts";
import { type AdHocStore, createAdHocStore } from "./ad-hoc/ad-hoc-store.ts";
import { createChdbAdHocEngine } from "./ad-hoc/chdb-ad-hoc-engine.ts";
import { createTenantDatabases } from "./ad-hoc/tenant-database.ts";
import {
  type ChdbConnection,
  openChdbConnection,
  type SessionSettings,
} from "./chdb-connection.ts";
import { createChdbStore } from "./chdb-store.ts";
import { migrate } from "./migrate.ts";
import { clearSpool, openSpool } from "./native/spool.ts";
import { adHocSettings, checkSettings, readSettings, writeSettings } from "./session-settings.ts";
import type { Store } from "./store.ts";

export interface StoreOptions {
  /** Folder of all data, or `:memory:` for a temporary one that `close` removes. */
  readonly dataDir: string;
  readonly config: Config["store"];
  readonly logger: Logger;
}

export interface OpenedStore {
  readonly writes: Store;
  /** Refuses to write. */
  readonly reads: Store;
  readonly adHoc: AdHocStore;
  /** The folder of the data. */
  readonly path: string;
  /** For {@link connectStore} in other threads. */
  readonly spoolDir: string;
  migrate(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens the embedded store. Each connection runs one query at a time, so writes, reads and
 * ad-hoc queries have their own. One process may open a data folder, and one folder at a time.
 *
 * @throws Error when another process holds the folder.
 */
export async function openStore({ dataDir, config, logger }: StoreOptions): Promise<OpenedStore> {
  const folder = openFolder(dataDir);
  // The first session starts the engine, and only it can pass server settings to it.
  const engine = new Session(folder.path, { connectionArgs: engineArguments(config) });
  engine.query("CREATE DATABASE IF NOT EXISTS telltale");
  const opened: ChdbConnection[] = [];
  const spoolDir = join(folder.path, "spool");
  clearSpool(spoolDir);
  const spool = openSpool(spoolDir);
  const writes = createChdbStore(await open(writeSettings(config)), spool);
  const reads = createChdbStore(await open(readSettings(config)), spool);
  const adHoc = createAdHocStore(
    createChdbAdHocEngine({
      checker: await open(checkSettings),
      runners: await Promise.all(
        Array.from({ length: adHocRunners() }, () => open(adHocSettings(config))),
      ),
    }),
    createTenantDatabases(writes),
  );
  logger.debug({ path: folder.path }, "Store opened");
  return {
    writes,
    reads,
    adHoc,
    path: folder.path,
    spoolDir,
    migrate: () => migrate(writes, { retention: config.retention, cluster: "" }),
    async close() {
      await Promise.all(opened.map((connection) => connection.close()));
      engine.close();
      // A connection with a running query is released only afterwards.
      await drainPending();
      folder.remove();
    },
  };

  async function open(settings: SessionSettings): Promise<ChdbConnection> {
    const connection = await openChdbConnection(folder.path, "telltale", settings);
    opened.push(connection);
    return connection;
  }
}

function openFolder(dataDir: string): { path: string; remove: () => void } {
  if (dataDir === ":memory:") {
    const path = mkdtempSync(join(tmpdir(), "telltale-store-"));
    return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
  }
  const path = resolve(dataDir, "store");
  mkdirSync(path, { recursive: true, mode: 0o700 });
  return { path, remove: () => undefined };
}

const mebibyte = 1024 * 1024;

/**
 * Caps what the engine as a whole may take; the default is 0.9 of the machine's memory and
 * several GiB of caches. Memory of Node itself is not counted by the engine.
 */
function engineArguments(config: Config["store"]): string[] {
  return [
    `--max_server_memory_usage=${config.maxMemoryBytes}`,
    `--mark_cache_size=${16 * mebibyte}`,
    `--index_mark_cache_size=${8 * mebibyte}`,
    `--uncompressed_cache_size=${8 * mebibyte}`,
    `--index_uncompressed_cache_size=${8 * mebibyte}`,
    `--mmap_cache_size=0`,
  ];
}

/**
 * Ad-hoc queries at once, one thread each: half the processors, so that ingest keeps the others.
 * With two at once on two cores the p99 of acknowledgments tripled; with one it did not change.
 */
function adHocRunners(): number {
  return Math.min(4, Math.max(1, Math.floor(availableParallelism() / 2)));
}
