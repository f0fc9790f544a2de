import { type SqlToken, sqlPlaceholders, sqlTokens } from "../sql-tokens.ts";
import { AdHocRefusedError } from "./ad-hoc-error.ts";

const maxStatementBytes = 256 * 1024;

/** Characters that may stand outside quotes, words and comments. */
const plainCharacters = new Set("()[]{},.+-*/%=<>!?:|&^@~");

/**
 * The check before ClickHouse sees anything: chdb runs every statement of a string, also behind
 * `EXPLAIN`, so there must be one, and it must be a SELECT. Syntax that hides text from this
 * lexer (heredocs, typographic quotes, `#` comments) is refused.
 *
 * @returns the statement without the semicolon that may end it.
 * @throws AdHocRefusedError in words.
 */
export function checkStatement(sql: string, parameters: readonly string[] = []): string {
  if (Buffer.byteLength(sql) > maxStatementBytes) {
    throw new AdHocRefusedError(`expected a query of at most ${maxStatementBytes} bytes`, {
      status: 413,
    });
  }
  const tokens = withoutEnd(sqlTokens(sql));
  for (const token of tokens) {
    checkToken(token);
  }
  const first = tokens.find(isCode)?.text.toLowerCase() ?? "";
  if (!["select", "with", "from", "("].includes(first)) {
    throw new AdHocRefusedError(`expected a query that starts with SELECT or WITH, got ${first}`);
  }
  checkPlaceholders(sql, parameters);
  return tokens.map(({ text }) => text).join("");
}

/** Drops semicolons at the end with the space and comments around them. */
function withoutEnd(tokens: readonly SqlToken[]): SqlToken[] {
  let end = tokens.length;
  while (end > 0) {
    const token = tokens[end - 1];
    if (token === undefined || (isCode(token) && token.text !== ";")) {
      break;
    }
    end -= 1;
  }
  return tokens.slice(0, end);
}

function isCode({ kind }: SqlToken): boolean {
  return kind !== "space" && kind !== "comment";
}

function checkToken({ kind, text }: SqlToken): void {
  switch (kind) {
    case "space":
    case "comment":
    case "string":
      return;
    case "quotedIdentifier":
      checkQuotedIdentifier(text);
      return;
    case "word":
      checkWord(text);
      return;
    case "unclosed":
      throw new AdHocRefusedError(
        `expected an end of the quote or comment that starts with ${text}`,
      );
    case "other":
      checkCharacter(text);
  }
}

/** The abstract syntax tree prints names as they are: a line break could forge a node of it. */
function checkQuotedIdentifier(text: string): void {
  if (/[\p{Cc}\\]/u.test(text)) {
    throw new AdHocRefusedError("expected names without control characters and backslashes");
  }
}

function checkWord(text: string): void {
  if (/^(?:outfile|infile)$/i.test(text)) {
    throw new AdHocRefusedError(`expected a query without ${text.toUpperCase()}`);
  }
}

function checkCharacter(text: string): void {
  if (text === ";") {
    throw new AdHocRefusedError("expected one statement, got several");
  }
  if (!plainCharacters.has(text)) {
    throw new AdHocRefusedError(
      `expected ASCII SQL outside of quotes, got ${JSON.stringify(text)}`,
    );
  }
}

function checkPlaceholders(sql: string, parameters: readonly string[]): void {
  for (const name of sqlPlaceholders(sql)) {
    if (!parameters.includes(name)) {
      throw new AdHocRefusedError(`expected a URL parameter param_${name} for {${name}}`, {
        code: "456",
        type: "UNKNOWN_QUERY_PARAMETER",
      });
    }
  }
}
