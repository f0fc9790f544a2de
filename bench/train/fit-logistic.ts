import { bucketCount } from "../../analyzer/classify/features.ts";
import { createRandom } from "../random.ts";

/** One text as the buckets of its features, scaled to unit length. */
export interface TrainingExample {
  readonly buckets: Uint16Array;
  readonly positive: boolean;
  /** How much it counts. */
  readonly weight: number;
}

export interface Fitted {
  readonly weights: Float64Array;
  readonly bias: number;
}

const epochs = 12;
const rate = 0.5;
/** Weights shrink by this after each epoch: stands in for an L2 penalty. */
const shrink = 0.97;

/**
 * Logistic regression by AdaGrad over hashed features; the same examples give the same weights.
 * Cost: epochs × features.
 */
export function fitLogistic(examples: readonly TrainingExample[]): Fitted {
  const weights = new Float64Array(bucketCount);
  const squares = new Float64Array(bucketCount).fill(1e-2);
  let bias = 0;
  let biasSquares = 1;
  const order = examples.map((_, index) => index);
  const random = createRandom(7);
  for (let epoch = 0; epoch < epochs; epoch += 1) {
    shuffle(order, random);
    for (const index of order) {
      const example = examples[index];
      if (example === undefined || example.buckets.length === 0) {
        continue;
      }
      const { buckets, positive, weight } = example;
      const length = 1 / Math.sqrt(buckets.length);
      let sum = 0;
      for (const bucket of buckets) {
        sum += weights[bucket] as number;
      }
      const share = 1 / (1 + Math.exp(-(bias + sum * length)));
      const slope = weight * (share - (positive ? 1 : 0));
      const step = slope * length;
      for (const bucket of buckets) {
        squares[bucket] = (squares[bucket] as number) + step * step;
        weights[bucket] = (weights[bucket] as number) - (rate * step) / Math.sqrt(squares[bucket]);
      }
      biasSquares += slope * slope;
      bias -= (0.1 * slope) / Math.sqrt(biasSquares);
    }
    for (let bucket = 0; bucket < bucketCount; bucket += 1) {
      weights[bucket] = (weights[bucket] as number) * shrink;
    }
  }
  return { weights, bias };
}

function shuffle(order: number[], random: () => number): void {
  for (let at = order.length - 1; at > 0; at -= 1) {
    const other = Math.floor(random() * (at + 1));
    const kept = order[at] as number;
    order[at] = order[other] as number;
    order[other] = kept;
  }
}
