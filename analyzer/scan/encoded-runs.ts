import type { DecodedView } from "./decoded-view.ts";
import { textSigns } from "./text-signs.ts";

/** Shorter runs hide no sentence. */
const shortestRun = 24;
const longestRun = 16_384;

/**
 * What runs of at least 24 characters of base64, hex or percent encoding say, if they say words.
 * Looks at every 24th character only, and around it where that one belongs to a run.
 */
export function decodedRuns(text: string, most: number): DecodedView[] {
  const views: DecodedView[] = [];
  const { longestRun: longestHere, hasPercent } = textSigns(text);
  if (longestHere < shortestRun && !hasPercent) {
    return views;
  }
  for (let at = shortestRun - 1; at < text.length && views.length < most; at += shortestRun) {
    if (isEncoded(text.charCodeAt(at))) {
      const limit = at - shortestRun;
      let start = at;
      while (start > Math.max(limit, 0) && isEncoded(text.charCodeAt(start - 1))) {
        start -= 1;
      }
      let end = at + 1;
      while (end < text.length && end - start < longestRun && isEncoded(text.charCodeAt(end))) {
        end += 1;
      }
      if (hasPercent && text.slice(start, end).includes("%")) {
        [start, end] = widen(text, start, end);
      }
      const decoded = end - start >= shortestRun ? decodeRun(text.slice(start, end)) : null;
      if (decoded !== null) {
        views.push({ ...decoded, start, end });
      }
      at = Math.max(at, end - 1);
    }
  }
  return views;
}

const encodedUnits = new Uint8Array(128);
for (const character of "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=%") {
  encodedUnits[character.charCodeAt(0)] = 1;
}

function isEncoded(code: number): boolean {
  return code < 128 && encodedUnits[code] === 1;
}

/** Percent encoding leaves a few more characters as they are. */
const unescaped = new Set("-._~!*'(),:;@&?#$");

function widen(text: string, start: number, end: number): [number, number] {
  function isPart(at: number): boolean {
    return isEncoded(text.charCodeAt(at)) || unescaped.has(text.charAt(at));
  }
  let from = start;
  while (from > 0 && start - from < longestRun && isPart(from - 1)) {
    from -= 1;
  }
  let to = end;
  while (to < text.length && to - end < longestRun && isPart(to)) {
    to += 1;
  }
  return [from, to];
}

function decodeRun(run: string): Pick<DecodedView, "text" | "encoding"> | null {
  if (run.includes("%")) {
    return readable(percent(run), "percent");
  }
  if (/^[0-9a-fA-F]+$/.test(run)) {
    return run.length % 2 === 0 ? readable(Buffer.from(run, "hex").toString("utf8"), "hex") : null;
  }
  return /^[A-Za-z]+$|\/.*\/.*\//.test(run) && !/[0-9+=]/.test(run)
    ? null
    : readable(Buffer.from(run, "base64").toString("utf8"), "base64");
}

function percent(run: string): string {
  try {
    return decodeURIComponent(run);
  } catch {
    return "";
  }
}

/** Text with words in it; random bytes and identifiers are dropped. */
function readable(
  text: string,
  encoding: DecodedView["encoding"],
): Pick<DecodedView, "text" | "encoding"> | null {
  return !/[^\t\n\r\x20-\x7e\u00a0-\ufffc\u{10000}-\u{10ffff}]/u.test(text) &&
    /\p{L}{2,}[ ,.:]\p{L}/u.test(text)
    ? { text, encoding }
    : null;
}
