import { createHash } from "node:crypto";
import type { Recipe } from "./recipes.ts";
import type { DataFolder, Source, TrainingText } from "./sources.ts";
import { trainedModel } from "./train-model.ts";

const folds = 4;

export interface Threshold {
  /** Nats from which a text counts. */
  readonly nats: number;
  /** Share of positive texts above it, by source, of groups the model had not seen. */
  readonly recall: Readonly<Record<string, number>>;
  /** The same for benign texts, by source. */
  readonly falsePositives: Readonly<Record<string, number>>;
}

/**
 * The threshold at which a given share of benign texts is a false positive, from models that
 * have not seen the texts they judge: four folds, each group (family of phrases, kind of attack,
 * neighboring documents) in one of them.
 */
export function findThreshold(recipe: Recipe, data: DataFolder): Threshold {
  const positives = recipe.positives(data);
  const negatives = recipe.negatives(data);
  const held: Judged[] = [];
  const models = Array.from({ length: folds }, (_, fold) => {
    function inFold({ group }: TrainingText): boolean {
      return foldOf(group) === fold;
    }
    const model = trainedModel(
      recipe,
      restrict(positives, (text) => !inFold(text)),
      restrict(negatives, (text) => !inFold(text)),
    );
    function judge({ name, texts }: Source, positive: boolean): Judged[] {
      return texts.map(({ text }) => ({ source: name, positive, nats: recipe.score(model, text) }));
    }
    held.push(...restrict(positives, inFold).flatMap((source) => judge(source, true)));
    held.push(...restrict(negatives, inFold).flatMap((source) => judge(source, false)));
    return model;
  });
  for (const { name, texts } of recipe.unseen(data)) {
    for (const { text } of texts) {
      const nats = models.reduce((sum, model) => sum + recipe.score(model, text), 0) / folds;
      held.push({ source: name, positive: false, nats });
    }
  }
  return thresholdOf(held, recipe.falsePositives);
}

interface Judged {
  readonly source: string;
  readonly positive: boolean;
  readonly nats: number;
}

function thresholdOf(held: readonly Judged[], share: number): Threshold {
  const benign = held.filter(({ positive }) => !positive).toSorted((a, b) => b.nats - a.nats);
  const nats = benign[Math.floor(share * benign.length)]?.nats ?? 0;
  return {
    nats,
    recall: bySource(
      held.filter(({ positive }) => positive),
      nats,
    ),
    falsePositives: bySource(benign, nats),
  };
}

function bySource(judged: readonly Judged[], nats: number): Record<string, number> {
  const groups = Map.groupBy(judged, ({ source }) => source);
  return Object.fromEntries(
    Array.from(groups, ([source, texts]) => [source, shareAbove(texts, nats)]),
  );
}

function shareAbove(judged: readonly Judged[], nats: number): number {
  const above = judged.filter((one) => one.nats > nats).length;
  return Math.round((1000 * above) / Math.max(1, judged.length)) / 1000;
}

function restrict(sources: readonly Source[], kept: (text: TrainingText) => boolean): Source[] {
  return sources.map(({ name, texts }) => ({ name, texts: texts.filter(kept) }));
}

function foldOf(group: string): number {
  return (createHash("sha256").update(group).digest()[0] ?? 0) % folds;
}
