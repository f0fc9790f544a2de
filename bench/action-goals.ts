import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createScanner, type ScanAnswer, type Scanner } from "../analyzer/inspect/scan-row.ts";
import { Config } from "../core/config/config.ts";
import { unsupportedPersonalData } from "./personal-data-sets.ts";

/** Recall and false alarms of one group of rows. */
export interface Goal {
  readonly name: string;
  readonly found: number;
  readonly positives: number;
  readonly raised: number;
  readonly negatives: number;
}

/**
 * Prints secrets and personal data, actions of agents, tools, packages and streams: the classes
 * that are not about the wording of a text. Sets that are absent are left out.
 */
export function printActionGoals(dataDir: string): void {
  const scanner = createScanner(Config.parse({}).analyzer);
  const goals = [
    ...personalData(scanner, dataDir),
    ...commands(scanner, dataDir),
    ...code(scanner, dataDir),
    ...conversations(scanner, dataDir),
    ...tools(scanner, dataDir),
    ...packages(dataDir),
    ...streams(scanner, dataDir),
  ];
  for (const { name, found, positives, raised, negatives } of goals) {
    const hits = positives === 0 ? "" : `found ${share(found, positives)}`;
    const alarms = negatives === 0 ? "" : `false ${share(raised, negatives)}`;
    process.stdout.write(`${name.padEnd(44)} ${[hits, alarms].filter(Boolean).join("; ")}\n`);
  }
}

interface Row {
  readonly text?: string;
  readonly messages?: readonly unknown[];
  readonly events?: readonly unknown[];
  readonly label: string;
  readonly class: string;
  readonly extra: Readonly<Record<string, unknown>>;
}

function rowsOf(dataDir: string, set: string): Row[] {
  const file = join(dataDir, `${set}.jsonl`);
  return existsSync(file)
    ? readFileSync(file, "utf8")
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line) as Row)
    : [];
}

interface Measure {
  readonly name: string;
  readonly rows: readonly Row[];
  readonly types: readonly string[];
  readonly scan: (row: Row) => ScanAnswer;
}

function measure({ name, rows, types, scan }: Measure): Goal[] {
  const goal = { name, found: 0, positives: 0, raised: 0, negatives: 0 };
  for (const row of rows) {
    const answer = scan(row);
    const hit =
      "detections" in answer &&
      answer.detections.some(({ type, finding }) => finding && types.includes(type));
    const isPositive = row.label === "positive";
    goal.positives += isPositive ? 1 : 0;
    goal.negatives += isPositive ? 0 : 1;
    goal.found += isPositive && hit ? 1 : 0;
    goal.raised += !isPositive && hit ? 1 : 0;
  }
  return rows.length === 0 ? [] : [goal];
}

function asText(scanner: Scanner, direction: string) {
  return ({ text }: Row) => scanner.scanLine(JSON.stringify({ id: 0, direction, text }));
}

function isSupported({ extra }: Row): boolean {
  const entities = extra["entities"];
  return (
    !Array.isArray(entities) || !entities.every((name) => unsupportedPersonalData.has(String(name)))
  );
}

function personalData(scanner: Scanner, dataDir: string): Goal[] {
  const rows = rowsOf(dataDir, "presidio_recognizers");
  const types = ["pii_leak"];
  const scan = asText(scanner, "output");
  const benign = rowsOf(dataDir, "benign_docs");
  return [
    ...measure({
      name: "pii presidio, supported entities",
      rows: rows.filter(isSupported),
      types,
      scan,
    }),
    ...measure({ name: "pii presidio, all entities", rows, types, scan }),
    ...measure({ name: "pii benign_docs", rows: benign, types, scan }),
    ...measure({ name: "pii benign_code", rows: rowsOf(dataDir, "benign_code"), types, scan }),
  ];
}

/** Scenarios of RedCode in which no command does harm: the fault is in the logic of a function. */
const logicFlaws = new Set(["12", "15", "16", "20", "22", "23", "25"]);

function isFlaw({ extra }: Row): boolean {
  return logicFlaws.has(String(extra["scenario"]));
}

