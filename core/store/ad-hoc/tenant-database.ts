import type { Store } from "../store.ts";

/** Tables a tenant may read; those that do not exist (yet) are left out. */
const plainTables = [
  "otel_traces",
  "otel_traces_trace_id_ts",
  "otel_logs",
  "otel_metrics_gauge",
  "otel_metrics_sum",
  "otel_metrics_histogram",
  "otel_metrics_exponential_histogram",
  "otel_metrics_summary",
] as const;

/** Tables whose rows are replaced or summed by merges: FINAL shows each once. */
const mergingTables = [
  "agent_events",
  "bills",
  "changes",
  "dataset_profiles",
  "detector_heartbeats",
  "finding_status",
  "noticed_values",
  "proposals",
  "series_measures",
  "series_state",
  "series_values",
  "series_windows",
  "windows_1h",
  "windows_1m",
] as const;

/** Views that do more than filter; `{database}` and `{where}` stand for what the caller gives. */
const specialViews: Readonly<Record<string, string>> = {
  detections: "SELECT * FROM {database}.detections FINAL WHERE {where} AND Retracted = 0",
  // A finding without a status is open, and so is one that was muted until a time gone by.
  findings: `
    SELECT
      f.*,
      multiIf(
        s.Status = '', 'open',
        s.Status = 'muted' AND s.Until IS NOT NULL AND s.Until < now64(3), 'open',
        s.Status
      ) AS Status,
      s.Reason AS StatusReason,
      if(s.Status = '', NULL, s.ChangedAt) AS StatusChangedAt
    FROM (SELECT * FROM {database}.findings FINAL WHERE {where}) AS f
    LEFT JOIN (SELECT * FROM {database}.finding_status FINAL WHERE {where}) AS s
      ON s.Tenant = f.Tenant AND s.FindingId = f.Id`,
};

export interface TenantDatabases {
  /** Creates the tenant's database of views, once; returns its name. */
  ensure(tenant: string): Promise<string>;
}

/**
 * A database per tenant, with a view on each table limited to the tenant's rows. Views are made
 * anew once per start, so that columns of later migrations show.
 */
export function createTenantDatabases(store: Store): TenantDatabases {
  const made = new Map<string, Promise<string>>();
  return {
    ensure(tenant) {
      const known = made.get(tenant);
      if (known !== undefined) {
        return known;
      }
      const making = makeDatabase(store, tenant);
      made.set(tenant, making);
      making.catch(() => made.delete(tenant));
      return making;
    },
  };
}

async function makeDatabase(store: Store, tenant: string): Promise<string> {
  requireTenantName(tenant);
  const database = `tenant_${tenant}`;
  await store.command(`CREATE DATABASE IF NOT EXISTS \`${database}\``);
  const present = await store.query<{ name: string }>(
    "SELECT name FROM system.tables WHERE database = 'telltale'",
  );
  for (const { name } of present) {
    const select = readerView(name, { database: "telltale", where: `Tenant = '${tenant}'` });
    if (select !== undefined) {
      await store.command(`CREATE OR REPLACE VIEW \`${database}\`.${name} AS ${select}`);
    }
  }
  return database;
}

/** A tenant's name becomes part of statements, as identifiers cannot be parameters. */
export function requireTenantName(tenant: string): void {
  if (!/^[a-z0-9_-]{1,64}$/.test(tenant)) {
    throw new Error(`expected a tenant of a-z 0-9 _ -, got ${JSON.stringify(tenant)}`);
  }
}

export interface ReaderViewScope {
  /** Where the tables are. */
  readonly database: string;
  /** The condition on rows, of our own making. */
  readonly where: string;
}

/** What a reader sees of a table: each record once. `undefined` for what is no reader's business. */
export function readerView(
  table: string,
  { database, where }: ReaderViewScope,
): string | undefined {
  if (plainTables.some((name) => name === table)) {
    return `SELECT * FROM ${database}.${table} WHERE ${where}`;
  }
  if (mergingTables.some((name) => name === table)) {
    return `SELECT * FROM ${database}.${table} FINAL WHERE ${where}`;
  }
  return specialViews[table]?.replaceAll("{database}", database).replaceAll("{where}", where);
}

/** The tables behind the views of {@link readerView}. */
export const readerTables: readonly string[] = [
  ...plainTables,
  ...mergingTables,
  ...Object.keys(specialViews),
];
