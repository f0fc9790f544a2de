import { remember } from "./remember.ts";

/** What a text has at all, so that searches for what it cannot hold are left out. */
export interface TextSigns {
  /** Length of its longest run of letters, digits, `+`, `/`, `=` and `%`; 0 for below 12. */
  readonly longestRun: number;
  readonly hasPercent: boolean;
  readonly hasDigit: boolean;
  readonly hasDoubleSpace: boolean;
}

/** Shorter runs carry nothing; words and most names are shorter. */
const shortestRun = 12;

const runBytes = Uint8Array.from({ length: 256 }, (_, code) =>
  /[A-Za-z0-9+/=%]/.test(String.fromCharCode(code)) ? 1 : 0,
);

/** Longer texts are taken to have everything. */
const longestText = 65_536;
const copy = Buffer.allocUnsafeSlow(longestText + 4);
const words = new Int32Array(copy.buffer);

/**
 * The signs of a text. They may say that something is there which is not, where characters
 * beyond Latin-1 pass for others in a copy with one byte for each, and never miss anything.
 */
export const textSigns: (text: string) => TextSigns = remember((text) =>
  text.length > longestText
    ? { longestRun: text.length, hasPercent: true, hasDigit: true, hasDoubleSpace: true }
    : { ...readWords(text), hasPercent: text.includes("%") },
);

/** `%` in each of four bytes: smaller ones, white space among them, end a run. */
const percents = 0x25252525;
const upperBits = 0x80808080 | 0;
/** `0` in each of four bytes: with its bits taken off, digits are below ten and nothing else is. */
const zeros = 0x30303030;
const tens = 0x0a0a0a0a;
const spaces = 0x20202020;
const ones = 0x01010101;

/**
 * Four bytes at a time, without a branch that words and spaces would take by turns: a run of 12
 * covers two whole words of memory that have no byte below `%`.
 */
function readWords(text: string): Omit<TextSigns, "hasPercent"> {
  const length = copy.write(text, "latin1");
  copy.fill(0, length, (length | 3) + 1);
  let longest = 0;
  let full = 0;
  let digits = 0;
  let doubles = 0;
  let before = 0;
  for (let word = 0; word << 2 < length; word += 1) {
    const four = words[word] as number;
    const plain = four ^ zeros;
    digits |= (plain - tens) & ~plain;
    const blank = four ^ spaces;
    const space = (blank - ones) & ~blank & upperBits;
    // Of the byte before, which in memory order is the lower one.
    doubles |= space & ((space << 8) | (before >>> 24));
    before = space;
    const small = (four - percents) & ~four & upperBits;
    // One more, or none if any byte is small.
    full = (full + 1) & ~((small | -small) >> 31);
    if (full >= 2) {
      const end = runEnd((word << 2) - 4, length);
      longest = Math.max(longest, end - runStart(word << 2));
      if (end >= (word << 2) + 4) {
        word = Math.max(word, (end >> 2) - 1);
        // What is passed over is not looked at: it may well hold digits.
        digits = upperBits;
      }
    }
  }
  return {
    longestRun: longest < shortestRun ? 0 : longest,
    hasDigit: (digits & upperBits) !== 0,
    hasDoubleSpace: doubles !== 0,
  };
}

function runEnd(from: number, length: number): number {
  let end = from;
  while (end < length && runBytes[copy[end] as number] === 1) {
    end += 1;
  }
  return end;
}

function runStart(from: number): number {
  let start = from;
  while (start > 0 && runBytes[copy[start - 1] as number] === 1) {
    start -= 1;
  }
  return start;
}
