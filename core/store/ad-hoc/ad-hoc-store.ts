import type { ChdbConnection } from "../chdb-connection.ts";
import { AdHocRefusedError, refusalOf } from "./ad-hoc-error.ts";
import { checkSelect } from "./check-select.ts";
import { checkStatement } from "./check-statement.ts";
import { contentTypeOf } from "./output-formats.ts";
import type { TenantDatabases } from "./tenant-database.ts";

export interface AdHocQuery {
  readonly tenant: string;
  readonly sql: string;
  /** Used when the query has no FORMAT clause. */
  readonly defaultFormat?: string;
  /** Values of `{name:Type}` placeholders, as text. */
  readonly params?: Readonly<Record<string, string>>;
}

export interface AdHocResult {
  readonly bytes: Uint8Array;
  readonly format: string;
  readonly contentType: string;
  readonly rowsRead: number;
  readonly elapsedSeconds: number;
}

/** Read-only SQL of users, such as Grafana's, on views limited to their tenant. */
export interface AdHocStore {
  /** @throws AdHocRefusedError when the query is not allowed, wrong, or beyond a limit. */
  query(query: AdHocQuery): Promise<AdHocResult>;
}

export interface AdHocConnections {
  /** Parses queries; never runs one. */
  readonly checker: ChdbConnection;
  /** Each runs one query at a time; the others wait. */
  readonly runners: readonly ChdbConnection[];
}

export const maxResultBytes = 64 * 1024 * 1024;

/** Queries that may wait; more are refused rather than answered minutes later. */
const maxWaiting = 64;

export function createAdHocStore(
  { checker, runners }: AdHocConnections,
  databases: TenantDatabases,
): AdHocStore {
  let open = 0;
  const idle = [...runners];
  const waiting: ((runner: ChdbConnection) => void)[] = [];
  return { query };

  async function query({
    tenant,
    sql,
    defaultFormat,
    params = {},
  }: AdHocQuery): Promise<AdHocResult> {
    const statement = checkStatement(sql, Object.keys(params));
    if (open >= maxWaiting) {
      throw new AdHocRefusedError("too many queries are waiting; try again in a few seconds", {
        status: 429,
        code: "202",
        type: "TOO_MANY_SIMULTANEOUS_QUERIES",
      });
    }
    open += 1;
    try {
      const checked = checkSelect(await explain(checker, statement, params));
      const format = checked.format ?? defaultFormat ?? "TabSeparated";
      const contentType = contentTypeOf(format);
      const database = await databases.ensure(tenant);
      const result = await withRunner((runner) =>
        runSelect(runner, { database, statement, format, params }),
      );
      if (result.bytes.byteLength > maxResultBytes) {
        throw new AdHocRefusedError(`expected a result of at most ${maxResultBytes} bytes`, {
          code: "396",
          type: "TOO_MANY_ROWS_OR_BYTES",
        });
      }
      return { ...result, format, contentType };
    } catch (error) {
      throw refusalOf(error);
    } finally {
      open -= 1;
    }
  }

  async function withRunner<T>(use: (runner: ChdbConnection) => Promise<T>): Promise<T> {
    const runner =
      idle.pop() ?? (await new Promise<ChdbConnection>((resolve) => waiting.push(resolve)));
    try {
      return await use(runner);
    } finally {
      const next = waiting.shift();
      if (next === undefined) {
        idle.push(runner);
      } else {
        next(runner);
      }
    }
  }
}

type Params = Readonly<Record<string, string>>;

function explain(checker: ChdbConnection, statement: string, params: Params): Promise<string> {
  return checker.run(async () => {
    await checker.bind(statement, params);
    // A line break first: the statement may begin with a comment.
    const result = await checker.chdb.queryAsync(`EXPLAIN AST\n${statement}`, { format: "TSVRaw" });
    return result.text();
  });
}

interface Runnable {
  readonly database: string;
  readonly statement: string;
  readonly format: string;
  readonly params: Params;
}

function runSelect(
  runner: ChdbConnection,
  { database, statement, format, params }: Runnable,
): Promise<Pick<AdHocResult, "bytes" | "rowsRead" | "elapsedSeconds">> {
  return runner.run(async () => {
    await runner.chdb.queryAsync(`USE \`${database}\``);
    await runner.bind(statement, params);
    const result = await runner.chdb.queryAsync(statement, { format });
    const bytes = result.bytes();
    return { bytes, rowsRead: result.rowsRead, elapsedSeconds: result.elapsed };
  });
}
