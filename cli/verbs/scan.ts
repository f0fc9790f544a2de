import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import type { Command } from "commander";
import { createScanner } from "../../analyzer/inspect/scan-row.ts";
import { Config } from "../../core/config/config.ts";
import { causeOf } from "../cause-of.ts";
import { loadServiceConfig } from "../load-service-config.ts";
import { UserError } from "../user-error.ts";

export function registerScan(program: Command): void {
  program
    .command("scan")
    .description("Run the content detectors on JSONL rows; one line of JSON per row")
    .argument("[file]", "JSONL file (default: standard input)")
    .option("-c, --config <file>", "configuration file (default: the shipped defaults)")
    .option("--json", "accepted for uniformity: the output always is JSON")
    .action(scan);
}

async function scan(
  file: string | undefined,
  options: { readonly config?: string },
): Promise<void> {
  const { config } = options;
  const { analyzer } = config === undefined ? Config.parse({}) : loadServiceConfig(config);
  const scanner = createScanner(analyzer);
  const input = file === undefined ? process.stdin : createReadStream(file);
  input.on("error", () => {
    // Reported through the failing iteration below.
  });
  try {
    for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      // A byte-order mark, as some editors put before the first row.
      const line = text.replace(/^\uFEFF/, "");
      if (line.trim() !== "") {
        await write(`${JSON.stringify(scanner.scanLine(line))}\n`);
      }
    }
  } catch (error) {
    throw new UserError(`Cannot read ${file ?? "standard input"}: ${causeOf(error)}`);
  }
}

/** Waits while the reader of our output is slower than we are. */
function write(text: string): Promise<void> {
  return new Promise((resolve) => {
    if (process.stdout.write(text)) {
      resolve();
    } else {
      process.stdout.once("drain", resolve);
    }
  });
}
