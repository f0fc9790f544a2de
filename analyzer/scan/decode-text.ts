/** Text that was hidden in another, with the range of its carrier. */
export interface DecodedView {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly encoding: "invisible" | "folded" | "base64" | "hex" | "percent";
}

/**
 * What `disguised` can begin with, as one class of UTF-16 units: most text in other scripts has
 * none of it, and looking for a class takes a tenth of the time.
 */
const oddUnit = new RegExp(
  `[${[
    "\\u00ad\\u0251-\\u0261\\u0370-\\u061c\\u06dd\\u070f\\u0890-\\u08e2",
    "\\u180b-\\u180f\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u206f",
    "\\ud800-\\udfff\\ufe00-\\ufe0f\\ufeff\\uff01-\\uff5e\\ufff9-\\ufffb",
  ].join("")}]`,
);
/** Invisible, full-width or mathematical characters, or Latin letters beside Greek or Cyrillic. */
const disguised =
  /\p{Cf}|[\uff01-\uff5e]|[\u{1d400}-\u{1d7ff}]|[A-Za-z][\u0370-\u052f\u0251-\u0261]|[\u0370-\u052f][A-Za-z]|\p{Variation_Selector}{2}/u;
/** Format characters (zero-width, direction marks, tags), variation selectors, the joiner. */
const invisible = /\p{Cf}|\p{Variation_Selector}|\u034f/gu;

/** Counting the bytes of UTF-8 is vectorized, a regular expression is not. */
function isAscii(text: string): boolean {
  return Buffer.byteLength(text) === text.length;
}

/** Shorter runs hide no sentence. */
const shortestRun = 32;
const longestRun = 16_384;

/**
 * Views of a text as a model may read it and a filter may not: look-alike letters folded to
 * ASCII, invisible characters taken out, tag characters and one layer of base64, hex or percent
 * encoding decoded. Nothing is computed for plain ASCII without long encoded runs.
 */
export function decodedViews(text: string): DecodedView[] {
  const views: DecodedView[] = [];
  const whole = { start: 0, end: text.length };
  if (!isAscii(text) && oddUnit.test(text) && disguised.test(text)) {
    const tags = decodeTags(text);
    if (tags !== "") {
      views.push({ ...whole, text: tags, encoding: "invisible" });
    }
    const folded = foldConfusables(text);
    if (folded !== text) {
      views.push({ ...whole, text: folded, encoding: "folded" });
    }
  }
  for (const { start, end } of encodedRuns(text)) {
    const decoded = decodeRun(text.slice(start, end));
    if (decoded !== null && views.length < maxViews) {
      views.push({ ...decoded, start, end });
    }
  }
  return views;
}

/**
 * Runs of at least 32 characters of base64, hex or percent encoding. Looks at every 32nd
 * character only, and around it where that one belongs to a run.
 */
function encodedRuns(text: string): { readonly start: number; readonly end: number }[] {
  const runs: { start: number; end: number }[] = [];
  for (let at = shortestRun - 1; at < text.length; at += shortestRun) {
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
      if (end - start >= shortestRun) {
        runs.push({ start, end });
      }
      at = Math.max(at, end - 1);
    }
  }
  return runs;
}

/** `A`-`Z`, `a`-`z`, `0`-`9`, `+`, `/`, `=` and `%`. */
function isEncoded(code: number): boolean {
  const lower = code | 0x20;
  return (
    (lower >= 0x61 && lower <= 0x7a) ||
    (code >= 0x2f && code <= 0x39) ||
    code === 0x2b ||
    code === 0x3d ||
    code === 0x25
  );
}

const maxViews = 32;

/** ASCII smuggled in tag characters (U+E0020 to U+E007E) or variation selectors. */
function decodeTags(text: string): string {
  let decoded = "";
  for (const [character] of text.matchAll(/[\u{e0020}-\u{e007e}]|\p{Variation_Selector}{2,}/gu)) {
    const code = character.codePointAt(0) ?? 0;
    decoded +=
      code >= 0xe0020 && code <= 0xe007e
        ? String.fromCodePoint(code - 0xe0000)
        : selectors(character);
  }
  return decoded.length >= 8 ? decoded : "";
}

/** Variation selectors 1 to 256 as bytes 0 to 255. */
function selectors(run: string): string {
  const bytes = Array.from(run, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return code >= 0xe0100 ? code - 0xe0100 + 16 : code - 0xfe00;
  });
  return Buffer.from(bytes).toString("utf8");
}

/** Cyrillic and Greek letters that look like Latin ones. */
const lookAlikes: ReadonlyMap<string, string> = new Map(
  "аaеeоoрpсcхxуyіiјjѕsԁdһhԛqԝwɡgɩiαaοoρpνvτtιiκkεeβbАAВBЕEКKМMНHОOРPСCТTХXΑAΒBΕEΖZΗHΙIΚKΜMΝNΟOΡPΤTΥYΧX"
    .match(/../gu)
    ?.map((pair) => [pair.charAt(0), pair.charAt(1)] as const),
);

function foldConfusables(text: string): string {
  const plain = text.replace(invisible, "").normalize("NFKC");
  // Only words that mix scripts are folded: real Greek and Russian stay as they are.
  return plain.replace(/[\p{L}\p{M}]{2,40}/gu, (word) =>
    /[A-Za-z]/.test(word) || plain.length === text.length ? fold(word) : word,
  );
}

function fold(word: string): string {
  if (isAscii(word)) {
    return word;
  }
  let folded = "";
  for (const character of word) {
    folded += lookAlikes.get(character) ?? character;
  }
  return /^[\p{ASCII}]+$/u.test(folded) ? folded : word;
}

function decodeRun(run: string): Pick<DecodedView, "text" | "encoding"> | null {
  if (run.includes("%")) {
    return printable(percent(run), "percent");
  }
  if (/^[0-9a-fA-F]+$/.test(run)) {
    return run.length % 2 === 0 ? printable(Buffer.from(run, "hex").toString("utf8"), "hex") : null;
  }
  return /^[A-Za-z]+$|\/.*\/.*\//.test(run) && !/[0-9+=]/.test(run)
    ? null
    : printable(Buffer.from(run, "base64").toString("utf8"), "base64");
}

function percent(run: string): string {
  try {
    return decodeURIComponent(run);
  } catch {
    return "";
  }
}

/** Text with words in it; random bytes and identifiers are dropped. */
function printable(
  text: string,
  encoding: DecodedView["encoding"],
): Pick<DecodedView, "text" | "encoding"> | null {
  const readable =
    /^[\t\n\r\x20-\x7e]{8,}$/.test(text) && /[A-Za-z]{2,}[ ,.:][A-Za-z]{1,}/.test(text);
  return readable ? { text, encoding } : null;
}
