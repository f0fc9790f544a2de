import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  createdTable,
  type MigrationSettings,
  migrationStatements,
  partSettings,
  renderMigration,
} from "./migration-template.ts";
import type { Store } from "./store.ts";

/** One numbered file of `migrations/`: a single statement, forward only. */
export interface Migration {
  readonly version: number;
  readonly name: string;
  /** The statement with its placeholders still in it. */
  readonly sql: string;
}

const createMigrationTable = `
  CREATE TABLE IF NOT EXISTS schema_migrations {{on_cluster}} (
    Version UInt32,
    Name String,
    Digest String,
    Ttl String,
    AppliedAt DateTime64(3) DEFAULT now64(3)
  )
ENGINE = {{engine:ReplacingMergeTree(AppliedAt)}}
ORDER BY Version`;

/** Not in the table's first form, so it is added to tables of any age. */
const addOldestProgram = `
  ALTER TABLE schema_migrations {{on_cluster}}
    ADD COLUMN IF NOT EXISTS OldestProgram UInt32`;

/** The data was written by a newer version of Telltale. */
export class NewerSchemaError extends Error {
  override readonly name = "NewerSchemaError";
}

/**
 * Brings the store to the newest schema. A statement that ran but was not yet written down (a
 * kill in between) runs again, which `IF NOT EXISTS` makes harmless. A retention that changed in
 * the configuration is applied to the tables that exist.
 *
 * @throws NewerSchemaError when the store was migrated by a newer version that this one may not,
 *   or cannot, work beside.
 * @throws Error naming the migration that failed, or that was edited after it was applied.
 */
export async function migrate(
  store: Store,
  settings: MigrationSettings,
  migrations: readonly Migration[] = readMigrations(),
): Promise<void> {
  for (const sql of [createMigrationTable, addOldestProgram]) {
    await runAll(store, migrationStatements(sql, settings));
  }
  const applied = await readApplied(store);
  if (isNewer(applied, migrations)) {
    refuseNewer(applied, migrations, settings.toleratesNewer);
    // It belongs to the newer version, which also says what its tables are kept with.
    return;
  }
  for (const migration of migrations) {
    const rendered = renderMigration(migration.sql, settings);
    const before = applied.get(migration.version);
    if (before === undefined) {
      await runNamed(store, migration.name, migrationStatements(migration.sql, settings));
      await writeDown(store, migration, rendered);
      continue;
    }
    refuseEdited(before, migration);
    await applyRetention(store, { before, migration, rendered, settings });
  }
  await applyPartSettings(store, settings);
}

/**
 * The migrations that `migrate` would run, without running any.
 *
 * @throws NewerSchemaError when the store was migrated by a newer version.
 */
export async function pendingMigrations(
  store: Store,
  migrations: readonly Migration[] = readMigrations(),
  toleratesNewer = false,
): Promise<Migration[]> {
  const [known] = await store.query(
    "SELECT 1 FROM system.tables WHERE database = currentDatabase() AND name = 'schema_migrations'",
  );
  const applied =
    known === undefined ? new Map<number, AppliedMigration>() : await readApplied(store);
  refuseNewer(applied, migrations, toleratesNewer);
  return migrations.filter(({ version }) => !applied.has(version));
}

/** The number of the newest migration that this program knows. */
export function newestVersion(migrations: readonly Migration[] = readMigrations()): number {
  return Math.max(0, ...migrations.map(({ version }) => version));
}

function isNewer(
  applied: ReadonlyMap<number, AppliedMigration>,
  migrations: readonly Migration[],
): boolean {
  return Math.max(0, ...applied.keys()) > newestVersion(migrations);
}

function refuseNewer(
  applied: ReadonlyMap<number, AppliedMigration>,
  migrations: readonly Migration[],
  toleratesNewer = false,
): void {
  const newest = newestVersion(migrations);
  const found = Math.max(0, ...applied.keys());
  const oldest = Math.max(0, ...[...applied.values()].map((row) => row.OldestProgram ?? 0));
  if (toleratesNewer ? oldest > newest : found > newest) {
    throw new NewerSchemaError(
      `the data was written by a newer version of Telltale: its schema is ${found}, this program ` +
        `knows up to ${newest}. Run the newer version, or restore a backup of this one`,
    );
  }
}

