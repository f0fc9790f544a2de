import type { Tokens } from "./tokenize.ts";

export const bucketCount = 65_536;
/** Features of one word: itself, with the word before, and with the one before that. */
export const featuresPerToken = 3;

/** Stands before the first word of a sentence, so that words which open sentences count apart. */
export const openingHash = 0x3ad8025f;

export function wordBucket(own: number): number {
  return spread(own);
}

export function pairBucket(before: number, own: number): number {
  return spread(Math.imul(before, 0x2545f491) + own);
}

export function skipBucket(second: number, own: number): number {
  return spread(Math.imul(second, 0x5bd1e995) ^ Math.imul(own, 0x1b873593));
}

/** Multiplicative hashing: the upper half of the product is the bucket. */
function spread(hash: number): number {
  return Math.imul(hash ^ (hash >>> 15), 0x9e3779b1) >>> 16;
}

/** The buckets of all words, three for each. */
export function bucketsOf({ count, hashes, opens }: Tokens): Uint16Array {
  const buckets = new Uint16Array(count * featuresPerToken);
  let before = openingHash;
  let second = openingHash;
  for (let at = 0; at < count; at += 1) {
    const own = hashes[at] as number;
    if (opens[at] === 1) {
      before = openingHash;
      second = openingHash;
    }
    const place = at * featuresPerToken;
    buckets[place] = wordBucket(own);
    buckets[place + 1] = pairBucket(before, own);
    buckets[place + 2] = skipBucket(second, own);
    second = before;
    before = own;
  }
  return buckets;
}
