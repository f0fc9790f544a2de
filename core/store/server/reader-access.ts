import { createHash } from "node:crypto";
import { maxResultBytes } from "../ad-hoc/ad-hoc-store.ts";
import { readerTables, requireTenantName } from "../ad-hoc/tenant-database.ts";
import { sqlString } from "../format-param.ts";
import { localTable } from "./cluster-template.ts";
import { type ReaderPlace, readerDatabase } from "./reader-databases.ts";

export interface ReaderAccess extends ReaderPlace {
  readonly readerUser: string;
  readonly password: string;
  /** Mixed into the stored hash of the password; another one each time is as good. */
  readonly salt: string;
  /** Tenants that get a role and row policies. */
  readonly tenants: readonly string[];
}

/** The tenant whose rows the reader that `migrate` makes may see. */
export const readerTenant = "default";

/** The role of everyone who reads one tenant's rows. */
export function tenantRole({ database }: ReaderPlace, tenant: string): string {
  requireTenantName(tenant);
  return `${database}_tenant_${tenant}`;
}

/**
 * Users, roles, limits and row policies of those who read the store past Telltale, such as
 * Grafana. Each statement may be repeated, and none takes back what an operator has granted. The
 * password goes as a salted hash: servers write statements to their logs.
 */
export function readerStatements(access: ReaderAccess): string[] {
  const { database, tenants } = access;
  const role = `\`${readerDatabase(access)}\``;
  const tables =
    access.cluster === "" ? readerTables : [...readerTables, ...readerTables.map(localTable)];
  const statements = [
    ...profile(access, role),
    ...quota(access, role),
    `GRANT${on(access)} SELECT ON \`${readerDatabase(access)}\`.* TO ${role}`,
    ...tables.map((table) => `GRANT${on(access)} SELECT ON ${database}.${table} TO ${role}`),
    ...tables.flatMap((table) =>
      // As soon as one policy exists, whoever has none may see nothing.
      policy(access, { table, name: `${database}_others`, using: "1", to: `ALL EXCEPT ${role}` }),
    ),
    ...tenants.flatMap((tenant) => tenantStatements(access, { tenant, role, tables })),
  ];
  return access.readerUser === "" ? statements : [...statements, ...user(access)];
}

function tenantStatements(
  access: ReaderAccess,
  { tenant, role, tables }: { tenant: string; role: string; tables: readonly string[] },
): string[] {
  const own = `\`${tenantRole(access, tenant)}\``;
  return [
    `CREATE ROLE IF NOT EXISTS ${own}${on(access)}`,
    `GRANT${on(access)} ${role} TO ${own}`,
    ...tables.flatMap((table) =>
      policy(access, {
        table,
        name: tenantRole(access, tenant),
        using: `Tenant = '${tenant}'`,
        to: own,
      }),
    ),
  ];
}

interface Policy {
  readonly table: string;
  readonly name: string;
  readonly using: string;
  readonly to: string;
}

function policy(access: ReaderAccess, { table, name, using, to }: Policy): string[] {
  const where = `\`${name}\`${on(access)} ON ${access.database}.${table}`;
  return [
    `CREATE ROW POLICY IF NOT EXISTS ${where} FOR SELECT USING ${using} TO ${to}`,
    `ALTER ROW POLICY ${where} FOR SELECT USING ${using} TO ${to}`,
  ];
}

/** The same limits as at Telltale's own `/clickhouse`; Grafana sets the time, below the limit. */
function profile(access: ReaderAccess, role: string): string[] {
  const settings = [
    "readonly = 1",
    "max_execution_time = 30 MIN 0 MAX 30 CHANGEABLE_IN_READONLY",
    `max_memory_usage = ${1024 ** 3} CONST`,
    `max_result_bytes = ${maxResultBytes} CONST`,
    "do_not_merge_across_partitions_select_final = 1",
    // The row policy and the filter of a view come before the caller's own conditions.
    "short_circuit_function_evaluation = 'force_enable'",
  ];
  return [
    `CREATE SETTINGS PROFILE IF NOT EXISTS ${role}${on(access)} SETTINGS ${settings.join(", ")}`,
    `ALTER SETTINGS PROFILE ${role}${on(access)} SETTINGS ${settings.join(", ")}`,
    `CREATE ROLE IF NOT EXISTS ${role}${on(access)} SETTINGS PROFILE ${role}`,
  ];
}

/** Per user and hour: some twenty open dashboards, and one thread's time. */
function quota(access: ReaderAccess, role: string): string[] {
  const limits = "FOR INTERVAL 1 hour MAX queries = 50000, execution_time = 3600";
  const rest = `${role}${on(access)} KEYED BY user_name ${limits} TO ${role}`;
  return [`CREATE QUOTA IF NOT EXISTS ${rest}`, `ALTER QUOTA ${rest}`];
}

function user(access: ReaderAccess): string[] {
  const { readerUser, password, salt } = access;
  const name = `\`${readerUser.replaceAll(/[\\`]/g, "\\$&")}\`${on(access)}`;
  const hash = createHash("sha256")
    .update(password + salt)
    .digest("hex");
  const role = tenantRole(access, readerTenant);
  const rest =
    `IDENTIFIED WITH sha256_hash BY '${hash}' SALT ${sqlString(salt)} ` +
    `DEFAULT DATABASE \`${readerDatabase(access)}\``;
  return [
    `CREATE USER IF NOT EXISTS ${name} ${rest}`,
    `ALTER USER ${name} ${rest}`,
    `GRANT${on(access)} \`${role}\` TO \`${readerUser.replaceAll(/[\\`]/g, "\\$&")}\``,
    `ALTER USER ${name} DEFAULT ROLE \`${role}\``,
  ];
}

function on({ cluster }: ReaderPlace): string {
  return cluster === "" ? "" : ` ON CLUSTER \`${cluster}\``;
}