function refuseEdited(before: AppliedMigration, migration: Migration): void {
  if (before.Digest !== digestOf(migration)) {
    throw new Error(
      `migration ${migration.name}: expected the text that was applied (${before.Digest}), ` +
        `got ${digestOf(migration)}; add a new migration instead of editing this one`,
    );
  }
}

/** Tables of earlier versions get what newer ones are created with. */
async function applyPartSettings(store: Store, { cluster }: MigrationSettings): Promise<void> {
  const tables = await store.query<{ name: string }>(
    `SELECT name FROM system.tables
    WHERE database = currentDatabase() AND engine LIKE '%MergeTree' AND sorting_key LIKE 'Tenant%'
      AND NOT arrayAll(setting -> position(create_table_query, setting) > 0, {all:Array(String)})`,
    { all: partSettings },
  );
  const onCluster = cluster === "" ? "" : `ON CLUSTER \`${cluster}\``;
  for (const { name } of tables) {
    // On a cluster these are the tables of the rows: the others have another engine.
    await store.command(
      `ALTER TABLE ${name} ${onCluster} MODIFY SETTING ${partSettings.join(", ")}`,
    );
  }
}

async function runAll(store: Store, statements: readonly string[]): Promise<void> {
  for (const statement of statements) {
    await store.command(statement);
  }
}

async function runNamed(store: Store, name: string, statements: readonly string[]): Promise<void> {
  try {
    await runAll(store, statements);
  } catch (cause) {
    const problem = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`migration ${name}: ${problem}`, { cause });
  }
}

interface AppliedMigration {
  readonly Version: number;
  readonly Digest: string;
  readonly Ttl: string;
  /** Number of the newest migration that a program must know to work with this one. */
  readonly OldestProgram?: number;
}

async function readApplied(store: Store): Promise<Map<number, AppliedMigration>> {
  // All columns: those of an older version's table are fewer.
  const rows = await store.query<AppliedMigration>(
    "SELECT * FROM schema_migrations FINAL ORDER BY Version",
  );
  return new Map(rows.map((row) => [row.Version, row]));
}

async function writeDown(store: Store, migration: Migration, rendered: string): Promise<void> {
  const row = {
    Version: migration.version,
    Name: migration.name,
    Digest: digestOf(migration),
    Ttl: ttlOf(rendered),
    OldestProgram: oldestProgram(migration),
  };
  await store.insert("schema_migrations", [row]);
}

/**
 * A migration that programs before it cannot work with says so in a line of its own:
 * `-- oldest program: 120`.
 */
function oldestProgram({ sql }: Migration): number {
  return Number(/^-- oldest program: (\d+)$/m.exec(sql)?.[1] ?? 0);
}

interface RetentionChange {
  readonly before: AppliedMigration;
  readonly migration: Migration;
  readonly rendered: string;
  readonly settings: MigrationSettings;
}

async function applyRetention(store: Store, change: RetentionChange): Promise<void> {
  const { before, migration, rendered, settings } = change;
  const ttl = ttlOf(rendered);
  const table = createdTable(rendered);
  if (ttl === before.Ttl || table === null) {
    return;
  }
  // Without waiting: the rows that are now too old go in the background.
  const alter = `ALTER TABLE ${table} {{on_cluster}} MODIFY TTL ${ttl} SETTINGS mutations_sync = 0`;
  await runAll(store, migrationStatements(alter, settings));
  await writeDown(store, migration, rendered);
}

function ttlOf(rendered: string): string {
  return /^TTL (.+)$/m.exec(rendered)?.[1] ?? "";
}

function digestOf(migration: Migration): string {
  return createHash("sha256").update(migration.sql).digest("hex").slice(0, 16);
}

const migrationsDir = fileURLToPath(new URL("./migrations/", import.meta.url));

/** The shipped migrations in the order of their numbers. */
export function readMigrations(dir: string = migrationsDir): Migration[] {
  return readdirSync(dir)
    .filter((file) => file.endsWith(".sql"))
    .toSorted()
    .map((file) => ({
      version: Number.parseInt(file, 10),
      name: file.replace(/\.sql$/, ""),
      sql: readFileSync(`${dir}/${file}`, "utf8"),
    }));
}
