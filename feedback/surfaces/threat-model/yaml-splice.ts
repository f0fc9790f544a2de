import { isMap, isScalar, isSeq, type Pair, visit, type YAMLMap } from "yaml";

/** Replaces `length` characters at `offset` by `text`. */
export interface Splice {
  readonly offset: number;
  readonly length: number;
  readonly text: string;
  /** Of splices at one offset the deeper comes first: a list goes on before a new key begins. */
  readonly depth: number;
}

/** A place that the ladder of safe edits does not cover; the file is then left alone. */
export class UnsafeSpliceError extends Error {
  override readonly name = "UnsafeSpliceError";
}

/** Applies splices made on the same text. */
export function applySplices(text: string, splices: readonly Splice[]): string {
  let result = "";
  let at = 0;
  for (const splice of splices.toSorted((a, b) => a.offset - b.offset || b.depth - a.depth)) {
    result += text.slice(at, splice.offset) + splice.text;
    at = splice.offset + splice.length;
  }
  return result + text.slice(at);
}

/**
 * Text that puts one item at the end of the list under `key` of a block map.
 *
 * The ladder: a block list gets a line at its own column; a missing key is added to the map;
 * `[]`, `null`, `~` and nothing become a block list. A non-empty flow list, an anchor, an alias
 * or a list in an odd place is refused.
 *
 * @throws UnsafeSpliceError when no rung of the ladder fits.
 */
export function appendItem(
  text: string,
  map: YAMLMap,
  { key, item }: { readonly key: string; readonly item: unknown },
): Splice[] {
  const keyColumn = columnOf(text, map);
  const pair = map.items.find(
    (candidate) => isScalar(candidate.key) && candidate.key.value === key,
  );
  if (pair === undefined) {
    const lines = [`${key}:`, ...itemLines(item, 2)];
    return [{ ...insertLines(text, lastLineEnd(text, map), lines, keyColumn), depth: keyColumn }];
  }
  const value = pair.value;
  if (isSeq(value) && value.items.length > 0) {
    if (value.flow || value.anchor) {
      throw new UnsafeSpliceError(`${key} is a flow list or has an anchor`);
    }
    const at = lastLineEnd(text, value);
    return [insertLines(text, at, itemLines(item, 0), columnOf(text, value))];
  }
  return fillEmpty(text, pair, itemLines(item, keyColumn + 2));
}

/** Turns `key: []` or `key: null` into a block list: the literal goes, the lines come. */
function fillEmpty(text: string, pair: Pair, lines: readonly string[]): Splice[] {
  const value = pair.value;
  const isEmptySeq = isSeq(value) && value.items.length === 0 && !value.anchor;
  const isNull = isScalar(value) && value.value === null && !value.anchor;
  if (!(isEmptySeq || isNull) || !isScalar(pair.key)) {
    throw new UnsafeSpliceError("The list is neither a block list nor empty");
  }
  const [from = 0, to = 0] = value.range ?? [];
  const literal = text.slice(from, to);
  if (literal.includes("\n")) {
    throw new UnsafeSpliceError("The empty list spans several lines");
  }
  const end = lineEnd(text, pair.key.range?.[1] ?? from);
  if (from > end) {
    throw new UnsafeSpliceError("The empty list is not on the line of its key");
  }
  const rest = text.slice(to, end);
  const gap = rest.trim() === "" ? leadingSpaces(text, from) : 0;
  const insertion = insertLines(text, end, lines, 0);
  return literal === ""
    ? [insertion]
    : [{ offset: from - gap, length: literal.length + gap, text: "", depth: 0 }, insertion];
}

function leadingSpaces(text: string, offset: number): number {
  return /[ ]*$/.exec(text.slice(0, offset))?.[0].length ?? 0;
}

/** Block lines of one list item: `- key: value` with nested maps and lists below. */
function itemLines(item: unknown, column: number): string[] {
  const [first = "", ...rest] = valueLines(item);
  const pad = " ".repeat(column);
  return [`${pad}- ${first}`, ...rest.map((line) => `${pad}  ${line}`)];
}

/** Lines of a value in block style; every text is double-quoted, so it stays a text. */
export function valueLines(value: unknown): string[] {
  if (Array.isArray(value)) {
    return value.flatMap((item: unknown) => itemLines(item, 0));
  }
  if (typeof value !== "object" || value === null) {
    return [JSON.stringify(value)];
  }
  return Object.entries(value).flatMap(([key, child]: [string, unknown]) => {
    if (isLeaf(child)) {
      return [`${key}: ${leafText(child)}`];
    }
    return [`${key}:`, ...valueLines(child).map((line) => `  ${line}`)];
  });
}

function isLeaf(value: unknown): boolean {
  const isTextList = Array.isArray(value) && value.every((item) => typeof item === "string");
  return isTextList || typeof value !== "object" || value === null;
}

function leafText(value: unknown): string {
  return Array.isArray(value)
    ? `[${value.map((item) => JSON.stringify(item)).join(", ")}]`
    : JSON.stringify(value);
}

function insertLines(text: string, at: number, lines: readonly string[], column: number): Splice {
  const eol = text.includes("\r\n") ? "\r\n" : "\n";
  const pad = " ".repeat(column);
  return {
    offset: at,
    length: 0,
    text: lines.map((line) => `${eol}${pad}${line}`).join(""),
    depth: column + 0.5,
  };
}

/** Column of a block collection's first entry; everything before it must be white space or `- `. */
function columnOf(text: string, node: { range?: [number, number, number] | null | undefined }) {
  const offset = node.range?.[0];
  if (offset === undefined) {
    throw new UnsafeSpliceError("The collection has no place in the text");
  }
  const lineStart = text.lastIndexOf("\n", offset - 1) + 1;
  const before = text.slice(lineStart, offset).replace("\uFEFF", "");
  if (!/^ *(?:- +)?$/.test(before)) {
    throw new UnsafeSpliceError("The collection does not start on a line of its own");
  }
  return before.length;
}

/** End of the line of the collection's last scalar; later comments belong to what follows. */
function lastLineEnd(text: string, node: YAMLMap | Parameters<typeof visit>[0]): number {
  let last = -1;
  visit(node, (_key, child) => {
    if (isScalar(child) || (isSeq(child) && child.flow) || (isMap(child) && child.flow)) {
      last = Math.max(last, child.range?.[1] ?? -1);
    }
  });
  if (last < 0) {
    throw new UnsafeSpliceError("The collection is empty");
  }
  // A block scalar ends after its line feed: step back onto its last line.
  const end = text[last - 1] === "\n" ? last - 1 : last;
  return lineEnd(text, text[end - 1] === "\r" ? end - 1 : end);
}

function lineEnd(text: string, offset: number): number {
  const at = text.indexOf("\n", offset);
  const end = at < 0 ? text.length : at;
  return end > offset && text[end - 1] === "\r" ? end - 1 : end;
}
