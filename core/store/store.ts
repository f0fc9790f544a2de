import type { NativeBlock } from "./native/native-block.ts";
import type { SpooledBlock } from "./native/spool.ts";

/**
 * The ClickHouse store as the three parts see it. Embedded, it is chdb in this process; the
 * same statements run on a server. Values reach SQL only as `{name:Type}` parameters.
 */
export type QueryParams = Readonly<Record<string, unknown>>;

export interface InsertOptions {
  /**
   * Insert token: the same token on the same table inserts once, through every view. It comes
   * from the batch id, so a retry of a batch is harmless.
   */
  readonly token: string;
}

export type InsertRows = readonly object[] | NativeBlock | SpooledBlock;

export interface Store {
  /** Runs one statement that returns rows; each row is an object keyed by column. */
  query<Row>(sql: string, params?: QueryParams): Promise<Row[]>;
  /** Runs one statement without a result (DDL, ALTER, OPTIMIZE). */
  command(sql: string, params?: QueryParams): Promise<void>;
  /**
   * Inserts rows given as objects, or as a block by column on the hot path; the memory of a
   * block is freed. Resolves once ClickHouse has accepted them.
   */
  insert(table: string, rows: InsertRows, options?: InsertOptions): Promise<void>;
}
