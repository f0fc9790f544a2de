import { Config } from "../../../../core/config/config.ts";
import { readMigrations } from "../../../../core/store/migrate.ts";
import { createdTable, migrationStatements } from "../../../../core/store/migration-template.ts";
import { toLocalTables } from "../../../../core/store/server/cluster-statements.ts";
import { clusterStatements, shardingKey } from "../../../../core/store/server/cluster-template.ts";
import { openTestServerStore } from "../../../helpers/clickhouse-server/server-store.ts";
import { startClickHouseServer } from "../../../helpers/clickhouse-server/start-clickhouse-server.ts";
import { openMemoryStore } from "../../../helpers/memory-store.ts";

const { retention } = Config.parse({}).store;
const settings = { retention, cluster: "main", database: "prod" };
const place = { cluster: "main", database: "prod" };
const migrations = readMigrations();

it("makes statements of the shipped migrations that ClickHouse can parse", async () => {
  const store = await openMemoryStore();
  const statements = migrations.flatMap(({ sql }) => migrationStatements(sql, settings));
  for (const statement of statements) {
    expect(statement).toContain("ON CLUSTER `main`");
    await store.writes.command(`EXPLAIN AST\n${statement}`);
  }
  await store.close();
});

it("makes tables that spread rows with the columns of those that hold them", async () => {
  const columns = await columnsOnCluster();
  expect(columns.length).toBeGreaterThan(20);
  for (const { local, spread } of columns) {
    expect(spread).toEqual(local);
  }
});

async function columnsOnCluster(): Promise<{ local: unknown; spread: unknown }[]> {
  const server = await startClickHouseServer({ cluster: "main" });
  const outside = await openTestServerStore(server, { database: "default" });
  const store = await openTestServerStore(server, { database: "prod" });
  try {
    await outside.writes.command("CREATE DATABASE prod");
    for (const statement of migrations.flatMap(({ sql }) => migrationStatements(sql, settings))) {
      // Keeper, which these need, cannot be had here.
      const alone = statement
        .replace("ON CLUSTER `main`", "")
        .replace("ENGINE = Replicated", "ENGINE = ");
      await store.writes.command(alone);
    }
    return await store.reads.query(
      `SELECT groupArrayIf((name, type), endsWith(table, '_local')) AS local,
        groupArrayIf((name, type), NOT endsWith(table, '_local')) AS spread
      FROM (SELECT * FROM system.columns WHERE database = 'prod' ORDER BY table, position)
      WHERE NOT endsWith(table, '_mv')
      GROUP BY replaceRegexpOne(table, '_local$', '')`,
    );
  } finally {
    await Promise.all([outside.close(), store.close()]);
    await server.stop();
  }
}

it("gives each table of rows a replicated engine with a window, and one that spreads it", () => {
  const tables = migrations.filter(({ sql }) => createdTable(sql) !== null);
  expect(tables.length).toBeGreaterThan(20);
  for (const { sql } of tables) {
    const [local = "", distributed = "", ...rest] = migrationStatements(sql, settings);
    expect(rest).toEqual([]);
    expect(local).toMatch(/^CREATE TABLE IF NOT EXISTS \w+_local ON CLUSTER/);
    expect(local).toMatch(/^ENGINE = Replicated\w*MergeTree/m);
    expect(local).toContain(" replicated_deduplication_window = 10000");
    expect(distributed).toMatch(
      /AS prod\.(\w+_local) ENGINE = Distributed\('main', 'prod', '\1', \S.*\)$/,
    );
  }
});

it("keeps views inside a shard", () => {
  const views = migrations.filter(({ sql }) => sql.includes("CREATE MATERIALIZED VIEW"));
  expect(views.length).toBeGreaterThan(5);
  for (const { sql } of views) {
    const [view = "", ...rest] = migrationStatements(sql, settings);
    expect(rest).toEqual([]);
    expect(view).toMatch(/^TO \w+_local AS/m);
    const sources = [...view.matchAll(/\bFROM (\w+)/g)].map(([, source]) => source);
    expect(sources.filter((source) => source?.endsWith("_local") !== true)).toEqual([]);
    expect(sources.length).toBeGreaterThan(0);
  }
});

