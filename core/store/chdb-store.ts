import type { ChdbConnection } from "./chdb-connection.ts";
import { sqlString } from "./format-param.ts";
import { keepColumn } from "./native/native-block.ts";
import type { Spool, SpooledBlock } from "./native/spool.ts";
import type { InsertOptions, QueryParams, Store } from "./store.ts";
import { toNdjson } from "./to-ndjson.ts";

/**
 * The store on one embedded connection. Statements wait their turn; one that runs cannot be
 * stopped from outside, but the session's `max_execution_time` ends it from inside.
 */
export function createChdbStore(connection: ChdbConnection, spool: Spool): Store {
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
        const settings = insertSettings(options);
        if ("path" in rows) {
          await chdb.queryAsync(blockInsert(table, rows, settings));
        } else if ("chunks" in rows) {
          await spool.with(rows, (block) => chdb.queryAsync(blockInsert(table, block, settings)));
        } else if (rows.length > 0) {
          const values = toNdjson(rows);
          await chdb.rawInsert({ table, values, settings, format: "JSONEachRow" });
        }
      }),
  };
}

type InsertSettings = Readonly<Record<string, string | number>>;

/** They stand in the INSERT itself: a token left on the session would swallow later inserts. */
function insertSettings(options: InsertOptions | undefined): Record<string, string | number> {
  const settings = { async_insert: 0, deduplicate_blocks_in_dependent_materialized_views: 1 };
  return options === undefined
    ? settings
    : { ...settings, insert_deduplication_token: options.token };
}

/** A block comes out of the file as it went in, so a token stands for the same rows each time. */
function blockInsert(
  table: string,
  { columns, filtered, path }: SpooledBlock,
  settings: InsertSettings,
): string {
  const names = columns.map(({ name }) => `\`${name}\``);
  const stored = names.filter((name) => name !== `\`${keepColumn}\``).join(", ");
  const structure = columns.map(({ type }, index) => `${names[index]} ${type}`).join(", ");
  const set = Object.entries(settings).map(([name, value]) => `${name} = ${literal(value)}`);
  return (
    `INSERT INTO ${table} (${stored}) SETTINGS ${set.join(", ")} SELECT ${stored} ` +
    `FROM file(${sqlString(path)}, 'Native', ${sqlString(structure)})` +
    (filtered ? ` WHERE ${keepColumn}` : "")
  );
}

function literal(value: string | number): string {
  return typeof value === "number" ? String(value) : sqlString(value);
}
