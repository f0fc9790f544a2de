/**
 * A value as ClickHouse reads it for a `{name:Type}` parameter: strings escaped like a field of
 * TabSeparated, everything nested like a literal.
 *
 * @throws TypeError for a value that no ClickHouse type takes.
 */
export function formatParam(value: unknown): string {
  if (value === null || value === undefined) {
    return "\\N";
  }
  return typeof value === "string" ? escapeField(value) : formatNested(value);
}

/** A parameter as a string literal of SQL. Only the quote and the backslash can end one. */
export function sqlString(text: string): string {
  return `'${text.replace(/[\\']/g, "\\$&")}'`;
}

function formatNested(value: unknown): string {
  if (value === null || value === undefined) {
    return "NULL";
  }
  switch (typeof value) {
    case "string":
      return sqlString(value);
    case "boolean":
      return value ? "1" : "0";
    case "bigint":
      return value.toString();
    case "number":
      return formatNumber(value);
    case "object":
      return formatObject(value);
    case "function":
    case "symbol":
    case "undefined":
      break;
  }
  throw new TypeError(`expected a value that can be a query parameter, got ${typeof value}`);
}

function formatNumber(value: number): string {
  if (!Number.isFinite(value)) {
    throw new TypeError(`expected a finite number as query parameter, got ${value}`);
  }
  return String(value);
}

function formatObject(value: object): string {
  if (value instanceof Date) {
    return (value.getTime() / 1000).toFixed(3).replace(/\.000$/, "");
  }
  if (Array.isArray(value)) {
    return `[${value.map(formatNested).join(",")}]`;
  }
  const entries = Object.entries(value).map(
    ([key, item]) => `${sqlString(key)}:${formatNested(item)}`,
  );
  return `{${entries.join(",")}}`;
}

const fieldEscapes: Readonly<Record<string, string>> = {
  "\\": "\\\\",
  "\t": "\\t",
  "\n": "\\n",
  "\r": "\\r",
  "\0": "\\0",
  "\b": "\\b",
  "\f": "\\f",
};

function escapeField(text: string): string {
  return text.replace(/[\\\t\n\r\0\b\f]/g, (character) => fieldEscapes[character] ?? character);
}
