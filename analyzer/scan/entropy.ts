/**
 * Shannon entropy of a text's characters, in bits per character: `-sum(p log2 p)`.
 * Random hex comes near 4, random base64 near 6, English words lie between 2 and 3.5.
 */
export function entropyBits(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) {
    counts.set(character, (counts.get(character) ?? 0) + 1);
  }
  let bits = 0;
  for (const count of counts.values()) {
    const share = count / text.length;
    bits -= share * Math.log2(share);
  }
  return bits;
}
