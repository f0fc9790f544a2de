import { Config } from "../../../core/config/config.ts";
import { createLogger } from "../../../core/log.ts";
import {
  type Migration,
  migrate,
  newestVersion,
  pendingMigrations,
  readMigrations,
} from "../../../core/store/migrate.ts";
import { partSettings } from "../../../core/store/migration-template.ts";
import { type OpenedStore, openStore } from "../../../core/store/open-store.ts";
import type { Store } from "../../../core/store/store.ts";
import { seedStore } from "../../helpers/seed-store.ts";
import { spanRow } from "../../helpers/span-row.ts";

/** The last migration of the release before. */
const formerVersion = 44;

const config = Config.parse({ store: { retention: { rawDays: 3650, windowDays: 3650 } } }).store;
const settings = { retention: config.retention, cluster: "" };
const migrations = readMigrations();
const former = migrations.filter(({ version }) => version <= formerVersion);
const newer = migrations.filter(({ version }) => version > formerVersion);

let store: OpenedStore;

beforeAll(async () => {
  store = await openStore({ dataDir: ":memory:", config, logger: createLogger("silent") });
  await migrate(asBefore(store.writes), settings, former);
  await seedStore(store.writes, "acme");
});

afterAll(() => store.close());

/** The tables of the release before had no settings of parts. */
function asBefore(writes: Store): Store {
  const added = `, ${partSettings.join(", ")}`;
  return {
    ...writes,
    command: (sql, params) =>
      sql.includes("MODIFY SETTING")
        ? Promise.resolve()
        : writes.command(sql.replace(added, ""), params),
  };
}

function rowsOf(table: string): Promise<Record<string, unknown>[]> {
  return store.reads.query(`SELECT * FROM ${table} ORDER BY ALL`);
}

async function sum(table: string, column: string): Promise<number> {
  const [row] = await store.reads.query<{ sum: number | string }>(
    `SELECT sum(${column}) AS sum FROM ${table}`,
  );
  return Number(row?.sum);
}

const tables = [
  "otel_traces",
  "otel_logs",
  "changes",
  "detections",
  "findings",
  "finding_status",
  "proposals",
  "span_identity",
  "windows_1m",
  "windows_1h",
];

it("lists what an upgrade would run, and runs none of it", async () => {
  expect(newer.length).toBeGreaterThan(0);
  const names = newer.map(({ name }) => name);
  expect((await pendingMigrations(store.reads)).map(({ name }) => name)).toEqual(names);
  expect((await pendingMigrations(store.reads)).map(({ name }) => name)).toEqual(names);
});

it("keeps every row and value, with a kill after each statement", async () => {
  const before = new Map<string, Record<string, unknown>[]>();
  for (const table of tables) {
    before.set(table, await rowsOf(table));
  }
  for (const [index] of newer.entries()) {
    const upTo = [...former, ...newer.slice(0, index + 1)];
    await killedAfterStatement(upTo);
    await migrate(store.writes, settings, upTo);
  }
  await store.migrate();
  expect(await pendingMigrations(store.reads)).toEqual([]);
  for (const [table, rows] of before) {
    const after = await rowsOf(table);
    expect([table, after.length]).toEqual([table, rows.length]);
    expect(after).toEqual(rows.map((row) => expect.objectContaining(row)));
  }
});

/** Runs the next statement; the process ends before it is written down. */
async function killedAfterStatement(upTo: readonly Migration[]): Promise<void> {
  const killed: Store = {
    ...store.writes,
    insert: () => Promise.reject(new Error("killed")),
  };
  await expect(migrate(killed, settings, upTo)).rejects.toThrow("killed");
}

it("gives tables of before what new ones are created with", async () => {
  const without = await store.reads.query(
    `SELECT name FROM system.tables WHERE database = 'telltale' AND engine LIKE '%MergeTree'
    AND name != 'schema_migrations' AND position(create_table_query, {setting:String}) = 0`,
    { setting: partSettings[0] },
  );
  expect(without).toEqual([]);
});

it("goes on through the views", async () => {
  const spans = await sum("windows_1m", "Spans");
  const hours = await sum("windows_1h", "Spans");
  const values = await sum("series_values", "Spans");
  await store.writes.insert("otel_traces", [
    spanRow({ Tenant: "acme", SpanId: "cccccccccccccccc", GenAiTool: "search" }),
  ]);
  expect(await sum("windows_1m", "Spans")).toBe(spans + 1);
  expect(await sum("windows_1h", "Spans")).toBe(hours + 1);
  expect(await sum("series_values", "Spans")).toBe(values + 1);
});

it("refuses data of a newer version in words", async () => {
  const known = migrations.filter(({ version }) => version < newestVersion());
  await expect(migrate(store.writes, settings, known)).rejects.toThrow(
    /written by a newer version of Telltale: its schema is \d+, this program knows up to \d+/,
  );
  await expect(pendingMigrations(store.reads, known)).rejects.toThrow("newer version");
});
