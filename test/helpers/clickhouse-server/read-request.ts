import type { IncomingMessage } from "node:http";
import { gunzipSync } from "node:zlib";

/** A request of ClickHouse's HTTP interface. */
export interface StoreRequest {
  /** The statement, without the data of an insert. */
  readonly sql: string;
  /** The data of an insert; `null` when the statement came in the body. */
  readonly data: Buffer | null;
  readonly database: string;
  readonly params: ReadonlyMap<string, string>;
  readonly settings: ReadonlyMap<string, string>;
  readonly defaultFormat: string;
  readonly queryId: string;
  readonly user: string;
  readonly password: string;
  readonly acceptsGzip: boolean;
}

/** URL parameters that are no settings. */
const reserved = new Set([
  "compress",
  "database",
  "decompress",
  "default_format",
  "password",
  "query",
  "query_id",
  "quota_key",
  "role",
  "session_id",
  "user",
  "wait_end_of_query",
]);

/** As in ClickHouse by default: `http_max_field_value_size` and `http_max_uri_size`. */
const maxFieldBytes = 131_072;
const maxUrlBytes = 1_048_576;

/** What ClickHouse's own HTTP server refuses before a statement runs. */
export class BadRequestError extends Error {
  override readonly name = "BadRequestError";
}

export async function readRequest(request: IncomingMessage): Promise<StoreRequest> {
  const url = request.url ?? "/";
  if (url.length > maxUrlBytes) {
    throw new BadRequestError("URI is too long");
  }
  const body = await readBody(request);
  const fields = new Map(new URL(url, "http://localhost").searchParams);
  const type = request.headers["content-type"] ?? "";
  const boundary = /^multipart\/form-data; *boundary=(.+)$/.exec(type)?.[1];
  const inUrl = fields.get("query") ?? "";
  if (boundary !== undefined) {
    for (const [name, value] of readMultipart(body, boundary)) {
      fields.set(name, name === "query" ? inUrl + value : value);
    }
  }
  for (const [name, value] of fields) {
    if (name !== "query" && Buffer.byteLength(value) > maxFieldBytes) {
      throw new BadRequestError(`Field value too long: ${name}`);
    }
  }
  const isData = boundary === undefined && inUrl !== "" && body.length > 0;
  const rest = boundary === undefined && inUrl === "" ? body.toString() : "";
  return {
    sql: (fields.get("query") ?? "") + rest,
    data: isData ? body : null,
    ...readFields(fields),
    ...readCredentials(request, fields),
    acceptsGzip: /\bgzip\b/.test(request.headers["accept-encoding"] ?? ""),
  };
}

function readFields(fields: ReadonlyMap<string, string>) {
  const entries = [...fields];
  const params = entries
    .filter(([name]) => name.startsWith("param_"))
    .map(([name, value]) => [name.slice("param_".length), value] as const);
  const settings = entries.filter(([name]) => !reserved.has(name) && !name.startsWith("param_"));
  return {
    database: fields.get("database") ?? "default",
    defaultFormat: fields.get("default_format") ?? "TabSeparated",
    queryId: fields.get("query_id") ?? "",
    params: new Map(params),
    settings: new Map(settings),
  };
}

function readCredentials(request: IncomingMessage, fields: ReadonlyMap<string, string>) {
  const { authorization = "" } = request.headers;
  const basic = /^Basic (.+)$/.exec(authorization)?.[1];
  const [user, password = ""] =
    basic === undefined ? [] : Buffer.from(basic, "base64").toString().split(/:(.*)/s);
  const header = (name: string) => request.headers[name]?.toString();
  return {
    user: user ?? header("x-clickhouse-user") ?? fields.get("user") ?? "default",
    password: password || (header("x-clickhouse-key") ?? fields.get("password") ?? ""),
  };
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) {
    chunks.push(chunk as Buffer);
  }
  const body = Buffer.concat(chunks);
  return request.headers["content-encoding"] === "gzip" ? gunzipSync(body) : body;
}

/** The plain fields of a form; files (external tables) are not needed here. */
function readMultipart(body: Buffer, boundary: string): [string, string][] {
  const parts = body.toString().split(`--${boundary}`).slice(1, -1);
  return parts.map((part) => {
    const end = part.indexOf("\r\n\r\n");
    const name = /name="([^"]*)"/.exec(part.slice(0, end))?.[1];
    if (name === undefined) {
      throw new BadRequestError("a part has no name");
    }
    return [name, part.slice(end + 4, -2)];
  });
}
