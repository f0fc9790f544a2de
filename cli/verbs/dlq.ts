import type { Command } from "commander";
import { createApiClient } from "../api-client.ts";
import { printable, printJson, printLine, printTable } from "../print.ts";

interface DeadLetterItem {
  readonly position: number;
  readonly signal: string;
  readonly receivedAt: string;
  readonly failedAt: string;
  readonly records: number;
  readonly bytes: number;
  readonly reason: string;
}

export function registerDlq(program: Command): void {
  const dlq = program.command("dlq").description("Records that could not be stored");
  dlq
    .command("ls", { isDefault: true })
    .description("List them, oldest first")
    .option("--limit <n>", "how many", "50")
    .option("--json", "one line of JSON each")
    .action(list);
  dlq
    .command("show")
    .description("What is known of one; its bytes are not shown, for they were never masked")
    .argument("<position>")
    .option("--json", "the API's JSON")
    .action(show);
  dlq
    .command("replay")
    .description("Queue one again, for example after an upgrade")
    .argument("<position>")
    .option("--json", "the API's JSON")
    .action(replay);
  dlq
    .command("drop")
    .description("Delete one for good; it stays counted as dead-lettered")
    .argument("<position>")
    .option("--json", "the API's JSON")
    .action(drop);
}

async function list(options: { json?: boolean; limit: string }): Promise<void> {
  const path = `/api/v1/dlq?limit=${encodeURIComponent(options.limit)}`;
  const { items } = await createApiClient(process.env).get<{ items: DeadLetterItem[] }>(path);
  if (options.json === true) {
    items.forEach(printJson);
    return;
  }
  if (items.length === 0) {
    printLine("No dead letters.");
    return;
  }
  printTable(
    ["position", "signal", "records", "bytes", "failed at", "reason"],
    items.map((item) => [
      String(item.position),
      item.signal,
      String(item.records),
      String(item.bytes),
      item.failedAt,
      item.reason,
    ]),
  );
}

async function show(position: string, options: { json?: boolean }): Promise<void> {
  const path = `/api/v1/dlq/${encodeURIComponent(position)}`;
  const letter = await createApiClient(process.env).get<Record<string, unknown>>(path);
  if (options.json === true) {
    printJson(letter);
    return;
  }
  for (const [name, value] of Object.entries(letter)) {
    const text = typeof value === "string" ? value : JSON.stringify(value);
    printLine(`${name.padEnd(16)} ${printable(text)}`);
  }
}

async function replay(position: string, options: { json?: boolean }): Promise<void> {
  const path = `/api/v1/dlq/${encodeURIComponent(position)}/replay`;
  const answer = await createApiClient(process.env).post<{ position: number }>(path, {});
  if (options.json === true) {
    printJson(answer);
    return;
  }
  printLine(`Queued again at position ${answer.position}.`);
}

async function drop(position: string, options: { json?: boolean }): Promise<void> {
  const path = `/api/v1/dlq/${encodeURIComponent(position)}/drop`;
  const answer = await createApiClient(process.env).post(path, {});
  if (options.json === true) {
    printJson(answer);
    return;
  }
  printLine("Dropped.");
}
