import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import type { Command } from "commander";
import { rankMeasured } from "../../analyzer/attribution/rank-measured.ts";
import { causeOf } from "../cause-of.ts";
import { printJson } from "../print.ts";
import { readIncident } from "../read-incident.ts";
import { UserError } from "../user-error.ts";

export function registerAttribute(program: Command): void {
  program
    .command("attribute")
    .description(
      "Which change caused this incident? One line of JSON: ranking of {id, probability, " +
        "reasons}; id null is none of these",
    )
    .argument(
      "[file]",
      "JSON of incident, candidates, topology and metrics (default: standard input)",
    )
    .option("--json", "accepted for uniformity: the output always is JSON")
    .action(attribute);
}

async function attribute(file: string | undefined): Promise<void> {
  const source = file ?? "standard input";
  const { incident, candidates, surroundings } = readIncident(await contentOf(file), source);
  printJson({ ranking: rankMeasured(incident, candidates, surroundings) });
}

async function contentOf(file: string | undefined): Promise<string> {
  try {
    return file === undefined ? await text(process.stdin) : await readFile(file, "utf8");
  } catch (error) {
    throw new UserError(`Cannot read ${file ?? "standard input"}: ${causeOf(error)}`);
  }
}
