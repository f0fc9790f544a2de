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

/** Where ad-hoc queries run; what it gets was checked as far as text goes. */
export interface AdHocEngine {
  /** The syntax tree as `EXPLAIN AST` prints it; nothing runs. */
  explain(statement: string, params: AdHocParams): Promise<string>;
  /** Runs a SELECT with the limits of ad-hoc queries, after those before it if need be. */
  select(query: AdHocSelect): Promise<AdHocOutput>;
}

export type AdHocParams = Readonly<Record<string, string>>;

export interface AdHocSelect {
  readonly database: string;
  readonly statement: string;
  readonly format: string;
  readonly params: AdHocParams;
}

export type AdHocOutput = Pick<AdHocResult, "bytes" | "rowsRead" | "elapsedSeconds">;

export const maxResultBytes = 64 * 1024 * 1024;

/** Queries that may wait; more are refused rather than answered minutes later. */
const maxWaiting = 64;

export function createAdHocStore(engine: AdHocEngine, databases: TenantDatabases): AdHocStore {
  let open = 0;
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
      const checked = checkSelect(await engine.explain(statement, params));
      const format = checked.format ?? defaultFormat ?? "TabSeparated";
      const contentType = contentTypeOf(format);
      const database = await databases.ensure(tenant);
      const result = await engine.select({ database, statement, format, params });
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
}
