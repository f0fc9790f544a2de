import { resolve } from "node:path";
import type { Command } from "commander";
import { backUp } from "../../core/backup/back-up.ts";
import { systemClock } from "../../core/clock.ts";
import { createLogger } from "../../core/log.ts";
import { inUserTerms } from "../in-user-terms.ts";
import { loadFolderConfig, packageVersion } from "../load-service-config.ts";
import { printJson, printLine } from "../print.ts";

interface BackupCommandOptions {
  readonly config?: string;
  readonly includeKey?: boolean;
  readonly json?: boolean;
}

export function registerBackup(program: Command): void {
  program
    .command("backup")
    .description("Copy everything that is stored into a folder; the service must be stopped")
    .argument("<folder>", "missing or empty")
    .option("-c, --config <file>", "configuration file (default: telltale.yaml, if present)")
    .option("--include-key", "also the key of the queue: whoever has the copy can then read it")
    .option("--json", "print a summary as JSON")
    .action(backup);
}

async function backup(folder: string, options: BackupCommandOptions): Promise<void> {
  const config = loadFolderConfig(options.config);
  const target = resolve(folder);
  const manifest = await inUserTerms(() =>
    backUp({
      dataDir: config.dataDir,
      config: config.store,
      logger: createLogger("silent"),
      target,
      includeKey: options.includeKey === true,
      keyFile: config.keyFile,
      env: process.env,
      version: packageVersion(),
      clock: systemClock,
    }),
  );
  const files = manifest.entries.filter((entry) => entry.kind === "file");
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const { schema, keyIncluded } = manifest;
  if (options.json === true) {
    printJson({ folder: target, files: files.length, bytes, schema, keyIncluded });
    return;
  }
  printLine(`${files.length} files, ${bytes} bytes copied to ${target} (schema ${schema}).`);
  printLine(
    keyIncluded
      ? "The key of the queue is in it: keep the copy as safe as the key."
      : "The key of the queue is not in it: back it up separately, or what waits is lost.",
  );
}
