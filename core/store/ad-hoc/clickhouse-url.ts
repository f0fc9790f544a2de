import { AdHocRefusedError } from "./ad-hoc-error.ts";

/** What the URL of a request asks for. */
export interface ClickHouseUrl {
  readonly query: string;
  readonly defaultFormat: string;
  /** Values of `{name:Type}` placeholders. */
  readonly params: Readonly<Record<string, string>>;
  readonly compress: boolean;
}

/**
 * Parameters that clients send by themselves and that change nothing here: sessions, progress,
 * limits (ours hold), and the database (the tenant's is the only one).
 */
const ignored = new Set([
  "buffer_size",
  "cancel_http_readonly_queries_on_client_close",
  "client_protocol_version",
  "database",
  "http_headers_progress_interval_ms",
  "http_response_buffer_size",
  "http_zlib_compression_level",
  "log_comment",
  "max_execution_time",
  "password",
  "query_id",
  "quota_key",
  "role",
  "send_progress_in_http_headers",
  "session_check",
  "session_id",
  "session_timeout",
  "user",
  "wait_end_of_query",
]);

const special = new Set(["query", "default_format", "enable_http_compression", "compress"]);

/** @throws AdHocRefusedError for a setting that would change how the query runs. */
export function readClickHouseUrl(url: string): ClickHouseUrl {
  const search = new URL(url, "http://localhost").searchParams;
  const params: Record<string, string> = {};
  for (const [name, value] of search) {
    if (name.startsWith("param_")) {
      params[name.slice("param_".length)] = value;
    } else if (!ignored.has(name) && !special.has(name)) {
      throw new AdHocRefusedError(`the setting ${name} cannot be changed here`, {
        code: "164",
        type: "READONLY",
      });
    }
  }
  if (isOn(search.get("compress"))) {
    throw new AdHocRefusedError(
      "expected compress=0: answers can be compressed with enable_http_compression=1 only",
    );
  }
  return {
    query: search.get("query") ?? "",
    defaultFormat: search.get("default_format") ?? "",
    params,
    compress: search.has("enable_http_compression")
      ? isOn(search.get("enable_http_compression"))
      : true,
  };
}

function isOn(value: string | null): boolean {
  return value === "1" || value === "true";
}
