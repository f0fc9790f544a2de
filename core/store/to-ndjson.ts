/** Rows as newline-delimited JSON; a bigint becomes quoted digits, which ClickHouse accepts. */
export function toNdjson(rows: readonly object[]): Uint8Array {
  const lines = rows.map((row) => JSON.stringify(row, quoteBigint));
  return Buffer.from(lines.join("\n"));
}

function quoteBigint(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? value.toString() : value;
}
