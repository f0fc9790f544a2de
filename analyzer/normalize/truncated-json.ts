/** Deeper values than any real message; a deeper text is read as text. */
const maxDepth = 100;

/** What instrumentations put after the place where they cut. */
const cutMarker = /^\s*[[(<]?(?:\.{3}|…|truncated\b).{0,40}$/i;

interface Cursor {
  readonly text: string;
  at: number;
  /** The text ended before its value did. */
  cut: boolean;
}

/**
 * What a JSON text held before it was cut off, as instrumentations with a length limit write it:
 * open strings, lists and objects end where the text ends, a key without its value is dropped.
 * Linear in the length of the text.
 *
 * @returns `undefined` for text that is no JSON up to its end. Nothing may hide behind a
 *   malformed place, so such text is left to be read as text.
 */
export function readTruncatedJson(text: string): unknown {
  const cursor: Cursor = { text, at: 0, cut: false };
  try {
    const value = readValue(cursor, 0);
    return cursor.cut ? value : undefined;
  } catch (error) {
    if (error instanceof MalformedError) {
      return undefined;
    }
    throw error;
  }
}

class MalformedError extends Error {
  override readonly name = "MalformedError";
}

function readValue(cursor: Cursor, depth: number): unknown {
  if (depth > maxDepth) {
    throw new MalformedError("too deep");
  }
  skipSpace(cursor);
  switch (cursor.text[cursor.at]) {
    case undefined:
      cursor.cut = true;
      return undefined;
    case "{":
      return readObject(cursor, depth);
    case "[":
      return readList(cursor, depth);
    case '"':
      return readString(cursor);
    default:
      return readLiteral(cursor);
  }
}

function readObject(cursor: Cursor, depth: number): Map<string, unknown> {
  const members = new Map<string, unknown>();
  cursor.at += 1;
  while (!ends(cursor, "}")) {
    if (cursor.text[cursor.at] !== '"') {
      stop(cursor);
      break;
    }
    const key = readString(cursor);
    if (cursor.cut || ends(cursor, "")) {
      break;
    }
    if (cursor.text[cursor.at] !== ":") {
      stop(cursor);
      break;
    }
    cursor.at += 1;
    const value = readValue(cursor, depth + 1);
    if (value !== undefined) {
      members.set(key, value);
    }
    if (cursor.cut) {
      break;
    }
    separate(cursor, "}");
  }
  return members;
}

function readList(cursor: Cursor, depth: number): unknown[] {
  const values: unknown[] = [];
  cursor.at += 1;
  while (!ends(cursor, "]")) {
    const value = readValue(cursor, depth + 1);
    if (value !== undefined) {
      values.push(value);
    }
    if (cursor.cut) {
      break;
    }
    separate(cursor, "]");
  }
  return values;
}

/** True at the closing bracket, which it takes, and at the end of the text. */
function ends(cursor: Cursor, bracket: string): boolean {
  skipSpace(cursor);
  const character = cursor.text[cursor.at];
  if (character === undefined) {
    cursor.cut = true;
    return true;
  }
  if (character === bracket) {
    cursor.at += 1;
    return true;
  }
  return cursor.cut;
}

/** Takes the comma between two items; none is needed before the closing bracket. */
function separate(cursor: Cursor, bracket: string): void {
  skipSpace(cursor);
  const character = cursor.text[cursor.at];
  if (character === ",") {
    cursor.at += 1;
  } else if (character !== bracket && character !== undefined) {
    stop(cursor);
  }
}

/** An unexpected character: the place of the cut if a marker says so, else malformed. */
function stop(cursor: Cursor): void {
  const rest = cursor.text.slice(cursor.at, cursor.at + 64);
  if (rest.length === 64 || !cutMarker.test(rest)) {
    throw new MalformedError("expected JSON");
  }
  cursor.cut = true;
}

function readString(cursor: Cursor): string {
  const start = cursor.at + 1;
  let end = cursor.text.indexOf('"', start);
  while (end >= 0 && isEscaped(cursor.text, start, end)) {
    end = cursor.text.indexOf('"', end + 1);
  }
  if (end >= 0) {
    cursor.at = end + 1;
    return unescape(cursor.text.slice(start, end));
  }
  cursor.at = cursor.text.length;
  cursor.cut = true;
  return unescape(withoutOpenEscape(cursor.text.slice(start)));
}

function isEscaped(text: string, start: number, quote: number): boolean {
  return backslashesBefore(text, start, quote) % 2 === 1;
}

function backslashesBefore(text: string, start: number, end: number): number {
  let at = end;
  while (at > start && text[at - 1] === "\\") {
    at -= 1;
  }
  return end - at;
}

/** Drops an escape that the cut went through, such as `\` or `\u00`. */
function withoutOpenEscape(raw: string): string {
  const open = /\\u[0-9a-fA-F]{0,3}$/.exec(raw.slice(-6));
  const end = open === null ? raw.length : raw.length - open[0].length + 1;
  const isOpen = backslashesBefore(raw, 0, end) % 2 === 1;
  return isOpen ? raw.slice(0, end - 1) : raw;
}

function unescape(raw: string): string {
  if (!raw.includes("\\")) {
    return raw;
  }
  try {
    return JSON.parse(`"${raw}"`) as string;
  } catch {
    return raw;
  }
}

const literals: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ["true", true],
  ["false", false],
  ["null", null],
]);

function readLiteral(cursor: Cursor): unknown {
  const pattern = /[-+.\w]{1,64}/y;
  pattern.lastIndex = cursor.at;
  const [word] = pattern.exec(cursor.text) ?? [""];
  const end = cursor.at + word.length;
  if (end === cursor.text.length && startsLiteral(word)) {
    // Half a number is another number.
    cursor.cut = true;
    return undefined;
  }
  const isLiteral = literals.has(word);
  if (word === "" || !(isLiteral || Number.isFinite(Number(word)))) {
    stop(cursor);
    return undefined;
  }
  cursor.at = end;
  return isLiteral ? literals.get(word) : Number(word);
}

function startsLiteral(word: string): boolean {
  return /^-?[\d.eE+-]*$/.test(word) || [...literals.keys()].some((name) => name.startsWith(word));
}

function skipSpace(cursor: Cursor): void {
  let code = cursor.text.charCodeAt(cursor.at);
  while (code === 32 || code === 10 || code === 13 || code === 9) {
    cursor.at += 1;
    code = cursor.text.charCodeAt(cursor.at);
  }
}
