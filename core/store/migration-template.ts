import type { Retention } from "../config/retention-config.ts";
import { classOfPlaceholder, physicalDays } from "../retention/retention-days.ts";
import { clusterStatements } from "./server/cluster-template.ts";

export interface MigrationSettings {
  readonly retention: Retention;
  /** Name of the ClickHouse cluster; empty for one server or the embedded store. */
  readonly cluster: string;
  /** Where the tables are; needed on a cluster. */
  readonly database?: string;
  /** Whether to work with the schema of a newer version as far as that allows it. */
  readonly toleratesNewer?: boolean;
}

/**
 * How long parts outlive their merge. chdb's own default is 0, which a power cut may turn into a
 * loss: merged parts are not synced, and the kernel writes them back within 35 s.
 */
export const oldPartsLifetime = "old_parts_lifetime = 60";

/**
 * Replicated tables also forget insert tokens by age, newer ones after an hour: a batch may wait
 * in Kafka for longer between its insert and the commit that never came.
 */
const rememberedTokens = "replicated_deduplication_window_seconds = 604800";

/**
 * What every table's parts are kept and merged with; a change here reaches tables that exist.
 *
 * Parts go soon after their lifetime: the default is up to five minutes, for which erased bytes
 * would stay on the disk. Merges take more parts at once, in blocks of fewer rows, than by
 * default: a fifth less CPU time for each stored span, and half the memory of a merge (see
 * docs/decisions/0003-merge-wide-parts-vertically.md).
 */
export const partSettings: readonly string[] = [
  oldPartsLifetime,
  "cleanup_delay_period = 3",
  "max_cleanup_delay_period = 10",
  "cleanup_delay_period_random_add = 1",
  // An insert that meets the end of the disk half-way may leave a part that cannot be read, so it
  // is refused before: no batch takes this much.
  `min_free_disk_bytes_to_perform_insert = ${32 * 1024 * 1024}`,
  "merge_selector_base = 10",
  "merge_max_block_size = 1024",
];

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
    dedup_window: [
      `${replicated ? "replicated" : "non_replicated"}_deduplication_window = 10000`,
      ...(replicated ? [rememberedTokens] : []),
      ...partSettings,
    ].join(", "),
  };
  const table = createdTable(sql) ?? "";
  return sql.replace(/\{\{(\w+)(?::([^}]+))?\}\}/g, (placeholder, name: string, engine: string) => {
    if (name === "engine" && engine !== undefined) {
      return replicated ? `Replicated${engine}` : engine;
    }
    const value = values[name];
    const retained = classOfPlaceholder(name, table);
    if (value === undefined && retained === null) {
      throw new Error(`expected a known placeholder, got ${placeholder}`);
    }
    return value ?? String(retained && physicalDays(retention, retained));
  });
}

/** The statements of a migration in order; on a cluster there are two per table. */
export function migrationStatements(sql: string, settings: MigrationSettings): string[] {
  const { cluster, database = "telltale" } = settings;
  const rendered = renderMigration(sql, settings);
  return cluster === "" ? [rendered] : clusterStatements(rendered, { cluster, database });
}

/** The table that a migration creates, or `null`. */
export function createdTable(sql: string): string | null {
  return /^\s*CREATE TABLE IF NOT EXISTS (\w+)/m.exec(sql)?.[1] ?? null;
}
