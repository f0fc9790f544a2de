const longestRead = 2000;

/** Lower-case words of a text, punctuation aside. */
export function wordsOf(text: string): string[] {
  return (
    text
      .slice(0, longestRead)
      .toLowerCase()
      .match(/\p{Script=Han}|[\p{L}\p{N}]+/gu) ?? []
  );
}

/** A text as its words, for equality. */
export function plainText(text: string): string {
  return wordsOf(text).join(" ");
}

/** Share of words that two texts have in common: Jaccard's index, 0 to 1. */
export function overlap(left: ReadonlySet<string>, right: ReadonlySet<string>): number {
  let common = 0;
  for (const word of left) {
    common += right.has(word) ? 1 : 0;
  }
  const all = left.size + right.size - common;
  return all === 0 ? 0 : common / all;
}
