import type { Command } from "commander";
import { requireData, withStoppedStore } from "../../core/backup/stopped-store.ts";
import type { Config } from "../../core/config/config.ts";
import { createLogger } from "../../core/log.ts";
import { pendingMigrations } from "../../core/store/migrate.ts";
import { isDistributed } from "../../distributed/is-distributed.ts";
import { migrateServices } from "../../distributed/migrate-services.ts";
import { inUserTerms } from "../in-user-terms.ts";
import { loadServiceConfig } from "../load-service-config.ts";
import { printJson, printLine } from "../print.ts";

interface MigrateOptions {
  readonly config?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

export function registerMigrate(program: Command): void {
  program
    .command("migrate")
    .description(
      "Bring stored data to this version's schema, as up does; create the topics of a Kafka queue",
    )
    .option("-c, --config <file>", "configuration file (default: telltale.yaml, if present)")
    .option("--dry-run", "list what would run, change nothing")
    .option("--json", "print the list as JSON")
    .action(run);
}

async function run(options: MigrateOptions): Promise<void> {
  const config = loadServiceConfig(options.config);
  const applied = options.dryRun !== true;
  const { topics, migrations } = await inUserTerms(() =>
    isDistributed(config) ? migrateServices(config, applied) : migrateFolder(config, applied),
  );
  if (options.json === true) {
    printJson({ applied, migrations, ...(topics && { topics }) });
    return;
  }
  [...(topics ?? []), ...migrations].forEach((name) => printLine(name));
  if (topics !== null && topics.length > 0) {
    printLine(`${topics.length} topics ${applied ? "created" : "would be created"}.`);
  }
  printLine(
    migrations.length === 0
      ? "The data has the newest schema."
      : `${migrations.length} migrations ${applied ? "applied" : "would run"}.`,
  );
}

interface Migrated {
  /** Null where there are none. */
  readonly topics: readonly string[] | null;
  readonly migrations: readonly string[];
}

async function migrateFolder(
  { dataDir, store: config }: Config,
  apply: boolean,
): Promise<Migrated> {
  requireData(dataDir);
  return withStoppedStore({ dataDir, config, logger: createLogger("silent") }, async (store) => {
    const pending = await pendingMigrations(store.reads);
    if (apply) {
      await store.migrate();
    }
    return { topics: null, migrations: pending.map(({ name }) => name) };
  });
}
