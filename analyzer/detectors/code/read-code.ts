import type { Content } from "../../../core/model/genai.ts";

/** A piece of source code in a content, with its place in the content's text. */
export interface CodePiece {
  readonly source: string;
  /** Offset in the text, or -1 where escapes make them differ. */
  readonly start: number;
}

/** The location of contents that are code as a whole. */
export const codeLocation = "code";

/** Tools that write files or run programs in a language other than shell. */
const codeTool =
  /edit|writ|creat|file|patch|replace|python|node|notebook|interpreter|code|repl|javascript/i;

/** Arguments that hold code. */
const codeKey =
  /^(?:content|contents|new_?string|new_?str|new_?text|new_?source|file_?text|text|code|source|code_?edit|script|insert_?text|python|replacement|patch|diff|input)$/i;

const shortest = 12;

/**
 * The code that a model wrote: fenced blocks of its answers, and what it hands to tools that
 * edit files or run programs.
 */
export function readCode({ direction, location, text, tool }: Content): CodePiece[] {
  if (location === codeLocation) {
    return [{ source: text, start: 0 }];
  }
  if (direction === "output") {
    return text.includes("```") ? fencedBlocks(text) : [];
  }
  return direction === "tool_call" && codeTool.test(tool) && /^\s{0,8}[{[]/.test(text)
    ? codeArguments(text)
    : [];
}

/** Languages of blocks that are no programs. */
const notCode =
  /^(?:text|txt|md|markdown|log|console|output|csv|json|yaml|yml|toml|diff|mermaid|bash|sh|shell|zsh)\b/i;

function fencedBlocks(text: string): CodePiece[] {
  const pieces: CodePiece[] = [];
  let at = text.indexOf("```");
  while (at >= 0 && pieces.length < 64) {
    const lineEnd = text.indexOf("\n", at);
    const close = lineEnd < 0 ? -1 : text.indexOf("```", lineEnd);
    const end = close < 0 ? text.length : close;
    const language = lineEnd < 0 ? "" : text.slice(at + 3, lineEnd).trim();
    if (lineEnd >= 0 && end - lineEnd > shortest && !notCode.test(language)) {
      pieces.push({ source: text.slice(lineEnd + 1, end), start: lineEnd + 1 });
    }
    at = close < 0 ? -1 : text.indexOf("```", close + 3);
  }
  return pieces;
}

function codeArguments(text: string): CodePiece[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return [];
  }
  const pieces: CodePiece[] = [];
  collect(parsed, "", pieces);
  return pieces;
}

function collect(node: unknown, key: string, pieces: CodePiece[]): void {
  if (typeof node === "string") {
    if (codeKey.test(key) && node.length >= shortest) {
      pieces.push({ source: node, start: -1 });
    }
    return;
  }
  if (typeof node === "object" && node !== null && pieces.length < 64) {
    for (const [name, value] of Object.entries(node)) {
      collect(value, Array.isArray(node) ? key : name, pieces);
    }
  }
}
