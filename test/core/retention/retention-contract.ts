import { Config } from "../../../core/config/config.ts";
import { createLogger } from "../../../core/log.ts";
import { awaitMutations } from "../../../core/retention/await-mutations.ts";
import { deleteExpired } from "../../../core/retention/delete-expired.ts";
import { readRemovals } from "../../../core/retention/record-removals.ts";
import { retainedTables } from "../../../core/retention/retained-tables.ts";
import { startStoreMaintenance } from "../../../core/store/maintain-store.ts";
import { migrate } from "../../../core/store/migrate.ts";
import { createMetrics } from "../../../core/telemetry/metrics.ts";
import { spanRow } from "../../helpers/span-row.ts";
import { waitUntil } from "../../helpers/wait-until.ts";
import type { StoreUnderTest } from "../store/store-contract.ts";

/** What retention removes, wherever the store is. */
export function describeRetention(open: () => Promise<StoreUnderTest>): void {
  const day = 86_400_000;
  const now = Date.now();
  const tables = retainedTables();
  const traces = tables.filter(({ table }) => table === "otel_traces");

  let store: StoreUnderTest;

  beforeAll(async () => {
    store = await open();
  });

  afterAll(() => store.close());

  function retentionOf(retention: object) {
    return Config.parse({ store: { retention } }).store.retention;
  }

  function daysAgo(days: number): string {
    return new Date(now - days * day).toISOString();
  }

  async function insertSpans(tenant: string, daysOld: readonly number[]): Promise<void> {
    const rows = daysOld.map((age, index) =>
      spanRow({
        Tenant: tenant,
        Timestamp: daysAgo(age),
        SpanId: `${tenant}${index}`.padStart(16, "0"),
        TraceId: `${tenant}${index}`.padStart(32, "0"),
      }),
    );
    await store.writes.insert("otel_traces", rows);
  }

  /** Ages in whole days of the spans that are there. */
  async function ages(
    tenant: string,
    table = "otel_traces",
    time = "Timestamp",
  ): Promise<number[]> {
    const rows = await store.reads.query<{ age: number | string }>(
      `SELECT intDiv({now:Int64} - toUnixTimestamp(toDateTime(${time})), 86400) AS age
    FROM ${table} WHERE Tenant = {tenant:String} ORDER BY age`,
      { tenant, now: Math.round(now / 1000) },
    );
    return rows.map(({ age }) => Number(age));
  }

  it("knows the time and the class of every table with a TTL", async () => {
    const withTtl = await store.reads.query<{ name: string }>(
      `SELECT name FROM system.tables WHERE database = 'telltale'
    AND position(create_table_query, 'TTL ') > 0 AND name NOT IN ('erasure_scope', 'request_digests') ORDER BY name`,
    );
    expect(tables.map(({ table }) => table).toSorted()).toEqual(withTtl.map(({ name }) => name));
    expect(tables).toContainEqual({
      table: "otel_logs",
      time: "TimestampTime",
      class: "logs",
    });
  });

  it("removes what a tenant keeps for a shorter time, in every table, and nothing else", async () => {
    await insertSpans("short", [6, 8]);
    await insertSpans("long", [50, 90]);
    await insertSpans("plain", [8, 34, 50]);
    const retention = retentionOf({
      tenants: { short: { tracesDays: 7 }, long: { tracesDays: 60 } },
    });
    const sources = { writes: store.writes, reads: store.reads, retention, nowUnixMs: now };
    for (const table of tables) {
      await deleteExpired(table, { ...sources, maxPartitions: 100 });
    }
    expect(await ages("short")).toEqual([6]);
    expect(await ages("long")).toEqual([50]);
    expect(await ages("plain")).toEqual([8, 34]);
    expect(await ages("short", "span_identity")).toEqual([6]);
    expect(await ages("long", "otel_traces_trace_id_ts", "Start")).toEqual([50]);
  });

  it("leaves no part without rows, which ClickHouse cannot read a map of", async () => {
    const parts = await store.reads.query(
      "SELECT name FROM system.parts WHERE database = 'telltale' AND active AND rows = 0",
    );
    expect(parts).toEqual([]);
    const rows = await store.reads.query("SELECT SpanAttributes['a'] FROM otel_traces");
    expect(rows).toHaveLength(4);
  });

  it("leaves a table alone on which all tenants agree", async () => {
    const retention = retentionOf({ rawDays: 1, tenants: { short: { logsDays: 1 } } });
    const [table] = traces;
    if (table === undefined) {
      throw new Error("expected otel_traces to have a TTL");
    }
    const sources = { writes: store.writes, reads: store.reads, retention, nowUnixMs: now };
    expect(await deleteExpired(table, { ...sources, maxPartitions: 9 })).toEqual({
      removed: [],
      done: true,
    });
    expect(await ages("short")).toEqual([6]);
  });

  it("counts what the daily round removed, a few partitions at a time", async () => {
    const old = Array.from({ length: 10 }, (_, index) => 10 + index);
    await insertSpans("counted", old);
    const retention = retentionOf({ tenants: { counted: { tracesDays: 5 } } });
    const maintenance = startStoreMaintenance({
      ...store,
      config: { maxDiskBytes: 1e12, retention },
      clock: { now: () => now },
      metrics: createMetrics([]),
      logger: createLogger("silent"),
    });
    await maintenance.run();
    expect(await ages("counted")).toEqual([10, 11, 12]);
    await maintenance.run();
    expect(await ages("counted")).toEqual([]);
    // Today is done: the next round does not look again.
    await insertSpans("counted", [30]);
    await maintenance.run();
    expect(await ages("counted")).toEqual([30]);
    await maintenance.stop();
    const { tenant_retention: removed, max_disk: dropped } = await readRemovals(
      store.reads,
      "counted",
    );
    // Each span has a row in its two helper tables as well.
    expect(removed).toBeGreaterThanOrEqual(old.length);
    expect(dropped).toBe(0);
    expect(await readRemovals(store.reads, "nobody")).toEqual({ max_disk: 0, tenant_retention: 0 });
  });

  it("applies a changed retention to tables that exist, and drops what is too old", async () => {
    const metric = (days: number) => ({
      Tenant: "t",
      MetricName: "m",
      TimeUnix: daysAgo(days),
      Value: days,
    });
    await store.writes.insert("otel_metrics_gauge", [metric(50)]);
    await store.writes.insert("otel_metrics_gauge", [metric(10)]);
    const retention = retentionOf({ metricsDays: 30, tracesDays: 3650, logsDays: 3650 });
    await migrate(store.writes, { retention, cluster: "" });
    await awaitMutations(store, "otel_metrics_gauge");
    const [row] = await store.reads.query<{ ttl: string }>(
      "SELECT create_table_query AS ttl FROM system.tables WHERE name = 'otel_metrics_gauge'",
    );
    expect(row?.ttl).toContain("toIntervalDay(30)");
    const left = await waitUntil("the old part to go", async () => {
      const found = await ages("t", "otel_metrics_gauge", "TimeUnix");
      return found.length === 1 && found;
    });
    expect(left).toEqual([10]);
  });
}
