import type { DecodedView } from "../../scan/decoded-view.ts";
import { textSigns } from "../../scan/text-signs.ts";

const shortest = 12;
const longest = 4096;
const most = 16;

/**
 * Runs of base64 or hex that decode to plain ASCII, words or not: keys and numbers say no words.
 * Random bytes do not pass for ASCII. Looks at every 12th character only, and around it where
 * that one belongs to a run.
 */
export function encodedTokens(text: string): DecodedView[] {
  const views: DecodedView[] = [];
  if (textSigns(text).longestRun < shortest) {
    return views;
  }
  for (let at = shortest - 1; at < text.length && views.length < most; at += shortest) {
    if (!isRunUnit(text.charCodeAt(at))) {
      continue;
    }
    let start = at;
    while (start > 0 && at - start < longest && isRunUnit(text.charCodeAt(start - 1))) {
      start -= 1;
    }
    let end = at + 1;
    while (end < text.length && end - start < longest && isRunUnit(text.charCodeAt(end))) {
      end += 1;
    }
    const view = end - start >= shortest ? decode(text.slice(start, end)) : null;
    if (view !== null) {
      views.push({ ...view, start, end });
    }
    at = Math.max(at, end - 1);
  }
  return views;
}

/** `A`-`Z`, `a`-`z`, `0`-`9`, `+`, `/` and `=`. */
function isRunUnit(code: number): boolean {
  const lower = code | 0x20;
  return (
    (lower >= 0x61 && lower <= 0x7a) ||
    (code >= 0x2f && code <= 0x39) ||
    code === 0x2b ||
    code === 0x3d
  );
}

function decode(run: string): Pick<DecodedView, "text" | "encoding"> | null {
  if (/^[A-Za-z]+$|^\d+$/.test(run)) {
    return null;
  }
  const encoding = /^[0-9a-fA-F]+$/.test(run) && run.length % 2 === 0 ? "hex" : "base64";
  const text = Buffer.from(run, encoding).toString("latin1");
  return /^[\t\n\r\x20-\x7e]{9,}$/.test(text) ? { text, encoding } : null;
}
