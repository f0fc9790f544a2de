import { Config } from "../../../core/config/config.ts";
import { renderMigration } from "../../../core/store/migration-template.ts";

const { retention } = Config.parse({}).store;
const sql =
  "CREATE TABLE t {{on_cluster}} (a String) ENGINE = {{engine:ReplacingMergeTree(Revision)}} TTL b + INTERVAL {{raw_days}} DAY SETTINGS {{dedup_window}}";

it("renders plain engines for the embedded store", () => {
  expect(renderMigration(sql, { retention, cluster: "" })).toBe(
    "CREATE TABLE t  (a String) ENGINE = ReplacingMergeTree(Revision) TTL b + INTERVAL 35 DAY SETTINGS non_replicated_deduplication_window = 10000",
  );
});

it("renders replicated engines for a cluster", () => {
  expect(renderMigration(sql, { retention, cluster: "main" })).toBe(
    "CREATE TABLE t ON CLUSTER `main` (a String) ENGINE = ReplicatedReplacingMergeTree(Revision) TTL b + INTERVAL 35 DAY SETTINGS replicated_deduplication_window = 10000",
  );
});

it("names a placeholder that does not exist", () => {
  expect(() => renderMigration("{{nope}}", { retention, cluster: "" })).toThrow("got {{nope}}");
});
