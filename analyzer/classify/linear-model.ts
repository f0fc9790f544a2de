import {
  bucketCount,
  featuresPerToken,
  openingHash,
  pairBucket,
  skipBucket,
  wordBucket,
} from "./features.ts";
import { maxTokens, type Tokens } from "./tokenize.ts";

/** Weights of hashed words, as bytes; `scale` turns their sums into nats. */
export interface LinearModel {
  readonly weights: Int8Array;
  readonly scale: number;
  readonly bias: number;
}

/** A stretch of words and how sure a model is of it, in nats. */
export interface Window {
  readonly nats: number;
  /** Indices of its first word and of the one after its last. */
  readonly from: number;
  readonly to: number;
}

/** Running sums of the weights of words: those before a word, so one more than there are words. */
export type Sums = Int32Array;

const sums = new Int32Array(maxTokens + 1);

/** The sums over all words; overwritten by the next call. */
export function sumWeights({ weights }: LinearModel, tokens: Tokens): Sums {
  const { count, hashes, opens } = tokens;
  let sum = 0;
  let before = openingHash;
  let second = openingHash;
  for (let at = 0; at < count; at += 1) {
    const own = hashes[at] as number;
    if (opens[at] === 1) {
      before = openingHash;
      second = openingHash;
    }
    sum +=
      (weights[wordBucket(own)] as number) +
      (weights[pairBucket(before, own)] as number) +
      (weights[skipBucket(second, own)] as number);
    sums[at + 1] = sum;
    second = before;
    before = own;
  }
  return sums;
}

/**
 * `bias + scale * sum / sqrt(features)`: the log odds of a logistic model over the features of
 * a stretch of words, scaled to unit length.
 */
export function natsOf(model: LinearModel, of: Sums, from: number, to: number): number {
  const sum = (of[to] as number) - (of[from] as number);
  const words = Math.max(fewestWords, to - from);
  return model.bias + (model.scale * sum) / Math.sqrt(featuresPerToken * words);
}

/** One or two words of an attack are no attack: shorter stretches count as if they had so many. */
const fewestWords = 4;

/**
 * The surest stretch of any of the lengths, a quarter of a length apart.
 *
 * @param lengths in words; a shorter text counts as one stretch.
 */
export function surestWindow(
  model: LinearModel,
  tokens: Tokens,
  lengths: readonly number[],
): Window {
  const all = sumWeights(model, tokens);
  let best: Window = { nats: Number.NEGATIVE_INFINITY, from: 0, to: 0 };
  for (const length of lengths) {
    const step = Math.max(1, length >> 2);
    for (let from = 0; from < tokens.count; from += step) {
      const to = Math.min(tokens.count, from + length);
      const nats = natsOf(model, all, from, to);
      if (nats > best.nats) {
        best = { nats, from, to };
      }
      if (to === tokens.count) {
        break;
      }
    }
  }
  return best;
}

/** The first words of a text, judged as one stretch. */
export function opening(model: LinearModel, tokens: Tokens, words: number): Window {
  const to = Math.min(tokens.count, words);
  const all = sumWeights(model, { ...tokens, count: to });
  const nats = to === 0 ? Number.NEGATIVE_INFINITY : natsOf(model, all, 0, to);
  return { nats, from: 0, to };
}

const header = 16;

/** Bytes of a stored model: scale and bias as 64-bit floats, then one byte for each bucket. */
export function readModel(bytes: Uint8Array): LinearModel {
  if (bytes.length !== header + bucketCount) {
    throw new RangeError(`expected a model of ${header + bucketCount} bytes, got ${bytes.length}`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const weights = new Int8Array(bytes.buffer, bytes.byteOffset + header, bucketCount);
  return { scale: view.getFloat64(0), bias: view.getFloat64(8), weights };
}

/** The bytes that `readModel` reads; weights are rounded to a byte each. */
export function writeModel(weights: Float64Array, bias: number): Uint8Array {
  const sizes = Float64Array.from(weights, Math.abs).toSorted();
  // A few weights are far larger than the rest: clipping them keeps the others precise.
  const largest = sizes[Math.floor(0.9999 * sizes.length)] ?? 1;
  const scale = (largest || 1) / 127;
  const bytes = new Uint8Array(header + bucketCount);
  const view = new DataView(bytes.buffer);
  view.setFloat64(0, scale);
  view.setFloat64(8, bias);
  for (const [bucket, weight] of weights.entries()) {
    view.setInt8(header + bucket, Math.max(-127, Math.min(127, Math.round(weight / scale))));
  }
  return bytes;
}
