import { type ClickHouseClient, createClient } from "@clickhouse/client";
import { type ChdbExtension, createChdbConnection } from "chdb/connection";
import { formatParam, sqlString } from "./format-param.ts";
import { createSerialQueue } from "./serial-queue.ts";
import { sqlPlaceholders } from "./sql-tokens.ts";
import type { QueryParams } from "./store.ts";
import { StoreError, toStoreError } from "./store-error.ts";

/** One connection to the embedded ClickHouse, which runs one query at a time. */
export interface ChdbConnection {
  readonly client: ClickHouseClient;
  /** What the client cannot do: inserts from ready bytes, results in any format. */
  readonly chdb: ChdbExtension;
  /**
   * Gives `task` the connection alone, after the tasks before it. Errors come as StoreError.
   * The statements of a task are sent through `client`, `chdb` and `bind`.
   */
  run<T>(task: () => Promise<T>): Promise<T>;
  /**
   * Sets the parameters of the next statement on this connection.
   *
   * @throws StoreError when `sql` has a placeholder without a value.
   */
  bind(sql: string, params: QueryParams | undefined): Promise<void>;
  close(): Promise<void>;
}

type ClientConfig = NonNullable<Parameters<typeof createClient>[0]>;

/** Session settings by name; they stay for the life of the connection. */
export type SessionSettings = Readonly<Record<string, string | number>>;

/**
 * Opens a connection, applies `settings` in their order and enters `database`.
 *
 * Settings are given here, once, or inside a statement. They are never passed as
 * `clickhouse_settings`: the adapter would turn them into a `SET` that outlives the query.
 */
export async function openChdbConnection(
  path: string,
  database: string,
  settings: SessionSettings,
): Promise<ChdbConnection> {
  const connection = createChdbConnection({ path });
  const { chdb } = connection;
  // The hook `createClient({ connection })` exists since client 1.23 but is not in its types.
  const client = createClient({ connection } as unknown as ClientConfig);
  const queue = createSerialQueue();
  let tainted = false;

  await chdb.queryAsync(`USE \`${database}\``);
  for (const [name, value] of Object.entries(settings)) {
    const literal = typeof value === "number" ? String(value) : sqlString(value);
    await chdb.queryAsync(`SET ${name} = ${literal}`);
  }
  return {
    client,
    chdb,
    run: (task) => queue.run(() => runClean(task)),
    bind: (sql, params) => bind(chdb, sql, params),
    async close() {
      await queue.idle();
      await client.close();
    },
  };

  /**
   * chdb 3.4 leaves the output that a failing query had already written in the connection and
   * puts it in front of the next result. So a throw-away query runs after each failure.
   */
  async function runClean<T>(task: () => Promise<T>): Promise<T> {
    try {
      if (tainted) {
        await chdb.queryAsync("SELECT 1");
        tainted = false;
      }
      return await task();
    } catch (error) {
      tainted = true;
      throw toStoreError(error);
    }
  }
}

/**
 * chdb's own parameter binding is one per process: parameterised queries of all connections wait
 * for one another. `SET param_name` is one per connection, so a slow read delays no insert.
 */
async function bind(
  chdb: ChdbExtension,
  sql: string,
  params: QueryParams | undefined,
): Promise<void> {
  // Parameters of earlier statements are still set; a forgotten one must not pick them up.
  for (const name of sqlPlaceholders(sql)) {
    if (params === undefined || !Object.hasOwn(params, name)) {
      throw new StoreError(`expected a value for the parameter {${name}}, got none`, {
        code: "456",
        type: "UNKNOWN_QUERY_PARAMETER",
      });
    }
  }
  const given = Object.entries(params ?? {});
  if (given.length > 0) {
    const assignments = given.map(
      ([name, value]) => `param_${parameterName(name)} = ${sqlString(formatParam(value))}`,
    );
    await chdb.queryAsync(`SET ${assignments.join(", ")}`);
  }
}

function parameterName(name: string): string {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    throw new StoreError(`expected a word as parameter name, got ${JSON.stringify(name)}`, {
      code: "36",
      type: "BAD_ARGUMENTS",
    });
  }
  return name;
}
