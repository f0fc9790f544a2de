import { localTable } from "./cluster-template.ts";

/**
 * Fits a statement of the running program to a cluster: a Distributed table cannot be altered, so
 * its rows' tables are, on every shard, and the catalog of one server knows only its own parts.
 * Inserts and selects stay as they are. Without a cluster nothing changes.
 */
export function toLocalTables(sql: string, cluster: string): string {
  if (cluster === "") {
    return sql;
  }
  return sql
    .replace(
      /^(\s*ALTER TABLE )(\w+)(?!\s+ON CLUSTER\b)(?=\s)/,
      (_, alter: string, table: string) => `${alter}${localTable(table)} ON CLUSTER \`${cluster}\``,
    )
    .replace(/\bFROM system\.parts\b/g, () => catalog("cluster", cluster, "parts"))
    .replace(/\bFROM system\.mutations\b/g, () =>
      catalog("clusterAllReplicas", cluster, "mutations"),
    );
}

/** Sizes count one replica of each shard; a mutation is done when every replica has done it. */
function catalog(source: string, cluster: string, table: string): string {
  return (
    "FROM (SELECT * REPLACE (replaceRegexpOne(table, '_local$', '') AS table) " +
    `FROM ${source}('${cluster}', system.${table}))`
  );
}
