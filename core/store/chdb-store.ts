import type { ChdbConnection } from "./chdb-connection.ts";
import type { InsertOptions, QueryParams, Store } from "./store.ts";

/**
 * The store on one embedded connection. Statements wait their turn; one that runs cannot be
 * stopped from outside, but the session's `max_execution_time` ends it from inside.
 */
export function createChdbStore(connection: ChdbConnection): Store {
  const { client, chdb } = connection;
  return {
    query: <Row>(sql: string, params?: QueryParams) =>
      connection.run(async () => {
        await connection.bind(sql, params);
        const result = await client.query({ query: sql, format: "JSONEachRow" });
        return await result.json<Row>();
      }),

    command: (sql, params) =>
      connection.run(async () => {
        await connection.bind(sql, params);
        await client.command({ query: sql });
      }),

    insert: (table, rows, options) =>
      connection.run(async () => {
        const values = rows instanceof Uint8Array ? rows : toNdjson(rows);
        if (values.byteLength > 0) {
          const settings = insertSettings(options);
          await chdb.rawInsert({ table, values, settings, ...formatOf(options) });
        }
      }),
  };
}

/** Rows as newline-delimited JSON; a bigint becomes quoted digits, which ClickHouse accepts. */
function toNdjson(rows: readonly object[]): Uint8Array {
  const lines = rows.map((row) => JSON.stringify(row, quoteBigint));
  return Buffer.from(lines.join("\n"));
}

function quoteBigint(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? value.toString() : value;
}

/** They stand in the INSERT itself: a token left on the session would swallow later inserts. */
function insertSettings(options: InsertOptions | undefined): Record<string, string | number> {
  const settings = { async_insert: 0, deduplicate_blocks_in_dependent_materialized_views: 1 };
  return options === undefined
    ? settings
    : { ...settings, insert_deduplication_token: options.token };
}

type RawFormat =
  | { readonly format: "JSONEachRow" }
  | { readonly format: "JSONCompactEachRow"; readonly columns: string[] };

function formatOf(options: InsertOptions | undefined): RawFormat {
  return options?.columns === undefined
    ? { format: "JSONEachRow" }
    : { format: "JSONCompactEachRow", columns: [...options.columns] };
}
