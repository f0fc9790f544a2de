import type { Config } from "../config/config.ts";

export interface MigrationSettings {
  readonly retention: Config["store"]["retention"];
  /** Name of the ClickHouse cluster; empty for one server or the embedded store. */
  readonly cluster: string;
}

/**
 * Fills the placeholders of a migration: the same SQL creates the tables of the embedded store
 * and of a replicated cluster.
 *
 * @throws Error naming a placeholder that does not exist.
 */
export function renderMigration(sql: string, { retention, cluster }: MigrationSettings): string {
  const replicated = cluster !== "";
  const values: Readonly<Record<string, string>> = {
    on_cluster: replicated ? `ON CLUSTER \`${cluster}\`` : "",
    dedup_window: replicated
      ? "replicated_deduplication_window = 10000"
      : "non_replicated_deduplication_window = 10000",
    raw_days: String(retention.rawDays),
    window_days: String(retention.windowDays),
    hourly_days: String(retention.hourlyDays),
    finding_days: String(retention.findingDays),
  };
  return sql.replace(/\{\{(\w+)(?::([^}]+))?\}\}/g, (placeholder, name: string, engine: string) => {
    if (name === "engine" && engine !== undefined) {
      return replicated ? `Replicated${engine}` : engine;
    }
    const value = values[name];
    if (value === undefined) {
      throw new Error(`expected a known placeholder, got ${placeholder}`);
    }
    return value;
  });
}
