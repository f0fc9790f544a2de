import { randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { Readable } from "node:stream";
import { freeMemory } from "../../free-memory.ts";
import { keepColumn, type NativeBlock } from "../native/native-block.ts";
import type { SpooledBlock } from "../native/spool.ts";
import type { InsertOptions, InsertRows, Store } from "../store.ts";
import type { StoreError } from "../store-error.ts";
import { toNdjson } from "../to-ndjson.ts";
import { toLocalTables } from "./cluster-statements.ts";
import { type RetryOptions, withRetries } from "./retry.ts";
import type { RequestSettings, ServerClient } from "./server-client.ts";
import { isPassing, isUnsent } from "./server-error.ts";

export interface ServerStoreOptions {
  readonly patienceMs: number;
  readonly signal: AbortSignal;
  /** Its name; empty: one server. */
  readonly cluster: string;
  /** Settings of every insert; asked for when the first comes. */
  readonly insertSettings: () => Promise<RequestSettings>;
}

/**
 * The store on a ClickHouse server. What fails for a passing reason is sent again, where that
 * cannot do its work twice: every insert has a token, also those whose caller gives none, and
 * tables keep the tokens of their last 10,000 blocks.
 */
export function createServerStore(client: ServerClient, options: ServerStoreOptions): Store {
  const { cluster, insertSettings } = options;
  return {
    query: <Row>(sql: string, params?: Parameters<Store["query"]>[1]) =>
      withRetries(repeating(options, isPassing), () =>
        client.rows<Row>({ sql: toLocalTables(sql, cluster), params }),
      ),

    command: (sql, params) =>
      withRetries(repeating(options, isInsert(sql) ? isUnsent : isPassing), () =>
        client.command({ sql: toLocalTables(sql, cluster), params }),
      ),

    async insert(table, rows, insertOptions) {
      const body = bodyOf(rows);
      if (body === null) {
        return;
      }
      const token = tokenOf(insertOptions);
      await withRetries(repeating(options, isPassing), async () => {
        const settings = { ...(await insertSettings()), insert_deduplication_token: token };
        await client.insert(`INSERT INTO ${table} ${body.clause}`, body.open, settings);
      });
    },
  };
}

function repeating(
  { patienceMs, signal }: ServerStoreOptions,
  mayRepeat: (error: StoreError) => boolean,
): RetryOptions {
  return { patienceMs, signal, mayRepeat };
}

/** `INSERT … SELECT` has no token: what it selects may differ the next time. */
function isInsert(sql: string): boolean {
  return /^\s*INSERT\b/i.test(sql);
}

function tokenOf(options: InsertOptions | undefined): string {
  return options?.token ?? `once-${randomUUID()}`;
}

interface InsertBody {
  /** What follows the table in the statement. */
  readonly clause: string;
  /** The bytes from the start. */
  readonly open: () => Readable;
}

function bodyOf(rows: InsertRows): InsertBody | null {
  if ("path" in rows) {
    return { clause: blockClause(rows), open: () => createReadStream(rows.path) };
  }
  if ("chunks" in rows) {
    const bytes = takeBytes(rows);
    return { clause: blockClause(rows), open: () => streamOf(bytes) };
  }
  if (rows.length === 0) {
    return null;
  }
  const bytes = toNdjson(rows);
  return { clause: "FORMAT JSONEachRow", open: () => streamOf(bytes) };
}

function takeBytes({ chunks }: NativeBlock): Uint8Array {
  const bytes = Buffer.concat(chunks);
  for (const chunk of chunks) {
    freeMemory(chunk);
  }
  return bytes;
}

function streamOf(bytes: Uint8Array): Readable {
  return Readable.from([bytes], { objectMode: false });
}

/** A block has the same bytes each time, so a token stands for the same rows each time. */
function blockClause({ columns, filtered }: Pick<SpooledBlock, "columns" | "filtered">): string {
  const names = columns.map(({ name }) => `\`${name}\``);
  const stored = names.filter((name) => name !== `\`${keepColumn}\``).join(", ");
  if (!filtered) {
    return `(${stored}) FORMAT Native`;
  }
  const structure = columns.map(({ type }, index) => `${names[index]} ${type}`).join(", ");
  const source = `input('${structure.replace(/[\\']/g, "\\$&")}')`;
  return `(${stored}) SELECT ${stored} FROM ${source} WHERE ${keepColumn} FORMAT Native`;
}
