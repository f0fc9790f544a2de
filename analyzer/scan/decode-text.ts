import type { DecodedView } from "./decoded-view.ts";
import { decodedRuns } from "./encoded-runs.ts";
import { foldText } from "./fold-text.ts";
import { invisibleViews } from "./invisible-text.ts";
import { remember } from "./remember.ts";
import { joinSpacedLetters } from "./spaced-letters.ts";

/**
 * What `disguised` can begin with, as one class of UTF-16 units: most text in other scripts has
 * none of it, and looking for a class takes a tenth of the time.
 */
const oddUnit = new RegExp(
  `[${[
    "\\u00ad\\u0131\\u0196\\u0251-\\u02af\\u0370-\\u061c\\u06dd\\u070f\\u0890-\\u08e2",
    "\\u180b-\\u180f\\u1d00-\\u1d22\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u206f\\ua730-\\ua731",
    "\\ud800-\\udfff\\ufe00-\\ufe0f\\ufeff\\uff01-\\uff5e\\ufff9-\\ufffb",
  ].join("")}]`,
);
/** Invisible, full-width, small-capital or mathematical characters, or Latin beside look-alikes. */
const disguised =
  /\p{Cf}|[\uff01-\uff5e\u1d00-\u1d22]|[\u{1d400}-\u{1d7ff}]|[A-Za-z][\u0370-\u058f\u0131\u0196\u0251-\u02af]|[\u0370-\u058f\u0131\u0196\u0251-\u02af][A-Za-z]|\p{Variation_Selector}{2}/u;

/** Counting the bytes of UTF-8 is vectorized, a regular expression is not. */
function isAscii(text: string): boolean {
  return Buffer.byteLength(text) === text.length;
}

/** True if nothing in the text is invisible, out of order or made to look like something else. */
export function isUndisguised(text: string): boolean {
  return isAscii(text) || looksPlain(text);
}

const looksPlain = remember((text) => !oddUnit.test(text) || !disguised.test(text));

const maxViews = 32;

/**
 * Views of a text as a model may read it and a filter may not: look-alike letters folded to
 * ASCII, invisible characters taken out or decoded, letters put together that stood apart, line
 * breaks that JSON or YAML escaped, and one layer of base64, hex or percent encoding decoded. Linear in the text, and nothing is
 * computed for plain ASCII without long encoded runs.
 */
export const decodedViews: (text: string) => readonly DecodedView[] = remember(decode);

function decode(text: string): DecodedView[] {
  const views: DecodedView[] = [];
  const whole = { start: 0, end: text.length };
  if (!isUndisguised(text)) {
    views.push(...invisibleViews(text));
    const folded = foldText(text);
    if (folded !== text) {
      views.push({ ...whole, text: folded, encoding: "folded" });
    }
  }
  const joined = joinSpacedLetters(text);
  if (joined !== null) {
    views.push({ ...whole, text: joined, encoding: "spaced" });
  }
  const unescaped = unescapeLines(text);
  if (unescaped !== null) {
    views.push({ ...whole, text: unescaped, encoding: "unescaped" });
  }
  const runs = decodedRuns(text, maxViews - Math.min(maxViews, views.length));
  return [...views.slice(0, maxViews), ...runs];
}

/** Words on both sides of an escaped line break stick to it, or null if there is none. */
function unescapeLines(text: string): string | null {
  return text.includes("\\n") || text.includes("\\\n")
    ? text.replaceAll(/\\\n\s{0,40}\\?/g, "").replaceAll(/\\r?\\n|\\n/g, "\n")
    : null;
}
