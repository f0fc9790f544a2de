const maxCodePoints = 400;

/**
 * Makes hostile text printable: line ends become LF; control, bidi, zero-width, tag and variation
 * characters and lone surrogates are written as `\u{..}`; the rest is cut at 400 code points.
 */
export function sanitizeText(text: string, limit: number = maxCodePoints): string {
  // Twice the limit in code units always holds that many code points, however long the text is.
  const bounded = text.slice(0, limit * 2 + 2).replace(/\r\n?|\u2028|\u2029|\u0085/g, "\n");
  const points = Array.from(bounded);
  const shown = points.slice(0, limit).map(visible).join("");
  const isCut = points.length > limit || text.length > limit * 2 + 2;
  return isCut ? `${shown} … (cut)` : shown;
}

function visible(char: string): string {
  const code = char.codePointAt(0) ?? 0;
  return code !== 0x0a && isInvisible(code) ? `\\u{${code.toString(16)}}` : char;
}

/** Inclusive ranges of characters that hide or reorder text. */
const invisibleRanges: readonly (readonly [number, number])[] = [
  [0x00, 0x1f],
  [0x7f, 0x9f],
  [0xad, 0xad],
  [0x34f, 0x34f],
  [0x61c, 0x61c],
  [0x115f, 0x1160],
  [0x17b4, 0x17b5],
  [0x180b, 0x180f],
  [0x200b, 0x200f],
  [0x2028, 0x202e],
  [0x2060, 0x206f],
  [0x3164, 0x3164],
  [0xd800, 0xdfff],
  [0xfe00, 0xfe0f],
  [0xfeff, 0xfeff],
  [0xffa0, 0xffa0],
  [0xfff0, 0xfffb],
  [0xe0000, 0xe0fff],
];

function isInvisible(code: number): boolean {
  return invisibleRanges.some(([from, to]) => code >= from && code <= to);
}

/**
 * A fenced block around hostile text, at the start of a line. The fence is one backtick longer
 * than the longest run inside, so that nothing inside can close it.
 */
export function fencedEvidence(text: string): string {
  const shown = sanitizeText(text);
  const longest = Math.max(0, ...Array.from(shown.matchAll(/`+/g), ([run]) => run.length));
  const fence = "`".repeat(Math.max(3, longest + 1));
  return `${fence}text\n${shown}\n${fence}`;
}
