import { createTokens, tokenize } from "../../classify/tokenize.ts";

/** Words of one shingle. */
const shingleWords = 4;
/** A shared run of fewer words is a phrase that anybody may use. */
const leastRun = 8;

/** What is kept of a system prompt: hashes of its four-word shingles, never its words. */
export interface PromptShingles {
  readonly hashes: ReadonlySet<number>;
  readonly words: number;
}

/** A passage of a text that repeats a system prompt. */
export interface Passage {
  readonly start: number;
  readonly end: number;
  /** Words of it that stand in the prompt, in the prompt's order. */
  readonly words: number;
}

const tokens = createTokens();

export function shinglesOf(text: string): PromptShingles {
  tokenize(text, tokens);
  const hashes = new Set<number>();
  for (let at = 0; at + shingleWords <= tokens.count; at += 1) {
    hashes.add(shingleAt(at));
  }
  return { hashes, words: tokens.count };
}

function shingleAt(at: number): number {
  const { hashes } = tokens;
  let hash = 0;
  for (let word = at; word < at + shingleWords; word += 1) {
    hash = Math.imul(hash ^ (hashes[word] as number), 0x01000193) ^ (hash >>> 13);
  }
  return hash;
}

/** Words that may differ inside a passage before it ends. */
const longestGap = 4;

/**
 * The longest passage of a text that repeats a system prompt, by case-blind word stems: at least
 * eight words, in which up to four in a row may differ. Linear in the text.
 *
 * @param given shingles that say nothing, because the user wrote them as well.
 */
export function longestPassage(
  text: string,
  prompt: PromptShingles,
  given: PromptShingles,
): Passage | null {
  tokenize(text, tokens);
  let best: Passage | null = null;
  let from = -1;
  let last = -1;
  let words = 0;
  for (let at = 0; at + shingleWords <= tokens.count; at += 1) {
    const hash = shingleAt(at);
    if (!prompt.hashes.has(hash) || given.hashes.has(hash)) {
      continue;
    }
    if (from >= 0 && at - last <= shingleWords + longestGap) {
      words += Math.min(shingleWords, at - last);
    } else {
      from = at;
      words = shingleWords;
    }
    last = at;
    if (words >= leastRun && words > (best?.words ?? 0)) {
      best = { start: tokens.starts[from] as number, end: wordEnd(text, at), words };
    }
  }
  return best;
}

function wordEnd(text: string, shingle: number): number {
  const next = shingle + shingleWords;
  return next < tokens.count ? (tokens.starts[next] as number) : text.length;
}
