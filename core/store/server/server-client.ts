import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Readable } from "node:stream";
import { type ClickHouseClient, ClickHouseLogLevel, createClient } from "@clickhouse/client";
import type { ClickHouseConfig } from "../../config/clickhouse-config.ts";
import { formatParam } from "../format-param.ts";
import type { QueryParams } from "../store.ts";
import { StoreError } from "../store-error.ts";
import { splitParams } from "./split-params.ts";

/** Settings of one request; they end with it. */
export type RequestSettings = Readonly<Record<string, string | number>>;

export interface ServerStatement {
  readonly sql: string;
  readonly params?: QueryParams | undefined;
  readonly settings?: RequestSettings;
}

export interface ServerAnswer {
  readonly bytes: Buffer;
  readonly rowsRead: number;
  readonly elapsedSeconds: number;
}

/** One try each; errors come as the client gives them. */
export interface ServerClient {
  rows<Row>(statement: ServerStatement): Promise<Row[]>;
  command(statement: ServerStatement): Promise<void>;
  /** `sql` ends with FORMAT; `data` gives the bytes anew for each try. */
  insert(sql: string, data: () => Readable, settings: RequestSettings): Promise<void>;
  /** The answer as it comes, in the format that the statement or `default_format` names. */
  answer(statement: ServerStatement, maxBytes: number): Promise<ServerAnswer>;
  close(): Promise<void>;
}

export interface ServerClientOptions {
  readonly config: ClickHouseConfig;
  /** Empty: the server's default one. */
  readonly database: string;
  readonly settings: RequestSettings;
  readonly maxConnections: number;
}

/** Requests to a ClickHouse server over HTTP, with settings that each of them carries. */
export function createServerClient(options: ServerClientOptions): ServerClient {
  const { config, database, settings, maxConnections } = options;
  const requestMs = config.requestSeconds * 1000;
  const client: ClickHouseClient = createClient({
    url: config.url,
    username: config.user,
    password: readSecret(config.passwordFile),
    ...(database !== "" && { database }),
    ...(config.caFile !== "" && { tls: { ca_cert: readFileSync(config.caFile) } }),
    application: "telltale",
    max_open_connections: maxConnections,
    request_timeout: requestMs,
    // Its lines repeat statements and values; errors are logged where they are understood.
    log: { level: ClickHouseLogLevel.OFF },
    clickhouse_settings: {
      // An error that comes after the first bytes of an answer would look like a short answer.
      wait_end_of_query: 1,
      // A connection that is silent for the request's time is given up, not one that works.
      send_progress_in_http_headers: 1,
      http_headers_progress_interval_ms: String(Math.floor(requestMs / 3)),
      ...settings,
    },
  });
  return {
    async rows<Row>({ settings: own, ...statement }: ServerStatement) {
      const asRows = { ...statement, settings: { ...own, default_format: "JSONEachRow" } };
      const { stream } = await execute(client, asRows);
      const text = (await collect(stream, Number.POSITIVE_INFINITY)).toString();
      const lines = text.split("\n").filter((line) => line !== "");
      return lines.map((line) => JSON.parse(line) as Row);
    },

    async command(statement) {
      const { stream } = await execute(client, statement);
      await collect(stream, Number.POSITIVE_INFINITY);
    },

    async insert(sql, data, own) {
      const { stream } = await client.exec({
        query: sql,
        values: data(),
        clickhouse_settings: own,
      });
      await collect(stream, Number.POSITIVE_INFINITY);
    },

    async answer(statement, maxBytes) {
      const { stream, summary } = await execute(client, statement);
      return {
        bytes: await collect(stream, maxBytes),
        rowsRead: Number(summary?.read_rows ?? 0),
        elapsedSeconds: Number(summary?.elapsed_ns ?? 0) / 1e9,
      };
    },

    close: () => client.close(),
  };
}

/**
 * Parameters are written as in embedded mode, not by the client, whose escapes differ. Short ones
 * go into the URL, long ones into a form that the body carries.
 */
async function execute(client: ClickHouseClient, { sql, params, settings }: ServerStatement) {
  const split = splitParams(sql, params);
  const fields = Object.entries(split.params).map(
    ([name, value]) => [`param_${parameterName(name)}`, formatParam(value)] as const,
  );
  if (!split.isLong) {
    // The client appends its settings to the URL as they are, which is what a parameter needs.
    const own = { ...settings, ...Object.fromEntries(fields) };
    return await client.exec({ query: split.sql, clickhouse_settings: own });
  }
  const boundary = `telltale-${randomUUID()}`;
  return await client.exec({
    query: toForm([["query", split.sql], ...fields], boundary),
    http_headers: { "Content-Type": `multipart/form-data; boundary=${boundary}` },
    ...(settings && { clickhouse_settings: settings }),
  });
}

/** No value can end its part: the boundary is random. */
function toForm(fields: readonly (readonly [string, string])[], boundary: string): string {
  const parts = fields.map(
    ([name, value]) =>
      `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  return `${parts.join("")}--${boundary}--\r\n`;
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

/** @throws StoreError beyond `maxBytes`. */
async function collect(stream: Readable, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxBytes) {
      throw new StoreError(`expected an answer of at most ${maxBytes} bytes`, {
        code: "396",
        type: "TOO_MANY_ROWS_OR_BYTES",
      });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length);
}

/** The text of a file that holds a password; empty if there is none. */
export function readSecret(path: string): string {
  return path === "" ? "" : readFileSync(path, "utf8").trim();
}
