import { mkdirSync, writeFileSync } from "node:fs";
import { findThreshold } from "./find-threshold.ts";
import { recipes } from "./recipes.ts";
import { openDataFolder } from "./sources.ts";
import { trainModel } from "./train-model.ts";

/** Of the sets that weights are learnt from; their terms allow derived works with attribution. */
const licences: Readonly<Record<string, string>> = {
  agent_instructions: "licence of each repository (MIT or Apache-2.0)",
  benign_code: "licence of each repository (MIT or Apache-2.0)",
  benign_docs: "licence of each repository (MIT or Apache-2.0)",
  bipia_indirect: "MIT, microsoft/BIPIA",
  bipia_payloads: "MIT, microsoft/BIPIA",
  cyberseceval_pi: "MIT, meta-llama/PurpleLlama",
  llmguard_tests: "MIT, protectai/llm-guard",
  mcp_tools: "Apache-2.0, cisco-ai-defense/mcp-scanner",
  mitre_frr: "MIT, meta-llama/PurpleLlama",
  presidio_recognizers: "MIT, microsoft/presidio",
  xstest_prompts: "CC-BY-4.0, paul-rottger/exaggerated-safety",
  xstest_refusals: "CC-BY-4.0, paul-rottger/exaggerated-safety",
};

/**
 * Trains the shipped text models anew and writes them to `analyzer/classify/models`; the same
 * data gives the same bytes.
 *
 * @throws Error if a set is learnt from whose licence is not on the list.
 */
export function trainTextModels(folder: string): void {
  const target = new URL("../../analyzer/classify/models/", import.meta.url);
  mkdirSync(target, { recursive: true });
  for (const recipe of recipes) {
    const data = openDataFolder(folder);
    const positives = recipe.positives(data);
    const negatives = recipe.negatives(data);
    const weights = trainModel(recipe, positives, negatives);
    const learntFrom = [...positives, ...negatives].map(({ name, texts }) => ({
      name,
      texts: texts.length,
      licence: name.startsWith("phrases.") ? "written for this project" : licenceOf(name),
      sha256: data.digests.get(`${name}.jsonl`),
    }));
    const threshold = findThreshold(recipe, data);
    const facts = {
      model: recipe.name,
      made: "npm run bench -- train-text",
      threshold: { ...threshold, nats: Math.round(1000 * threshold.nats) / 1000 },
      learntFrom,
    };
    writeFileSync(new URL(`${recipe.name}.bin`, target), weights);
    writeFileSync(new URL(`${recipe.name}.json`, target), `${JSON.stringify(facts, null, 2)}\n`);
    process.stdout.write(`${recipe.name} ${JSON.stringify(facts.threshold)}\n`);
  }
}

function licenceOf(name: string): string {
  const licence = licences[name];
  if (licence === undefined) {
    throw new Error(`expected a set with a known permissive licence, got ${name}`);
  }
  return licence;
}
