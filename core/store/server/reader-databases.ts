import type { ClickHouseConfig } from "../../config/clickhouse-config.ts";
import { readerView, requireTenantName, type TenantDatabases } from "../ad-hoc/tenant-database.ts";
import { newestVersion } from "../migrate.ts";
import type { Store } from "../store.ts";

export type ReaderPlace = Pick<ClickHouseConfig, "database" | "cluster">;

/** The database with the views of all tenants' rows, which row policies limit. */
export function readerDatabase({ database }: ReaderPlace): string {
  return `${database}_reader`;
}

/** A database of views per tenant, for queries that come through Telltale's own `/clickhouse`. */
export function createReaderDatabases(store: Store, place: ReaderPlace): TenantDatabases {
  const made = new Map<string, Promise<string>>();
  return {
    ensure(tenant) {
      const known = made.get(tenant);
      if (known !== undefined) {
        return known;
      }
      const making = makeTenantDatabase(store, place, tenant);
      made.set(tenant, making);
      making.catch(() => made.delete(tenant));
      return making;
    },
  };
}

async function makeTenantDatabase(
  store: Store,
  place: ReaderPlace,
  tenant: string,
): Promise<string> {
  requireTenantName(tenant);
  const target = `${place.database}_tenant_${tenant}`;
  await makeReaderViews(store, place, { target, where: `Tenant = '${tenant}'` });
  return target;
}

export interface ReaderViews {
  /** The database that gets the views. */
  readonly target: string;
  readonly where: string;
}

/**
 * Makes a view for each table that readers may see. A view names in its comment the schema it was
 * made for: views of this schema or a newer one are left alone, so that programs of two versions
 * do not undo each other's.
 */
export async function makeReaderViews(
  store: Store,
  { database, cluster }: ReaderPlace,
  { target, where }: ReaderViews,
): Promise<void> {
  const onCluster = cluster === "" ? "" : `ON CLUSTER \`${cluster}\``;
  await store.command(`CREATE DATABASE IF NOT EXISTS \`${target}\` ${onCluster}`);
  const present = await store.query<{ name: string; schema: number }>(
    `SELECT t.name AS name, v.schema AS schema
    FROM (SELECT name FROM system.tables WHERE database = {database:String}) AS t
    LEFT JOIN (
      SELECT name, toInt64OrZero(extract(comment, '^schema ([0-9]+)$')) AS schema
      FROM system.tables WHERE database = {target:String}
    ) AS v ON v.name = t.name`,
    { database, target },
  );
  const newest = newestVersion();
  for (const { name, schema } of present) {
    const select = readerView(name, { database, where });
    if (select !== undefined && schema < newest) {
      // With the caller's rights, so that the caller's row policies hold behind it.
      await store.command(
        `CREATE OR REPLACE VIEW \`${target}\`.${name} ${onCluster} SQL SECURITY INVOKER ` +
          `AS ${select} COMMENT 'schema ${newest}'`,
      );
    }
  }
}
