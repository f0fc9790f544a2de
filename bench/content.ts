import { createInspector } from "../analyzer/inspect/inspector.ts";
import { createScanner, type Scanner } from "../analyzer/inspect/scan-row.ts";
import { createSecretFinder } from "../analyzer/redact/find-secrets.ts";
import { createPersonalDataFinder } from "../analyzer/redact/personal/find-personal-data.ts";
import { personalRules } from "../analyzer/redact/personal/personal-rules.ts";
import { secretRules } from "../analyzer/redact/rules/secret-rules.ts";
import { Config } from "../core/config/config.ts";
import { printActionGoals } from "./action-goals.ts";
import type { SetResult } from "./content-results.ts";
import { type ContentSet, contentSets, readSet } from "./content-sets.ts";
import { genAiSpans } from "./payload.ts";
import { printTextGoals } from "./text-goals.ts";

/**
 * Recall and false positives of the content detectors on labelled sets (one JSONL file a set,
 * rows `{text, label, class}`), as the shipped defaults raise findings, and their speed.
 *
 * @param dataDir folder with the sets; without it only speed is measured, and that is said.
 */
export function benchContent(dataDir: string): void {
  const scanner = createScanner(Config.parse({}).analyzer);
  const results: SetResult[] = [];
  const absent: string[] = [];
  for (const set of contentSets) {
    const result = measureSet(scanner, dataDir, set);
    if (result === null) {
      absent.push(set.name);
    } else {
      results.push(result);
    }
  }
  printSets(results);
  printTextGoals(results);
  printActionGoals(dataDir);
  if (absent.length > 0) {
    const missing = [...new Set(absent)].join(", ");
    process.stdout.write(`NOT MEASURED, no data in "${dataDir}": ${missing}\n`);
  }
  const speed = measureSpeed(dataDir);
  process.stdout.write(
    `secrets + PII     ${speed.engineMegabytesPerCpuSecond.toFixed(0)} MB/CPU-s\n`,
  );
  process.stdout.write(
    `inspector.span    ${speed.microsecondsPerSpan.toFixed(1)} CPU-us per GenAI span of ${speed.spanBytes} bytes\n`,
  );
  process.stdout.write(`${JSON.stringify({ bench: "content", results, absent, speed })}\n`);
}

function measureSet(scanner: Scanner, dataDir: string, set: ContentSet): SetResult | null {
  const rows = readSet(dataDir, set);
  if (rows === null) {
    return null;
  }
  const counts = { found: 0, positives: 0, raised: 0, negatives: 0 };
  for (const { text, positive } of rows) {
    const raised = raises(scanner, set, text) ? 1 : 0;
    if (positive) {
      counts.positives += 1;
      counts.found += raised;
    } else {
      counts.negatives += 1;
      counts.raised += raised;
    }
  }
  const chosen = Object.entries(set.extra ?? {}).map(([name, value]) => ` ${name}=${value}`);
  const name = `${set.name}${chosen.join("")}`;
  return { set: name, direction: set.direction, types: set.types, ...counts };
}

function raises(scanner: Scanner, { direction, types }: ContentSet, text: string): boolean {
  const answer = scanner.scanLine(JSON.stringify({ id: 0, direction, text }));
  return (
    "detections" in answer &&
    answer.detections.some(({ type, finding }) => finding && types.includes(type))
  );
}

function printSets(results: readonly SetResult[]): void {
  for (const { set, types, found, positives, raised, negatives } of results) {
    const hits =
      positives === 0 ? "" : `found ${share(found, positives)}, missed ${positives - found}`;
    const alarms = negatives === 0 ? "" : `false ${share(raised, negatives)}`;
    const parts = [hits, alarms].filter((part) => part !== "").join("; ");
    process.stdout.write(`${types.join(",").padEnd(26)} ${set.padEnd(24)} ${parts}\n`);
  }
}

function share(part: number, whole: number): string {
  return `${part}/${whole} (${((100 * part) / whole).toFixed(1)} %)`;
}

interface Speed {
  readonly engineMegabytesPerCpuSecond: number;
  readonly microsecondsPerSpan: number;
  readonly spanBytes: number;
}

function measureSpeed(dataDir: string): Speed {
  const find = createSecretFinder(secretRules);
  const docs = readSet(dataDir, { name: "benign_docs", direction: "output", types: [] }) ?? [];
  const spans = genAiSpans({ spans: 512, seed: 1, startUnixMs: 1_700_000_000_000 });
  const ownTexts = spans.flatMap(({ attributes }) =>
    [...attributes.values()].filter((value) => typeof value === "string"),
  );
  const texts = docs.length > 0 ? docs.map(({ text }) => text) : ownTexts;
  const units = texts.reduce((sum, text) => sum + text.length, 0);
  const findPersonal = createPersonalDataFinder(personalRules, { cells: true });
  const engineMicros = cpuMicros(() =>
    texts.forEach((text) => {
      find(text);
      findPersonal(text);
    }),
  );
  const inspector = createInspector(Config.parse({}).analyzer);
  const spanMicros = cpuMicros(() => spans.forEach((span) => inspector.span("bench", span)));
  const spanUnits = ownTexts.reduce((sum, text) => sum + text.length, 0) / spans.length;
  return {
    engineMegabytesPerCpuSecond: units / engineMicros,
    microsecondsPerSpan: spanMicros / spans.length,
    spanBytes: Math.round(spanUnits),
  };
}

/** The least CPU time of seven calls after a warm-up, in microseconds. */
function cpuMicros(work: () => void): number {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 10; round += 1) {
    const start = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(start);
    least = round < 3 ? least : Math.min(least, user + system);
  }
  return least;
}
