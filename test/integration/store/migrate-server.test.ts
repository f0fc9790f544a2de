import { type ChildProcess, spawn } from "node:child_process";
import { Config } from "../../../core/config/config.ts";
import { createLogger } from "../../../core/log.ts";
import { type Migration, newestVersion, readMigrations } from "../../../core/store/migrate.ts";
import { migrateServer } from "../../../core/store/server/migrate-server.ts";
import { takeMigrationLock } from "../../../core/store/server/migration-lock.ts";
import type { OpenedServerStore } from "../../../core/store/server/open-server-store.ts";
import type { Store } from "../../../core/store/store.ts";
import { openTestServerStore } from "../../helpers/clickhouse-server/server-store.ts";
import {
  type ClickHouseServer,
  startClickHouseServer,
} from "../../helpers/clickhouse-server/start-clickhouse-server.ts";
import { spanRow } from "../../helpers/span-row.ts";
import { waitUntil } from "../../helpers/wait-until.ts";

let server: ClickHouseServer;
const opened: OpenedServerStore[] = [];

beforeEach(async () => {
  server = await startClickHouseServer();
});

afterEach(async () => {
  await Promise.all(opened.splice(0).map((store) => store.close()));
  await server.stop();
});

async function open(): Promise<OpenedServerStore> {
  const store = await openTestServerStore(server);
  opened.push(store);
  return store;
}

const config = Config.parse({ store: { retention: { rawDays: 3650 } } }).store;
const migrations = readMigrations();
const logger = createLogger("silent");

/** As a program that knows these migrations; a holder that is silent for a second is dead. */
async function migrateAs(known: readonly Migration[], change?: (store: Store) => Store) {
  const { writes } = await open();
  const { signal } = new AbortController();
  const store = change?.(writes) ?? writes;
  // The front has one database at its start, and the store names its own.
  const outside = { ...store, command: (sql: string) => inDefault(sql) };
  await migrateServer({ store, outside, config, logger, signal, staleSeconds: 1 }, known);
}

async function inDefault(sql: string): Promise<void> {
  const anywhere = await openTestServerStore(server, { database: "default" });
  await anywhere.writes.command(sql);
  await anywhere.close();
}

async function applied(store: OpenedServerStore): Promise<number[]> {
  const rows = await store.reads.query<{ Version: number }>(
    "SELECT Version FROM schema_migrations ORDER BY Version",
  );
  return rows.map(({ Version }) => Version);
}

const versions = migrations.map(({ version }) => version);
/** Enough for a test in which the number of them does not matter. */
const few = migrations.filter(({ name }) => name.endsWith("_otel_traces"));

it("lets one of several work, and each migration run once", async () => {
  const stores = await Promise.all([open(), open(), open()]);
  await Promise.all(stores.map((store) => store.migrate()));
  const [store] = stores;
  expect(store && (await applied(store))).toEqual(versions);
});

it("goes on where another was killed", async () => {
  const child = startMigrating();
  await server.fault({
    match: "CREATE TABLE IF NOT EXISTS changes",
    action: "delay",
    times: 1,
    delayMs: 3_600_000,
  });
  await waitUntil("the first to hang in the middle", async () => (await server.state()).struck > 0);
  child.kill("SIGKILL");
  await migrateAs(migrations);
  expect(await applied(await open())).toEqual(versions);
}, 120_000);

function startMigrating(): ChildProcess {
  const helper = new URL("../../helpers/clickhouse-server/server-store.ts", import.meta.url);
  const script =
    `import { openTestServerStore } from ${JSON.stringify(helper.href)};` +
    `const store = await openTestServerStore({ url: ${JSON.stringify(server.url)} });` +
    "await store.migrate(); await store.close();";
  const env = { ...process.env, NODE_OPTIONS: "" };
  return spawn(process.execPath, ["--input-type=module", "-e", script], { env, stdio: "ignore" });
}

it("does nothing more for a holder that was taken for dead", async () => {
  const { writes } = await open();
  await inDefault("CREATE DATABASE telltale");
  const { signal } = new AbortController();
  const options = { cluster: "", signal, staleSeconds: 1 };
  // Its signs of life do not arrive.
  const mute = {
    ...writes,
    command: (sql: string) => (sql.includes("MODIFY COMMENT") ? hang() : writes.command(sql)),
  };
  const first = await takeMigrationLock(mute, options);
  await first.requireHeld();
  const second = await takeMigrationLock(writes, options);
  await expect(first.requireHeld()).rejects.toThrow("taken over");
  await second.requireHeld();
  await first.release();
  await second.requireHeld();
  await second.release();
  const third = await takeMigrationLock(writes, options);
  await third.release();
});

function hang(): Promise<void> {
  return Promise.resolve();
}

it("survives answers that are lost", async () => {
  await server.fault({ match: "migration_lock_[0-9]+ +\\(", action: "cut-after", times: 1 });
  await server.fault({ match: "^CREATE TABLE IF NOT EXISTS", action: "cut-after", times: 5 });
  await server.fault({ match: "INTO schema_migrations", action: "cut-after", times: 5 });
  const store = await open();
  await store.migrate();
  expect([...new Set(await applied(store))]).toEqual(versions);
});

describe("a program of the version before", () => {
  const before = few.slice(0, -1);
  const addition: Migration = {
    version: newestVersion() + 1,
    name: "9000_add_a_column",
    sql: "ALTER TABLE otel_traces {{on_cluster}} ADD COLUMN IF NOT EXISTS Later String",
  };

  it("starts, writes and reads beside the newer one, and changes nothing", async () => {
    await migrateAs([...few, addition]);
    await migrateAs(few, (store) => ({
      ...store,
      command: (sql) =>
        /MODIFY (?:TTL|SETTING)/.test(sql) ? Promise.reject(new Error(sql)) : store.command(sql),
    }));
    const store = await open();
    await store.writes.insert("otel_traces", [spanRow()]);
    expect(await store.reads.query("SELECT Later FROM otel_traces")).toEqual([{ Later: "" }]);
  });

  it("is refused only by a migration that says so", async () => {
    const breaking = `-- oldest program: ${addition.version}\n${addition.sql}`;
    await migrateAs([...few, { ...addition, sql: breaking }]);
    await expect(migrateAs(few)).rejects.toThrow("written by a newer version");
    await expect(migrateAs(before)).rejects.toThrow("written by a newer version");
  });
});

it("may add since the server mode exists, and nothing else", () => {
  const additive =
    /^(?:CREATE (?:TABLE|MATERIALIZED VIEW) IF NOT EXISTS|ALTER TABLE \w+ \{\{on_cluster\}\}\s+(?:ADD|MODIFY SETTING|MODIFY QUERY|MATERIALIZE))/;
  const others = migrations.filter(({ version, sql }) => {
    const statement = sql.replace(/^--.*\n/gm, "");
    return version >= 100 && !additive.test(statement) && !/^-- oldest program:/m.test(sql);
  });
  expect(others.map(({ name }) => name)).toEqual([]);
});
