import type { Command } from "commander";
import { requireData, withStoppedStore } from "../../core/backup/stopped-store.ts";
import { createLogger } from "../../core/log.ts";
import { pendingMigrations } from "../../core/store/migrate.ts";
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
    .description("Bring stored data to this version's schema; up does it too, at its start")
    .option("-c, --config <file>", "configuration file (default: telltale.yaml, if present)")
    .option("--dry-run", "list what would run, change nothing")
    .option("--json", "print the list as JSON")
    .action(run);
}

async function run(options: MigrateOptions): Promise<void> {
  const { dataDir, store: config } = loadServiceConfig(options.config);
  const logger = createLogger("silent");
  const pending = await inUserTerms(async () => {
    requireData(dataDir);
    return withStoppedStore({ dataDir, config, logger }, async (store) => {
      const found = await pendingMigrations(store.reads);
      if (options.dryRun !== true) {
        await store.migrate();
      }
      return found.map(({ name }) => name);
    });
  });
  const applied = options.dryRun !== true;
  if (options.json === true) {
    printJson({ applied, migrations: pending });
    return;
  }
  if (pending.length === 0) {
    printLine("The data has the newest schema.");
    return;
  }
  pending.forEach((name) => printLine(name));
  printLine(`${pending.length} migrations ${applied ? "applied" : "would run"}.`);
}
