import { Config } from "../../../core/config/config.ts";
import { type Migration, migrate, readMigrations } from "../../../core/store/migrate.ts";
import type { OpenedStore } from "../../../core/store/open-store.ts";
import type { Store } from "../../../core/store/store.ts";
import { openMemoryStore } from "../../helpers/memory-store.ts";

let store: OpenedStore;

beforeAll(async () => {
  store = await openMemoryStore();
});

afterAll(() => store.close());

const { retention } = Config.parse({}).store;
const settings = { retention, cluster: "" };

function tables(): Promise<{ name: string; sorting_key: string; engine: string }[]> {
  return store.reads.query(
    "SELECT name, sorting_key, engine FROM system.tables WHERE database = 'telltale'",
  );
}

function migration(version: number, sql: string): Migration {
  return { version, name: `${version}_test`, sql };
}

describe("the shipped migrations", () => {
  it("have unique numbers and one statement each", () => {
    const migrations = readMigrations();
    expect(new Set(migrations.map(({ version }) => version)).size).toBe(migrations.length);
    expect(migrations.filter(({ sql }) => sql.includes(";\n"))).toEqual([]);
  });

  it("put the tenant first in every key", async () => {
    const keyed = (await tables()).filter(({ sorting_key }) => sorting_key !== "");
    const wrong = keyed.filter(
      ({ name, sorting_key }) => name !== "schema_migrations" && !/^Tenant\b/.test(sorting_key),
    );
    expect(keyed.length).toBeGreaterThan(10);
    expect(wrong).toEqual([]);
  });

  it("give a deduplication window to every table that is fed by a view, and its source", async () => {
    const missing = await store.reads.query(`
      SELECT name FROM system.tables
      WHERE database = 'telltale' AND engine LIKE '%MergeTree' AND name != 'schema_migrations'
        AND create_table_query NOT LIKE '%non_replicated_deduplication_window = 10000%'`);
    expect(missing).toEqual([]);
  });
});

describe("migrate", () => {
  it("does nothing the second time", async () => {
    const before = await tables();
    await store.migrate();
    expect(await tables()).toEqual(before);
  });

  it("goes on after a kill between a statement and its note", async () => {
    const first = migration(
      9001,
      "CREATE TABLE IF NOT EXISTS kill_a (Tenant String) ENGINE = {{engine:MergeTree}} ORDER BY Tenant",
    );
    const second = migration(
      9002,
      "CREATE TABLE IF NOT EXISTS kill_b (Tenant String) ENGINE = {{engine:MergeTree}} ORDER BY Tenant",
    );
    const killed: Store = {
      ...store.writes,
      insert: () => Promise.reject(new Error("killed")),
    };
    await expect(migrate(killed, settings, [first, second])).rejects.toThrow("killed");
    await migrate(store.writes, settings, [first, second]);
    const names = (await tables()).map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(["kill_a", "kill_b"]));
  });

  it("names the migration that fails", async () => {
    const wrong = migration(9003, "CREATE TABLE x (");
    await expect(migrate(store.writes, settings, [wrong])).rejects.toThrow("9003_test");
  });

  it("refuses a migration that was edited after it was applied", async () => {
    const sql = "CREATE TABLE IF NOT EXISTS edited (Tenant String) ENGINE = Memory";
    await migrate(store.writes, settings, [migration(9004, sql)]);
    const edited = migration(9004, sql.replace("Tenant String", "Tenant String, A String"));
    await expect(migrate(store.writes, settings, [edited])).rejects.toThrow("add a new migration");
  });

  it("applies a changed retention to the table that exists", async () => {
    const table = migration(
      9005,
      "CREATE TABLE IF NOT EXISTS kept (Tenant String, Time DateTime)\nENGINE = {{engine:MergeTree}}\nORDER BY Tenant\nTTL Time + INTERVAL {{raw_days}} DAY\n",
    );
    await migrate(store.writes, settings, [table]);
    const longer = { ...settings, retention: { ...retention, rawDays: 90 } };
    await migrate(store.writes, longer, [table]);
    const [row] = await store.reads.query<{ sql: string }>(
      "SELECT create_table_query AS sql FROM system.tables WHERE name = 'kept'",
    );
    expect(row?.sql).toContain("TTL Time + toIntervalDay(90)");
  });
});
