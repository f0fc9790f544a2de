import { Config } from "../../../core/config/config.ts";
import { partSettings, renderMigration } from "../../../core/store/migration-template.ts";

const { retention } = Config.parse({}).store;
const sql =
  "CREATE TABLE t {{on_cluster}} (a String) ENGINE = {{engine:ReplacingMergeTree(Revision)}} TTL b + INTERVAL {{raw_days}} DAY SETTINGS {{dedup_window}}";

it("renders plain engines for the embedded store", () => {
  expect(renderMigration(sql, { retention, cluster: "" })).toBe(
    `CREATE TABLE t  (a String) ENGINE = ReplacingMergeTree(Revision) TTL b + INTERVAL 35 DAY SETTINGS non_replicated_deduplication_window = 10000, ${partSettings.join(", ")}`,
  );
});

it("renders replicated engines for a cluster", () => {
  expect(renderMigration(sql, { retention, cluster: "main" })).toBe(
    `CREATE TABLE t ON CLUSTER \`main\` (a String) ENGINE = ReplicatedReplacingMergeTree(Revision) TTL b + INTERVAL 35 DAY SETTINGS replicated_deduplication_window = 10000, replicated_deduplication_window_seconds = 604800, ${partSettings.join(", ")}`,
  );
});

it("names a placeholder that does not exist", () => {
  expect(() => renderMigration("{{nope}}", { retention, cluster: "" })).toThrow("got {{nope}}");
});

describe("days of a table", () => {
  const days = { tracesDays: 7, logsDays: 14, metricsDays: 21, windowDays: 3 };
  const settings = { retention: Config.parse({ store: { retention: days } }).store.retention };

  it.each([
    ["otel_traces", "raw_days", 7],
    ["span_identity", "raw_days", 7],
    ["otel_logs", "raw_days", 14],
    ["otel_metrics_gauge", "raw_days", 21],
    ["windows_1m", "window_days", 3],
    ["findings", "finding_days", 400],
  ])("%s keeps %s for %i", (table, placeholder, expected) => {
    const create = `CREATE TABLE IF NOT EXISTS ${table} (a DateTime)\nTTL a + INTERVAL {{${placeholder}}} DAY`;
    expect(renderMigration(create, { ...settings, cluster: "" })).toContain(
      `INTERVAL ${expected} DAY`,
    );
  });

  it("are those of the tenant that keeps longest", () => {
    const tenants = { acme: { tracesDays: 90 }, zeta: { tracesDays: 1 } };
    const { retention: own } = Config.parse({ store: { retention: { tenants } } }).store;
    const create =
      "CREATE TABLE IF NOT EXISTS otel_traces (a DateTime)\nTTL a + INTERVAL {{raw_days}} DAY";
    expect(renderMigration(create, { retention: own, cluster: "" })).toContain("INTERVAL 90 DAY");
  });
});
