import { type LinearModel, readModel, writeModel } from "../../analyzer/classify/linear-model.ts";
import { type Fitted, fitLogistic, type TrainingExample } from "./fit-logistic.ts";
import type { Recipe } from "./recipes.ts";
import type { Source } from "./sources.ts";

/** A source with many texts counts no more than one with this many. */
const sourceShare = 400;
const mostWeight = 4;
const rounds = 3;

/**
 * Learns which stretch of each positive text makes it one: first from the opening stretch, then
 * from the stretch that the last model finds surest. Every stretch of a negative text counts.
 */
export function trainModel(
  recipe: Pick<Recipe, "stretches">,
  positives: readonly Source[],
  negatives: readonly Source[],
): Uint8Array {
  const bags = positives.flatMap(({ texts }) =>
    texts.map(({ text }) => ({
      stretches: recipe.stretches(text),
      weight: Math.min(mostWeight, sourceShare / texts.length),
    })),
  );
  const benign: TrainingExample[] = negatives.flatMap(({ texts }) =>
    texts.flatMap(({ text }) =>
      recipe.stretches(text).map((buckets) => ({ buckets, positive: false, weight: 1 })),
    ),
  );
  let fitted: Fitted | null = null;
  for (let round = 0; round < rounds; round += 1) {
    const last: Fitted | null = fitted;
    const chosen = bags.flatMap(({ stretches, weight }): TrainingExample[] => {
      const buckets = last === null ? stretches[0] : surest(stretches, last);
      return buckets === undefined ? [] : [{ buckets, positive: true, weight }];
    });
    fitted = fitLogistic([...chosen, ...benign]);
  }
  return writeModel(fitted?.weights ?? new Float64Array(), fitted?.bias ?? 0);
}

export function trainedModel(...args: Parameters<typeof trainModel>): LinearModel {
  return readModel(trainModel(...args));
}

function surest(stretches: readonly Uint16Array[], { weights }: Fitted): Uint16Array | undefined {
  let best: Uint16Array | undefined;
  let bestNats = Number.NEGATIVE_INFINITY;
  for (const stretch of stretches) {
    let sum = 0;
    for (const bucket of stretch) {
      sum += weights[bucket] ?? 0;
    }
    const nats = sum / Math.sqrt(Math.max(1, stretch.length));
    if (nats > bestNats) {
      [best, bestNats] = [stretch, nats];
    }
  }
  return best;
}
