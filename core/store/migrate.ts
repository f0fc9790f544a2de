import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type MigrationSettings, renderMigration } from "./migration-template.ts";
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

/**
 * Brings the store to the newest schema. A statement that ran but was not yet written down (a
 * kill in between) runs again, which `IF NOT EXISTS` makes harmless. A retention that changed in
 * the configuration is applied to the tables that exist.
 *
 * @throws Error naming the migration that failed, or that was edited after it was applied.
 */
export async function migrate(
  store: Store,
  settings: MigrationSettings,
  migrations: readonly Migration[] = readMigrations(),
): Promise<void> {
  await store.command(renderMigration(createMigrationTable, settings));
  const applied = await readApplied(store);
  for (const migration of migrations) {
    const rendered = renderMigration(migration.sql, settings);
    const before = applied.get(migration.version);
    if (before === undefined) {
      await runNamed(store, migration.name, rendered);
      await writeDown(store, migration, rendered);
      continue;
    }
    if (before.Digest !== digestOf(migration)) {
      throw new Error(
        `migration ${migration.name}: expected the text that was applied (${before.Digest}), ` +
          `got ${digestOf(migration)}; add a new migration instead of editing this one`,
      );
    }
    await applyRetention(store, { before, migration, rendered, settings });
  }
}

async function runNamed(store: Store, name: string, statement: string): Promise<void> {
  try {
    await store.command(statement);
  } catch (cause) {
    const problem = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`migration ${name}: ${problem}`, { cause });
  }
}

interface AppliedMigration {
  readonly Version: number;
  readonly Digest: string;
  readonly Ttl: string;
}

async function readApplied(store: Store): Promise<Map<number, AppliedMigration>> {
  const rows = await store.query<AppliedMigration>(
    "SELECT Version, Digest, Ttl FROM schema_migrations FINAL ORDER BY Version",
  );
  return new Map(rows.map((row) => [row.Version, row]));
}

async function writeDown(store: Store, migration: Migration, rendered: string): Promise<void> {
  const row = {
    Version: migration.version,
    Name: migration.name,
    Digest: digestOf(migration),
    Ttl: ttlOf(rendered),
  };
  await store.insert("schema_migrations", [row]);
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
  const table = /^\s*CREATE TABLE IF NOT EXISTS (\w+)/m.exec(rendered)?.[1];
  if (ttl === before.Ttl || table === undefined) {
    return;
  }
  const alter = `ALTER TABLE ${table} {{on_cluster}} MODIFY TTL ${ttl}`;
  await store.command(renderMigration(alter, settings));
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
