import { bucketsOf, featuresPerToken } from "../../analyzer/classify/features.ts";
import { eachSentence } from "../../analyzer/classify/sentences.ts";
import { createTokens, tokenize } from "../../analyzer/classify/tokenize.ts";

const tokens = createTokens();

/** The buckets of every stretch of `length` words, a quarter of a stretch apart. */
export function windowBuckets(text: string, length: number): Uint16Array[] {
  const all = allBuckets(text);
  const words = all.length / featuresPerToken;
  const windows: Uint16Array[] = [];
  for (let from = 0; from < words; from += Math.max(1, length >> 2)) {
    const to = Math.min(words, from + length);
    windows.push(all.slice(from * featuresPerToken, to * featuresPerToken));
    if (to === words) {
      break;
    }
  }
  return windows;
}

/** The buckets of every sentence, as `eachSentence` finds them. */
export function sentenceBuckets(text: string): Uint16Array[] {
  const all = allBuckets(text);
  const windows: Uint16Array[] = [];
  eachSentence(tokens, (from, to) => {
    windows.push(all.slice(from * featuresPerToken, to * featuresPerToken));
  });
  return windows;
}

function allBuckets(text: string): Uint16Array {
  tokenize(text, tokens);
  return bucketsOf(tokens);
}
