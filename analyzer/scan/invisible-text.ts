import type { DecodedView } from "./decoded-view.ts";

/** A run of tag characters; after a black flag it is the flag of a region. */
const tagRun = /\u{1f3f4}?[\u{e0020}-\u{e007e}]+/gu;
const selectorRun = /[\ufe00-\ufe0f\u{e0100}-\u{e01ef}]{4,}/gu;
/** Zero-width characters one after another: no script needs sixteen. */
const zeroWidthRun = /[\u200b-\u200d\u2060\ufeff]{16,}/g;
/** A right-to-left override and what it turns round, up to its end or the end of the line. */
const override = /[\u202e\u2067]([^\n\u202c\u202d\u2066-\u2069]{8,400})/g;

const blackFlag = "\u{1f3f4}";
/** Shorter texts are not worth a view. */
const leastLetters = 4;

/**
 * What is written in characters that show nothing or show in another order: tag characters,
 * variation selectors as bytes, zero-width characters as bits, and text after a right-to-left
 * override. Flags and emoji sequences say nothing here.
 */
export function invisibleViews(text: string): DecodedView[] {
  return [...tagViews(text), ...selectorViews(text), ...bitViews(text), ...reversedViews(text)];
}

function tagViews(text: string): DecodedView[] {
  let decoded = "";
  let start = -1;
  let end = -1;
  for (const { 0: run, index } of text.matchAll(tagRun)) {
    if (!run.startsWith(blackFlag)) {
      for (const character of run) {
        decoded += String.fromCodePoint((character.codePointAt(0) ?? 0) - 0xe0000);
      }
      start = start < 0 ? index : start;
      end = index + run.length;
    }
  }
  return decoded.length >= leastLetters ? [{ text: decoded, start, end, encoding: "tags" }] : [];
}

/** Variation selectors 1 to 256 as bytes 0 to 255, or 16 lower where a writer left out the first. */
function selectorViews(text: string): DecodedView[] {
  return Array.from(text.matchAll(selectorRun), ({ 0: run, index }) => {
    const bytes = Array.from(run, (character) => {
      const code = character.codePointAt(0) ?? 0;
      return code >= 0xe0100 ? code - 0xe0100 + 16 : code - 0xfe00;
    });
    const place = { start: index, end: index + run.length, encoding: "selectors" } as const;
    return { text: Buffer.from(bytes).toString("utf8"), ...place };
  });
}

/** Two zero-width characters as bits, eight to a letter; with others between, none is decoded. */
function bitViews(text: string): DecodedView[] {
  return Array.from(text.matchAll(zeroWidthRun), ({ 0: run, index }) => {
    const place = { start: index, end: index + run.length, encoding: "bits" } as const;
    const zero = [...new Set(run)].toSorted()[0] ?? "";
    const bytes: number[] = [];
    for (let at = 0; at + 8 <= run.length; at += 8) {
      let byte = 0;
      for (let bit = 0; bit < 8; bit += 1) {
        byte = byte * 2 + (run[at + bit] === zero ? 0 : 1);
      }
      bytes.push(byte);
    }
    return { text: Buffer.from(bytes).toString("utf8"), ...place };
  });
}

function reversedViews(text: string): DecodedView[] {
  return Array.from(text.matchAll(override), ({ 0: run, 1: turned = "", index }) => ({
    text: Array.from(turned).toReversed().join(""),
    start: index,
    end: index + run.length,
    encoding: "reversed",
  }));
}
