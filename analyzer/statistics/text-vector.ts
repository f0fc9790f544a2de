/** Length of a text vector. */
export const textDimensions = 1024;

const maxCharacters = 4_096;
const gramLengths = [3, 4];

/**
 * A text as signed counts of hashed character 3- and 4-grams and word pairs, scaled to length 1;
 * all zero for a text of fewer than three characters.
 *
 * Upper and lower case are equal and a run of digits counts as one, because ids and times are
 * new on every line. Counts enter as their square root, so that repetition does not drown the
 * rest. The seed keys the hash: without it the vector does not give away the words. Texts are cut
 * at 4,096 characters. Source: Weinberger et al. 2009 (feature hashing, arXiv 0902.2206).
 */
export function textVector(text: string, seed: number): Float32Array {
  const plain = ` ${text.slice(0, maxCharacters).toLowerCase().replace(/\d+/g, "0")} `;
  const counts = new Float32Array(textDimensions);
  for (const length of gramLengths) {
    for (let start = 0; start + length <= plain.length; start++) {
      count(counts, hash(plain, start, start + length, seed ^ length));
    }
  }
  addWordPairs(counts, plain, seed);
  return normalized(counts);
}

function addWordPairs(counts: Float32Array, text: string, seed: number): void {
  let before = 0;
  for (const { 0: word } of text.matchAll(/[^\s]+/g)) {
    const current = hash(word, 0, word.length, seed);
    if (before !== 0) {
      count(counts, Math.imul(before, 0x9e3779b1) ^ current);
    }
    before = current;
  }
}

/** Bits 0–9 choose the place, the top bit the sign. */
function count(counts: Float32Array, hashed: number): void {
  const mixed = Math.imul(hashed ^ (hashed >>> 15), 0x85ebca6b);
  const place = (mixed >>> 8) % textDimensions;
  counts[place] = (counts[place] ?? 0) + (mixed < 0 ? -1 : 1);
}

/** FNV-1a over UTF-16 code units. */
function hash(text: string, from: number, to: number, seed: number): number {
  let value = 0x811c9dc5 ^ seed;
  for (let index = from; index < to; index++) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  return value;
}

function normalized(counts: Float32Array): Float32Array {
  let squares = 0;
  for (let index = 0; index < counts.length; index++) {
    const value = counts[index] ?? 0;
    counts[index] = Math.sign(value) * Math.sqrt(Math.abs(value));
    squares += Math.abs(value);
  }
  const length = Math.sqrt(squares);
  return length === 0 ? counts : counts.map((value) => value / length);
}
