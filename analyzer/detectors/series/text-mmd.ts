import { textDimensions, textVector } from "../../statistics/text-vector.ts";

export interface TextShift {
  /** Squared distance between the mean vectors, unbiased: about 0 without a shift. */
  readonly squaredDistance: number;
  /** Share of permutations that are as far apart, at least 1 / 200. */
  readonly pValue: number;
}

const permutations = 199;

/**
 * Whether two sets of texts differ as a whole (linear-kernel MMD with a permutation test):
 * |mean R − mean W|², without each text's own square. It sees a shift of all texts that novelty
 * misses, and misses the few foreign ones that novelty sees: use both.
 * O(permutations · texts · 1,024). Source: Gretton et al. 2012.
 *
 * @param random numbers in [0, 1) for the permutations; seed it, so that an answer can be repeated.
 * @throws RangeError for fewer than two texts on a side.
 */
export function textShift(
  reference: readonly string[],
  window: readonly string[],
  { seed, random }: { readonly seed: number; readonly random: () => number },
): TextShift {
  if (reference.length < 2 || window.length < 2) {
    throw new RangeError(`expected two texts a side, got ${reference.length}, ${window.length}`);
  }
  const vectors = [...reference, ...window].map((text) => textVector(text, seed));
  const order = vectors.map((_, index) => index);
  const squaredDistance = distance(vectors, order, reference.length);
  let asFar = 1;
  for (let round = 0; round < permutations; round++) {
    shuffle(order, random);
    asFar += distance(vectors, order, reference.length) >= squaredDistance ? 1 : 0;
  }
  return { squaredDistance, pValue: asFar / (permutations + 1) };
}

function distance(
  vectors: readonly Float32Array[],
  order: readonly number[],
  split: number,
): number {
  const left = sumOf(vectors, order.slice(0, split));
  const right = sumOf(vectors, order.slice(split));
  const [n, m] = [split, order.length - split];
  let [within, beyond, across] = [-left.squares, -right.squares, 0];
  for (let index = 0; index < textDimensions; index++) {
    const [a, b] = [left.sum[index] ?? 0, right.sum[index] ?? 0];
    within += a * a;
    beyond += b * b;
    across += a * b;
  }
  return within / (n * (n - 1)) + beyond / (m * (m - 1)) - (2 * across) / (n * m);
}

function sumOf(
  vectors: readonly Float32Array[],
  members: readonly number[],
): { readonly sum: Float64Array; readonly squares: number } {
  const sum = new Float64Array(textDimensions);
  let squares = 0;
  for (const member of members) {
    for (const [index, value] of (vectors[member] ?? []).entries()) {
      sum[index] = (sum[index] ?? 0) + value;
      squares += value * value;
    }
  }
  return { sum, squares };
}

function shuffle(order: number[], random: () => number): void {
  for (let last = order.length - 1; last > 0; last--) {
    const place = Math.floor(random() * (last + 1));
    [order[last], order[place]] = [order[place] ?? 0, order[last] ?? 0];
  }
}
