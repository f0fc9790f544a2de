import { formatParam } from "../format-param.ts";
import { sqlTokens } from "../sql-tokens.ts";
import type { QueryParams } from "../store.ts";
import { StoreError } from "../store-error.ts";

export interface SplitStatement {
  readonly sql: string;
  readonly params: QueryParams;
  /** Whether the parameters are too long for a URL together. */
  readonly isLong: boolean;
}

/** A server refuses a field beyond 128 KiB (`http_max_field_value_size`). */
const maxFieldCharacters = 24 * 1024;
/** Far below what servers and proxies take as a URL, also when every byte is written as `%xx`. */
const maxUrlCharacters = 2048;

/**
 * Makes long parameters fit ClickHouse's HTTP interface: `{ids:Array(String)}` with a megabyte of
 * ids becomes `CAST(concat({ids_0:String}, …), 'Array(String)')`, which ClickHouse folds into the
 * same constant, so that it still finds the ids by key. Values stay parameters.
 *
 * @throws StoreError when a placeholder has no value.
 */
export function splitParams(sql: string, params: QueryParams | undefined): SplitStatement {
  const given = params ?? {};
  const texts = new Map(Object.entries(given).map(([name, value]) => [name, rawText(value)]));
  const long = new Map([...texts].filter(([, text]) => text.length > maxFieldCharacters));
  const pieces: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(given)) {
    if (!long.has(name)) {
      pieces[name] = value;
    }
  }
  const characters = [...texts.values()].reduce((sum, text) => sum + text.length, 0);
  const rewritten = rewrite(sql, (name, type) => {
    if (!texts.has(name)) {
      throw unknownParameter(name);
    }
    const text = long.get(name);
    if (text === undefined) {
      return null;
    }
    const names = chunksOf(text).map((chunk, index) => {
      const piece = `${name}_${index}`;
      pieces[piece] = chunk;
      return `{${piece}:String}`;
    });
    const whole = `concat(${names.join(", ")})`;
    return type === "String" ? whole : `CAST(${whole}, '${type.replace(/[\\']/g, "\\$&")}')`;
  });
  return { sql: rewritten, params: pieces, isLong: characters > maxUrlCharacters };
}

/** The value before the escaping of a field: ClickHouse sees it when it has read a `String`. */
function rawText(value: unknown): string {
  return typeof value === "string" ? value : formatParam(value);
}

/** Pieces that do not end between the halves of a character. */
function chunksOf(text: string): string[] {
  const chunks: string[] = [];
  for (let start = 0; start < text.length; ) {
    const end = start + maxFieldCharacters;
    const isHalved = /[\uD800-\uDBFF]/.test(text.charAt(end - 1));
    const next = isHalved ? end - 1 : end;
    chunks.push(text.slice(start, next));
    start = next;
  }
  return chunks;
}

/** Replaces the placeholders outside quotes and comments for which `replace` gives a text. */
function rewrite(sql: string, replace: (name: string, type: string) => string | null): string {
  const tokens = sqlTokens(sql).map(({ text, kind }) => ({ text, kind }));
  const texts: string[] = [];
  for (let at = 0; at < tokens.length; at += 1) {
    const found = tokens[at]?.text === "{" ? placeholderAt(tokens, at) : null;
    if (found === null) {
      texts.push(tokens[at]?.text ?? "");
      continue;
    }
    texts.push(replace(found.name, found.type) ?? `{${found.name}:${found.type}}`);
    at = found.end;
  }
  return texts.join("");
}

type Token = ReturnType<typeof sqlTokens>[number];

function placeholderAt(
  tokens: readonly Token[],
  start: number,
): { name: string; type: string; end: number } | null {
  const end = tokens.findIndex(
    ({ text, kind }, at) => at > start && kind === "other" && text === "}",
  );
  const inside = tokens
    .slice(start + 1, end)
    .filter(({ kind }) => kind !== "comment")
    .map(({ text }) => text)
    .join("");
  const [, name, type] = /^\s*(\w+)\s*:\s*([^]+?)\s*$/.exec(inside) ?? [];
  return end === -1 || name === undefined || type === undefined ? null : { name, type, end };
}

function unknownParameter(name: string): StoreError {
  return new StoreError(`expected a value for the parameter {${name}}, got none`, {
    code: "456",
    type: "UNKNOWN_QUERY_PARAMETER",
  });
}