function commands(scanner: Scanner, dataDir: string): Goal[] {
  const rows = rowsOf(dataDir, "redcode_exec").filter((row) => row.class === "unsafe_command");
  const shared = { types: ["unsafe_command"], scan: asText(scanner, "command") };
  return [
    ...measure({ ...shared, name: "unsafe command redcode", rows }),
    ...measure({ ...shared, name: "  of them acts", rows: rows.filter((row) => !isFlaw(row)) }),
    ...measure({ ...shared, name: "  of them flaws of logic", rows: rows.filter(isFlaw) }),
    ...measure({ ...shared, name: "unsafe command nl2bash", rows: rowsOf(dataDir, "nl2bash") }),
    ...measure({
      ...shared,
      name: "unsafe command ci_commands",
      rows: rowsOf(dataDir, "ci_commands"),
    }),
  ];
}

function code(scanner: Scanner, dataDir: string): Goal[] {
  const rows = rowsOf(dataDir, "cyberseceval_insecure_code");
  const languages = [...new Set(rows.map(({ extra }) => String(extra["language"])))].toSorted();
  const shared = { types: ["unsafe_code"], scan: asText(scanner, "code") };
  return [
    ...measure({ ...shared, name: "unsafe code cyberseceval", rows }),
    ...languages.flatMap((language) =>
      measure({
        ...shared,
        name: `  of them ${language}`,
        rows: rows.filter(({ extra }) => extra["language"] === language),
      }),
    ),
    ...measure({
      ...shared,
      name: "unsafe code benign_code",
      rows: rowsOf(dataDir, "benign_code"),
    }),
  ];
}

function conversations(scanner: Scanner, dataDir: string): Goal[] {
  const all = rowsOf(dataDir, "agentdojo_trajectories");
  const groups = [
    { name: "agent hijack agentdojo", rows: all },
    ...["benign", "resisted"].map((state) => ({
      name: `  labelled ${state}`,
      rows: all.filter(({ extra }) => extra["state"] === state),
    })),
  ];
  return groups.flatMap((group) =>
    measure({
      ...group,
      types: ["tool_misuse"],
      scan: ({ messages }) => scanner.scanLine(JSON.stringify({ id: 0, messages })),
    }),
  );
}

function tools(scanner: Scanner, dataDir: string): Goal[] {
  const rows = rowsOf(dataDir, "mcp_tools").filter((row) => row.class === "tool_poisoning");
  const scan = asText(scanner, "tool_definition");
  return measure({ name: "tool poisoning mcp_tools", rows, types: ["tool_poisoning"], scan });
}

/** The names that are known to exist stand for the registry. */
function packages(dataDir: string): Goal[] {
  const rows = rowsOf(dataDir, "slopsquat_names");
  if (rows.length === 0) {
    return [];
  }
  const folder = mkdtempSync(join(tmpdir(), "telltale-bench-"));
  try {
    const packageLists = Object.fromEntries(
      ["npm", "pypi"].map((ecosystem) => {
        const names = rows.filter(
          ({ label, extra }) => label === "negative" && extra["ecosystem"] === ecosystem,
        );
        const file = join(folder, ecosystem);
        writeFileSync(file, names.map(({ text }) => text).join("\n"));
        return [ecosystem, file];
      }),
    );
    const scanner = createScanner(Config.parse({ analyzer: { packageLists } }).analyzer);
    return measure({
      name: "hallucinated package slopsquat_names, listed",
      rows,
      types: ["hallucinated_package"],
      scan: ({ text, extra }) =>
        scanner.scanLine(
          JSON.stringify({ id: 0, direction: "package", text, ecosystem: extra["ecosystem"] }),
        ),
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function streams(scanner: Scanner, dataDir: string): Goal[] {
  function scanAs(stream: string): Measure["scan"] {
    return ({ events }) => scanner.scanLine(JSON.stringify({ id: 0, stream, events }));
  }

  return [
    ...measure({
      name: "model extraction query_streams",
      rows: rowsOf(dataDir, "query_streams"),
      types: ["model_extraction"],
      scan: scanAs("queries"),
    }),
    ...measure({
      name: "data poisoning feedback_streams",
      rows: rowsOf(dataDir, "feedback_streams"),
      types: ["data_poisoning"],
      scan: scanAs("feedback"),
    }),
  ];
}

function share(part: number, whole: number): string {
  return `${part}/${whole} (${((100 * part) / whole).toFixed(1)} %)`;
}
