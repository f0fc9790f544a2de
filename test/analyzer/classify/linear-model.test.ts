import { bucketCount, wordBucket } from "../../../analyzer/classify/features.ts";
import {
  natsOf,
  opening,
  readModel,
  sumWeights,
  surestWindow,
  writeModel,
} from "../../../analyzer/classify/linear-model.ts";
import { createTokens, tokenize } from "../../../analyzer/classify/tokenize.ts";

function tokensOf(text: string) {
  const tokens = createTokens();
  tokenize(text, tokens);
  return tokens;
}

/** A model that likes one word. */
function modelOf(word: string, weight: number) {
  // Weights that no word of the tests has, so that the largest is not clipped.
  const weights = new Float64Array(bucketCount).fill(weight, 0, 10);
  weights[wordBucket(tokensOf(word).hashes[0] ?? 0)] = weight;
  return readModel(writeModel(weights, -1));
}

describe("linear model", () => {
  it("gives the log odds of unit-length features", () => {
    const model = modelOf("secret", 6);
    const tokens = tokensOf("one secret two three four five");
    const nats = natsOf(model, sumWeights(model, tokens), 0, 6);
    expect(nats).toBeCloseTo(-1 + 6 / Math.sqrt(18), 1);
  });

  it("finds the stretch that holds the word", () => {
    const tokens = tokensOf(`${"plain ".repeat(100)}secret ${"plain ".repeat(100)}`);
    const { from, to } = surestWindow(modelOf("secret", 6), tokens, [10]);
    expect(from).toBeLessThanOrEqual(100);
    expect(to).toBeGreaterThan(100);
    expect(to - from).toBe(10);
  });

  it("judges an opening by its first words only", () => {
    const model = modelOf("secret", 6);
    const late = opening(model, tokensOf(`${"plain ".repeat(80)}secret`), 80);
    expect(late.nats).toBeCloseTo(-1, 3);
    expect(opening(model, tokensOf(""), 80).nats).toBe(Number.NEGATIVE_INFINITY);
  });

  it("refuses bytes that are no model", () => {
    expect(() => readModel(new Uint8Array(10))).toThrow("expected a model of 65552 bytes, got 10");
  });
});
