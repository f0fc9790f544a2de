import { quantileSorted } from "simple-statistics";
import { fisherUpper } from "../../statistics/tails.ts";
import { textVector } from "../../statistics/text-vector.ts";

/** What texts of a stream look like; about 260 KB, so only for chosen streams. */
export interface TextReference {
  readonly seed: number;
  /** Texts as vectors, scaled to whole numbers of −127 to 127. */
  readonly vectors: readonly Int8Array[];
  /** Novelty that 2 % of the calibration texts exceed, and how many did of how many. */
  readonly threshold: number;
  readonly exceeding: number;
  readonly calibrated: number;
}

export interface TextDrift {
  /** Share of the window that is unlike the reference, less the share expected. */
  readonly excessShare: number;
  /** One-sided exact p-value. */
  readonly pValue: number;
  readonly drifted: boolean;
  /** Positions of the texts in the window that are unlike the reference, most novel first. */
  readonly novel: readonly number[];
}

export interface TextNoveltyOptions {
  readonly alpha: number;
  /** Smallest excess of novel texts that matters. */
  readonly minExcessShare: number;
}

export const textNoveltyDefaults: TextNoveltyOptions = { alpha: 0.003, minExcessShare: 0.03 };
export const referenceTexts = 256;
export const calibrationTexts = 500;

const calibrationQuantile = 0.98;
const scale = 127;

/**
 * Learns what is usual from the first 256 texts, and how far usual texts are from them from the
 * next ones (500 are enough, fewer than 100 are refused).
 */
export function learnTexts(texts: readonly string[], seed: number): TextReference {
  const calibration = texts.slice(referenceTexts, referenceTexts + calibrationTexts);
  if (calibration.length < 100) {
    throw new RangeError(`expected at least ${referenceTexts + 100} texts, got ${texts.length}`);
  }
  const vectors = texts.slice(0, referenceTexts).map((text) => toInt8(textVector(text, seed)));
  const novelties = calibration
    .map((text) => noveltyOf(vectors, text, seed))
    .toSorted((a, b) => a - b);
  const threshold = quantileSorted(novelties, calibrationQuantile);
  const exceeding = novelties.filter((novelty) => novelty > threshold).length;
  return { seed, vectors, threshold, exceeding, calibrated: novelties.length };
}

/**
 * Whether a window of texts holds more foreign ones than usual.
 *
 * novelty(x) = 1 − greatest cosine to a reference text; a text is novel above the calibration's
 * 98 % quantile; the number of novel texts in the window is held against the calibration's by
 * Fisher's exact test, and must exceed it by 3 % of the window to matter.
 */
export function textDrift(
  reference: TextReference,
  texts: readonly string[],
  { alpha, minExcessShare }: TextNoveltyOptions = textNoveltyDefaults,
): TextDrift {
  const { vectors, seed, threshold, exceeding, calibrated } = reference;
  const novel = texts
    .map((text, position) => ({ position, novelty: noveltyOf(vectors, text, seed) }))
    .filter(({ novelty }) => novelty > threshold)
    .toSorted((a, b) => b.novelty - a.novelty);
  const total = texts.length + calibrated;
  const pValue = fisherUpper(novel.length, texts.length, novel.length + exceeding, total);
  const excessShare = novel.length / Math.max(1, texts.length) - exceeding / calibrated;
  return {
    excessShare,
    pValue,
    drifted: pValue <= alpha && excessShare >= minExcessShare,
    novel: novel.map(({ position }) => position),
  };
}

function noveltyOf(vectors: readonly Int8Array[], text: string, seed: number): number {
  const vector = textVector(text, seed);
  // Most places of a vector are zero: only the others are multiplied.
  const places: number[] = [];
  vector.forEach((value, place) => {
    if (value !== 0) {
      places.push(place);
    }
  });
  let nearest = 0;
  for (const known of vectors) {
    let sum = 0;
    for (const place of places) {
      sum += (vector[place] ?? 0) * (known[place] ?? 0);
    }
    nearest = Math.max(nearest, sum);
  }
  return 1 - nearest / scale;
}

function toInt8(vector: Float32Array): Int8Array {
  return Int8Array.from(vector, (value) => Math.round(value * scale));
}
