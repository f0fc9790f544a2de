import { resolve } from "node:path";
import type { Command } from "commander";
import { type Restored, restore } from "../../core/backup/restore.ts";
import { systemClock } from "../../core/clock.ts";
import { keyPath } from "../../core/keys/open-key.ts";
import { createLogger } from "../../core/log.ts";
import { inUserTerms } from "../in-user-terms.ts";
import { loadFolderConfig } from "../load-service-config.ts";
import { printJson, printLine } from "../print.ts";

interface RestoreCommandOptions {
  readonly config?: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

export function registerRestore(program: Command): void {
  program
    .command("restore")
    .description("Put a backup in the place of the data folder; the service must be stopped")
    .argument("<folder>", "of the backup")
    .option("-c, --config <file>", "configuration file (default: telltale.yaml, if present)")
    .option("--force", "move data that is there aside instead of refusing")
    .option("--json", "print a summary as JSON")
    .action(run);
}

async function run(folder: string, options: RestoreCommandOptions): Promise<void> {
  const { dataDir, store: config, keyFile } = loadFolderConfig(options.config);
  const restored = await inUserTerms(() =>
    restore({
      dataDir,
      config,
      logger: createLogger("silent"),
      source: resolve(folder),
      force: options.force === true,
      keyPath: (id) => keyPath({ keyFile, env: process.env }, id),
      clock: systemClock,
    }),
  );
  if (options.json === true) {
    const { manifest, ...rest } = restored;
    printJson({ dataDir, schema: manifest.schema, createdAt: manifest.createdAt, ...rest });
    return;
  }
  show(dataDir, restored);
}

function show(dataDir: string, { manifest, movedTo, keyPath: key, keyRestored }: Restored): void {
  printLine(`The backup of ${manifest.createdAt} is restored to ${dataDir}.`);
  if (movedTo !== null) {
    printLine(`What was there before is in ${movedTo}.`);
  }
  if (key !== null) {
    printLine(
      keyRestored
        ? `The key of the queue was put back to ${key}.`
        : `The key of the queue is expected in ${key}.`,
    );
  }
}
