export type SqlTokenKind =
  | "word"
  | "string"
  | "quotedIdentifier"
  | "comment"
  | "space"
  /** A quote or block comment that never ends; the text is its first characters. */
  | "unclosed"
  | "other";

export interface SqlToken {
  readonly kind: SqlTokenKind;
  readonly text: string;
}

const rules: readonly { readonly kind: SqlTokenKind; readonly pattern: RegExp }[] = [
  { kind: "space", pattern: /[ \t\r\n]+/y },
  // As in ClickHouse: a line comment ends at \n only, block comments do not nest.
  { kind: "comment", pattern: /--[^\n]*/y },
  { kind: "comment", pattern: /\/\*[^]*?\*\//y },
  // A quote ends at the next one that is neither doubled nor behind a backslash.
  { kind: "string", pattern: /'[^'\\]*(?:(?:\\[^]|'')[^'\\]*)*'(?!')/y },
  { kind: "quotedIdentifier", pattern: /"[^"\\]*(?:(?:\\[^]|"")[^"\\]*)*"(?!")/y },
  { kind: "quotedIdentifier", pattern: /`[^`\\]*(?:(?:\\[^]|``)[^`\\]*)*`(?!`)/y },
  { kind: "unclosed", pattern: /['"`]|\/\*/y },
  { kind: "word", pattern: /[A-Za-z0-9_]+/y },
  { kind: "other", pattern: /[^]/y },
];

/**
 * Splits a statement the way ClickHouse's lexer does, as far as quotes, comments and words go.
 * What ClickHouse knows beyond that (heredocs, typographic quotes, `#` comments) comes out as
 * `other`, for the caller to refuse.
 */
export function sqlTokens(sql: string): SqlToken[] {
  const tokens: SqlToken[] = [];
  let start = 0;
  while (start < sql.length) {
    const token = tokenAt(sql, start);
    tokens.push(token);
    start += token.text.length;
  }
  return tokens;
}

function tokenAt(sql: string, start: number): SqlToken {
  for (const { kind, pattern } of rules) {
    pattern.lastIndex = start;
    const text = pattern.exec(sql)?.[0];
    if (text !== undefined) {
      return { kind, text };
    }
  }
  throw new Error(`expected a token at offset ${start}`);
}

/** Names of the `{name:Type}` placeholders outside quotes and comments. */
export function sqlPlaceholders(sql: string): Set<string> {
  const tokens = sqlTokens(sql).filter(({ kind }) => kind !== "space" && kind !== "comment");
  const names = new Set<string>();
  for (const [index, token] of tokens.entries()) {
    const name = tokens[index + 1];
    if (token.text === "{" && name?.kind === "word" && tokens[index + 2]?.text === ":") {
      names.add(name.text);
    }
  }
  return names;
}
