import { textSigns } from "./text-signs.ts";

/** Letters one by one: fewer in a row may be an abbreviation or a list. */
const leastUnits = 12;
const single = /(?<=(?:^|\s)\S) (?=\S(?:\s|$))/g;
const spacedRun = /[A-Za-z](?:[._*~-]{1,3}[A-Za-z]){11,4000}/g;

/**
 * The text with words put together again that were written letter by letter, such as
 * `i g n o r e` or `i.g.n.o.r.e`, or with one space where most gaps are wider; null if it is
 * written as usual. Two or more separators in a row are the end of a word.
 */
export function joinSpacedLetters(text: string): string | null {
  if (!hasSpacedLetters(text)) {
    return hasWideGaps(text) ? text.replaceAll(/[ \t]{2,}/g, " ") : null;
  }
  const joined = text
    .replace(spacedRun, (run) =>
      run.replaceAll(/[._*~-]{1,3}/g, ({ length }) => (length > 1 ? " " : "")),
    )
    .replace(single, "")
    .replaceAll(/[ \t]{2,}/g, " ");
  return joined === text ? null : joined;
}

/** A text that is written so is written so from its start. */
const sampleUnits = 480;
/** One in so many units of it is followed by another space. */
const unitsPerGap = 14;

/** True if gaps of two spaces or more are as frequent as words: code and tables have fewer. */
function hasWideGaps(text: string): boolean {
  if (!textSigns(text).hasDoubleSpace) {
    return false;
  }
  const end = Math.min(text.length, sampleUnits);
  // Every seventh place is enough to tell, and a tenth of the work.
  let gaps = 0;
  for (let at = 0; at + 1 < end; at += 7) {
    if (text.charCodeAt(at) === 0x20 && text.charCodeAt(at + 1) === 0x20) {
      gaps += 1;
    }
  }
  return gaps * 7 * unitsPerGap >= end && gaps > 0;
}

/** Shorter stretches that are written letter by letter may be missed in long texts. */
const stride = 24;

/** Looks at a few places only: letters and others must alternate there. */
function hasSpacedLetters(text: string): boolean {
  const last = text.length - leastUnits;
  for (let at = 0; at <= last; at += stride) {
    if (
      isLetter(text.charCodeAt(at)) !== isLetter(text.charCodeAt(at + 1)) &&
      alternates(text, at)
    ) {
      return true;
    }
  }
  return false;
}

function alternates(text: string, at: number): boolean {
  let letters = 0;
  for (let next = at; next < at + leastUnits; next += 1) {
    if (isLetter(text.charCodeAt(next))) {
      letters += 1;
      if (isLetter(text.charCodeAt(next + 1))) {
        return false;
      }
    }
  }
  return letters >= 4;
}

function isLetter(code: number): boolean {
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x7a;
}