it("shards telemetry by trace, and what is replaced by its key", () => {
  const keys = migrations.flatMap(({ sql }) => {
    const table = createdTable(sql);
    return table === null
      ? []
      : [[table, shardingKey(sql.replaceAll(/\{\{engine:([^}]+)\}\}/g, "$1"))]];
  });
  expect(Object.fromEntries(keys)).toMatchObject({
    otel_traces: "cityHash64(TraceId)",
    otel_traces_trace_id_ts: "cityHash64(TraceId)",
    span_identity: "cityHash64(TraceId)",
    otel_logs: "if(TraceId = '', cityHash64(Timestamp, Body), cityHash64(TraceId))",
    findings: "cityHash64(Id)",
    finding_status: "cityHash64(FindingId)",
    detections: "cityHash64(Fingerprint, Id)",
    changes: "cityHash64(ChangeId)",
    agent_events: "cityHash64(Session, Time, Id)",
  });
  expect(keys.filter(([, key]) => key === "cityHash64()")).toEqual([]);
});

it("adds columns to both tables, and keys, indexes and settings to that of the rows", () => {
  const rendered =
    "-- Why.\nALTER TABLE t ON CLUSTER `main`\n  ADD COLUMN IF NOT EXISTS A Map(String, String),\n" +
    "  DROP INDEX IF EXISTS i,\n  MODIFY ORDER BY (Tenant, A)";
  const [local, distributed] = clusterStatements(rendered, place);
  expect(local).toMatch(/^ALTER TABLE t_local ON CLUSTER `main` ADD COLUMN[^]*MODIFY ORDER BY/);
  expect(distributed).toBe(
    "ALTER TABLE t ON CLUSTER `main` ADD COLUMN IF NOT EXISTS A Map(String, String)",
  );
  const setting = "ALTER TABLE t ON CLUSTER `main` MODIFY SETTING a = 1";
  expect(clusterStatements(setting, place)).toEqual([
    "ALTER TABLE t_local ON CLUSTER `main` MODIFY SETTING a = 1",
  ]);
});

describe("a statement of the running program", () => {
  it("alters the tables of the rows, on every shard", () => {
    const alter =
      "ALTER TABLE otel_traces DELETE WHERE TraceId IN (SELECT Value FROM erasure_scope)";
    expect(toLocalTables(alter, "main")).toBe(
      "ALTER TABLE otel_traces_local ON CLUSTER `main` DELETE WHERE TraceId IN (SELECT Value FROM erasure_scope)",
    );
    expect(toLocalTables(alter, "")).toBe(alter);
    const ready = "ALTER TABLE otel_traces_local ON CLUSTER `main` MODIFY SETTING a = 1";
    expect(toLocalTables(ready, "main")).toBe(ready);
  });

  it("asks every replica about mutations, and one of each shard about parts", async () => {
    const store = await openMemoryStore();
    const parts = "SELECT table, sum(rows) AS rows FROM system.parts WHERE active GROUP BY table";
    const mutations = "SELECT 1 FROM system.mutations WHERE table = 'x' AND NOT is_done";
    expect(toLocalTables(mutations, "main")).toContain(
      "clusterAllReplicas('main', system.mutations)",
    );
    for (const sql of [parts, mutations]) {
      const adapted = toLocalTables(sql, "main");
      await store.writes.command(`EXPLAIN AST ${adapted}`);
      // The part that concerns the names runs without a cluster too.
      await store.reads.query(
        adapted.replaceAll(/cluster(?:AllReplicas)?\('main', (\S+?)\)/g, "$1"),
      );
    }
    await store.close();
  });
});
